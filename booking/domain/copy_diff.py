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
_ALIKE = 0.3
"""Share of equal letters below which two texts have only chance words in common, and are shown whole."""
_LINES = re.compile(r"[^\n]*\n|[^\n]+")


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
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=len(before) > _WORD_LIMIT)
    pieces: list[Piece] = []
    removed = added = ""
    opcodes = matcher.get_opcodes()
    for place, (tag, start, end, new_start, new_end) in enumerate(opcodes):
        there, here = "".join(before[start:end]), "".join(after[new_start:new_end])
        # A blank between two changed words is no rest for the eye.
        if tag == "equal" and (there.strip(" ") or not 0 < place < len(opcodes) - 1):
            pieces += [*_changed(removed, added), Piece(Change.SAME, there)]
            removed = added = ""
        else:
            removed, added = removed + there, added + here
    pieces += _changed(removed, added)
    same = sum(_letters(piece.text) for piece in pieces if piece.change is Change.SAME)
    if 2 * same < _ALIKE * (_letters(old) + _letters(new)):
        pieces = _changed(old, new)
    return tuple(pieces)


def _changed(removed: str, added: str) -> list[Piece]:
    return [Piece(change, text) for change, text in ((Change.REMOVED, removed), (Change.ADDED, added)) if text]


def _letters(text: str) -> int:
    return sum(map(len, text.split()))


def three_way(conflict: Conflict) -> ThreeWay:
    """The draft's and the approved text of a conflict, each against the last feed's.

    Where nothing was fed, the approved text is against the draft's, if the two have anything in common.
    """
    if not conflict.base:
        changes = word_diff(conflict.theirs, conflict.ours)
        alike = any(piece.change is Change.SAME for piece in changes)
        ours = changes if alike else (Piece(Change.SAME, conflict.ours),)
        return ThreeWay((Piece(Change.SAME, conflict.theirs),), ours)
    return ThreeWay(word_diff(conflict.base, conflict.theirs), word_diff(conflict.base, conflict.ours))


def unified_diff(old: bytes, new: bytes, name: str) -> str:
    """The change to a file as `diff -u` writes it; empty when there is none. Bytes that are not UTF-8 show as signs."""
    before, after = (_LINES.findall(text.decode(errors="replace")) for text in (old, new))
    lines = difflib.unified_diff(before, after, f"a/{name}", f"b/{name}")
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)
