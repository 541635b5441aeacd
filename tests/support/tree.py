"""Checks the tree for what must never be in it: `python -m tests.support.tree`, a part of `make lint`.

Addresses of package indexes, paths of somebody's machine, secrets, and checks that were switched off without a reason.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.support.source import ROOT, over_the_aim, summary

BIGGEST = 600 * 1024
"""Bytes; a larger file is data that should be made or fetched by a command."""

UNREASONED = "switches a check off without a reason beside or above it"
TRAILING = "has white space at the end of a line"
MERGED = "was left half merged"
FORBIDDEN = {
    "names a package index": re.compile(
        r"--(extra-)?index-url|--find-links|--trusted-host|^file:///|@ file:|/simple/?$|files\.pythonhosted"
        r"|registry\.npmjs"
    ),
    "names a folder of somebody's machine": re.compile(r"(?<![\w.])/(work|root|home|Users|opt)/[\w.]"),
    "looks like a secret": re.compile(
        r"\b[sr]k_(live|test)_[0-9A-Za-z]{20,}|\bwhsec_[0-9A-Za-z+/]{20,}|BEGIN [A-Z ]*PRIVATE KEY"
    ),
    "switches a check off without saying which": re.compile(r"# (noqa(?!: )|type: ignore(?!\[))"),
    UNREASONED: re.compile(r"# (noqa: [A-Z]+\d+|type: ignore\[[\w, -]+\])\s*$"),
    TRAILING: re.compile(r"[ \t]+$"),
    MERGED: re.compile(r"^(<{7} |>{7} |={7}$)"),
}

MARKDOWN = (".md", ".eml", ".txt")
MEANT_IN_MARKDOWN = (TRAILING, MERGED)
"""There, white space at a line's end and rows of equals signs mean something."""


def files() -> Iterator[Path]:
    """The files that git has, or would add; generated and ignored ones are not ours."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True)
    yield from (path for name in sorted(set(listed.stdout.split("\0"))) if name and (path := ROOT / name).is_file())


def problems(path: Path, data: bytes) -> Iterator[str]:
    """What is wrong with one file, each with its line."""
    if len(data) > BIGGEST:
        yield f"{path}: weighs {len(data)} bytes, more than {BIGGEST}"
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return
    if path == Path(__file__).relative_to(ROOT):
        return
    lines = text.split("\n")
    for number, (above, line) in enumerate(zip(["", *lines], lines, strict=False), start=1):
        for fault in _faults(line, path.suffix in MARKDOWN):
            if fault != UNREASONED or not above.lstrip().startswith("# "):
                yield f"{path}:{number}: {fault}: {line.strip()[:100]}"


def _faults(line: str, markdown: bool) -> Iterator[str]:
    for fault, pattern in FORBIDDEN.items():
        if pattern.search(line) and not (markdown and fault in MEANT_IN_MARKDOWN):
            yield fault


def main() -> int:
    """Print every problem and the lengths of our code; 1 if there is a problem."""
    found = [problem for path in files() for problem in problems(path.relative_to(ROOT), path.read_bytes())]
    sys.stdout.write("".join(f"{problem}\n" for problem in found))
    sys.stdout.write("".join(f"{long}\n" for long in (*over_the_aim(), summary())))
    sys.stdout.write(f"The tree: {len(found) or 'no'} problems.\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
