"""An issue as sent, read in a way in which the wrapping of mail cannot matter, and in which places can be told."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from booking.domain.copy_text import BLANKS

PARAGRAPH_LIMIT = 4000
"""Paragraphs among which an altered block is looked for; a real issue has fewer than 200."""
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
_EDITORIAL = re.compile(r"^[ #*]*(?:News|Events|Tools|Jobs)[ #*]*$", re.MULTILINE)
_LINE = 1000
"""Characters of context: longer than any heading, and than the rest of any line that matters."""
_MARGIN = ">*"
"""What mail programs and Markdown put before and after a line, blanks aside."""


def normal(text: str) -> str:
    """NFC, without invisible joiners: the letters that are compared."""
    return unicodedata.normalize("NFC", text.translate(_INVISIBLE))


def squeeze(text: str) -> str:
    """The letters of a text without white space."""
    return "".join(normal(text).split())


@dataclass(frozen=True)
class Reading:
    """One reading of an issue as sent. Offsets count letters of `squeezed`, places count characters of `normal`."""

    text: str

    @cached_property
    def normal(self) -> str:
        return normal(self.text)

    @cached_property
    def squeezed(self) -> str:
        return "".join(word for _, word in self._words)

    @cached_property
    def _words(self) -> list[tuple[int, str]]:
        return [(match.start(), match[0]) for match in re.finditer(r"\S+", self.normal)]

    @cached_property
    def _offsets(self) -> list[int]:
        total, offsets = 0, []
        for _, word in self._words:
            offsets.append(total)
            total += len(word)
        return offsets

    @cached_property
    def top_ends(self) -> int:
        """The place where the top of the issue ends: at the editor's first section."""
        match = _EDITORIAL.search(self.normal)
        return match.start() if match else len(self.normal) // 2

    @cached_property
    def paragraphs(self) -> list[tuple[int, str]]:
        """Where each paragraph starts, and its words on one line."""
        found, place = [], 0
        for lines in re.split(r"(\n[ \t\xa0]*\n)", self.normal):
            if lines.strip():
                found.append((place + len(lines) - len(lines.lstrip()), " ".join(lines.split())))
            place += len(lines)
        return found[:PARAGRAPH_LIMIT]

    def place(self, offset: int) -> int:
        """Where a letter of `squeezed` stands in `normal`."""
        index = bisect_right(self._offsets, offset) - 1
        return self._words[index][0] + offset - self._offsets[index]

    def occurrences(self, forms: Iterable[str]) -> Iterator[tuple[int, int]]:
        """Offset and length of each occurrence of a squeezed form, the first form first."""
        for form in forms:
            offset = self.squeezed.find(form) if form else -1
            while offset >= 0:
                yield offset, len(form)
                offset = self.squeezed.find(form, offset + len(form))

    def stands_alone(self, start: int, end: int) -> bool:
        """Whether nothing else is written on the lines where that stretch of places starts and ends."""
        before = self.normal[self.normal.rfind("\n", 0, start) + 1 : start]
        after, _, _ = self.normal[end + 1 : end + 1 + _LINE].partition("\n")
        return not squeeze(before).strip(_MARGIN) and not squeeze(after).strip(_MARGIN)

    def heading_above(self, place: int) -> str:
        """The last line of words above that place, without the marks of a heading."""
        lines = self.normal[max(0, place - _LINE) : place].rstrip("=-\n\t" + BLANKS).split("\n")
        return lines[-1].strip("#*>\t" + BLANKS)
