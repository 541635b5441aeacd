"""Reads an issue's draft from a file and puts a new version in its place, whole or not at all."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

LARGEST = 16 * 1024 * 1024
"""Bytes that are read at all; what is too large for an issue is refused by the feed in its own words."""


class FileNotUsable(Exception):
    """The file cannot be read or written; the message is a sentence for the person at the command line."""


def read(path: Path) -> bytes:
    """The bytes of a regular file. Raises FileNotUsable."""
    try:
        with path.open("rb") as file:
            return file.read(LARGEST + 1)
    except FileNotFoundError as error:
        raise FileNotUsable(f"There is no file {path}. Check the name.") from error
    except IsADirectoryError as error:
        raise FileNotUsable(f"{path} is a folder. Name the draft's file.") from error
    except OSError as error:
        raise FileNotUsable(f"{path} cannot be read: {error.strerror}.") from error


def replace(path: Path, content: bytes) -> None:
    """Put new bytes in a file's place by renaming, so that a reader or a crash sees the old ones or the new ones.

    The file keeps its permissions, and a symbolic link stays one: what it points at is replaced. Raises FileNotUsable.
    """
    target = path.resolve()
    temporary = ""
    try:
        descriptor, temporary = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(target.stat().st_mode & 0o7777)
        Path(temporary).replace(target)
    except OSError as error:
        raise FileNotUsable(f"{path} cannot be written: {error.strerror}. It is as it was.") from error
    finally:
        with contextlib.suppress(OSError):
            if temporary:
                Path(temporary).unlink()
