"""Between the bytes of a draft and its text. The rest of the feed sees only LF text; the mark at the start
and the newline convention of the file are put back exactly."""

from __future__ import annotations

from dataclasses import dataclass

from booking.domain.copy_errors import DraftRefused

BOM = b"\xef\xbb\xbf"
SIZE_LIMIT = 2 * 1024 * 1024
"""Bytes. Real issues have 3 to 12 kB; everything below this is handled in linear time."""
LINE_LIMIT = 20_000
"""Lines of what is fed. Real issues have some hundred; the differences that are shown are not linear in them."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """How the file writes its text down: with a byte order mark or not, with CRLF or LF."""

    bom: bool = False
    crlf: bool = False

    def encode(self, text: str) -> bytes:
        """The bytes of LF `text` in this file's own convention."""
        body = text.replace("\n", "\r\n") if self.crlf else text
        return (BOM if self.bom else b"") + body.encode()


def decode(draft: bytes) -> tuple[str, Encoding]:
    """The text of a draft with LF newlines, and how to write it back to the same bytes.

    Raises DraftRefused for a draft that is too large, binary, not UTF-8, or of mixed newlines.
    """
    if len(draft) > SIZE_LIMIT:
        raise DraftRefused(
            f"This file has {len(draft):,} bytes. An issue may have {SIZE_LIMIT:,}; check that it is the right file."
        )
    if b"\0" in draft:
        raise DraftRefused("This is a binary file, not an issue. Choose the issue's Markdown file.")
    bom = draft.startswith(BOM)
    body = draft[len(BOM) :] if bom else draft
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        line = body.count(b"\n", 0, error.start) + 1
        raise DraftRefused(f"Line {line} is not UTF-8 text. Save the file as UTF-8 and try again.") from error
    crlf = text.count("\r\n")
    if text.count("\r") != crlf or crlf not in (0, text.count("\n")):
        raise DraftRefused("This file mixes line endings. Save it with LF or with CRLF throughout and try again.")
    return text.replace("\r\n", "\n"), Encoding(bom=bom, crlf=crlf > 0)
