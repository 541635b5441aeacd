"""Finds the lines of a draft that Markdown does not read: code between fences, and HTML comments and the like. What
looks like a heading there is none, and an ad put before it would be seen by nobody."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

_STARTS = frozenset("`~< ")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})(.*)")
_HTML = re.compile(r" {0,3}<(?:!--|(?:pre|script|style|textarea)(?:[\s>]|$))", re.IGNORECASE)
_HTML_ENDS = re.compile(r"</(?:pre|script|style|textarea)>", re.IGNORECASE)
_COMMENT, _COMMENT_ENDS = "<!--", "-->"


@dataclass(frozen=True, slots=True)
class _Closings:
    """Where fences of one letter may close: line, length, and the greatest length from each on, to stay linear."""

    lines: list[int]
    lengths: list[int]
    greatest: list[int]


def unread(lines: Sequence[str], first: int) -> set[int]:
    """The lines from `first` on, by index, that are within closed fences, comments or blocks of code.

    What is never closed is a slip of the hand and hides nothing. The blocks are those of CommonMark 0.31, 4.5 and the
    first two kinds of 4.6.
    """
    inside: set[int] = set()
    for start, end in _blocks(lines, first):
        inside.update(range(start, end + 1))
    return inside


def _blocks(lines: Sequence[str], first: int) -> Iterator[tuple[int, int]]:
    candidates = [index for index in range(first, len(lines)) if lines[index][:1] in _STARTS]
    closings = _fences(lines, candidates) if candidates else {}
    ends = {
        True: [index for index in range(first, len(lines)) if _COMMENT_ENDS in lines[index]],
        False: [index for index in range(first, len(lines)) if _HTML_ENDS.search(lines[index])],
    }
    free = first
    for index in candidates:
        if index < free:
            continue
        html = _HTML.match(lines[index])
        end = _next(ends[html[0].endswith(_COMMENT)], index) if html else _fence_end(lines[index], index, closings)
        if end is not None:
            yield index, end
            free = end + 1


def _next(places: Sequence[int], index: int) -> int | None:
    at = bisect_left(places, index)
    return places[at] if at < len(places) else None


def _fences(lines: Sequence[str], candidates: Sequence[int]) -> dict[str, _Closings]:
    found = [(index, match) for index in candidates if (match := _FENCE.fullmatch(lines[index]))]
    closings = {}
    for letter in "`~":
        here = [(index, len(match[1])) for index, match in found if match[1][0] == letter and not match[2].strip()]
        lengths = [length for _, length in here]
        greatest = list(accumulate(reversed(lengths), max))[::-1]
        closings[letter] = _Closings([index for index, _ in here], lengths, greatest)
    return closings


def _fence_end(line: str, index: int, closings: dict[str, _Closings]) -> int | None:
    """The line that closes the fence which this line opens, if it opens one."""
    match = _FENCE.fullmatch(line)
    if match is None or (match[1][0] == "`" and "`" in match[2]):
        return None
    there, length = closings[match[1][0]], len(match[1])
    at = bisect_left(there.lines, index + 1)
    if at == len(there.lines) or there.greatest[at] < length:
        return None
    while there.lengths[at] < length:
        at += 1
    return there.lines[at]
