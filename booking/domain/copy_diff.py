"""Differences between two texts: words for a person to read, lines for a file, and three texts side by side."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from enum import StrEnum

from booking.domain.merge import Conflict

_WORDS = re.compile(r"\s+|\w+|[^\w\s]+")
_WORD_LIMIT = 2000
"""Above this many words the comparison goes line by line, so that its time stays bounded."""


class Change(StrEnum):
    """What happened to a piece between two texts."""

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text that was kept, added (`<ins>`) or removed (`<del>`)."""

    change: Change
    text: str


@dataclass(frozen=True, slots=True)
class ThreeWay:
    """What each side made of the text of the last feed."""

    theirs: tuple[Piece, ...]
    ours: tuple[Piece, ...]


def word_diff(old: str, new: str) -> tuple[Piece, ...]:
    """The pieces that lead from `old` to `new`; kept and removed ones join to `old`, kept and added ones to `new`."""
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    if max(len(before), len(after)) > _WORD_LIMIT:
        before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    pieces: list[Piece] = []
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=len(before) > _WORD_LIMIT)
    for tag, start, end, new_start, new_end in matcher.get_opcodes():
        if tag == "equal":
            pieces.append(Piece(Change.SAME, "".join(before[start:end])))
            continue
        sides = ((Change.REMOVED, before[start:end]), (Change.ADDED, after[new_start:new_end]))
        pieces += [Piece(change, "".join(words)) for change, words in sides if words]
    return tuple(pieces)


def three_way(conflict: Conflict) -> ThreeWay:
    """The draft's and the approved text of a conflict, each against the last feed's."""
    return ThreeWay(word_diff(conflict.base, conflict.theirs), word_diff(conflict.base, conflict.ours))


def unified_diff(old: bytes, new: bytes, name: str) -> str:
    """The change to a file as `diff -u` writes it; empty when there is none. Bytes that are not UTF-8 show as signs."""
    before, after = (text.decode(errors="replace").splitlines(keepends=True) for text in (old, new))
    lines = difflib.unified_diff(before, after, f"a/{name}", f"b/{name}")
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)
