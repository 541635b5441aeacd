"""Reads an issue into parts that join to the same text: front matter, intro, sections, foot and footer.
The grammar was learnt from the archived issues of the model newsletter."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property
from itertools import accumulate

from booking.domain.copy_errors import DraftRefused
from booking.domain.draft_bytes import Encoding, decode
from booking.domain.heading import Heading, Paid, find_headings, section_headings
from booking.domain.unread import unread

FOOTER_OPENING = "If you received this email directly"
"""How the line begins below which nothing is sold."""
_FOOTER = re.compile(rf"[ *_]*{FOOTER_OPENING}")
_FOOT_BLANK_LINES = 3
_GAP = re.compile(r"\n(?:[ \t]*\n){3,}")
_TEXTILE = re.compile(r"h[1-6](?:\([^()]*\))?\.\s")
_FRONT_FENCES = {"---": ("---", "..."), "+++": ("+++",)}


class Kind(Enum):
    """What a part of an issue is."""

    FRONT = "front matter"
    INTRO = "intro"
    SECTION = "section"
    FOOT = "foot"
    FOOTER = "footer"


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of an issue's text, from `start` up to `end` (character offsets)."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Section:
    """One section: its heading, where its heading starts and its body starts, and where its last written line ends."""

    heading: Heading
    start: int
    body: int
    end: int

    @property
    def span(self) -> Span:
        return Span(self.start, self.end)


@dataclass(frozen=True, slots=True)
class Part:
    """A named stretch of the issue with its exact text, blank lines included."""

    kind: Kind
    name: str
    text: str


@dataclass(frozen=True)
class Document:
    """An issue that was read. Offsets count characters of `text`, which has LF newlines and no byte order mark."""

    text: str
    encoding: Encoding
    front: int
    title: Heading | None
    sections: tuple[Section, ...]
    foot: Span | None
    footer: int | None
    stray_footer: int | None = None
    """The line (from 1) of a footer with sections below it, where there is one: what stands below is not for sale."""

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """The whole text, cut into parts in order; their texts join to `text`."""
        marks = [(0, Kind.FRONT, ""), (self.front, Kind.INTRO, "")]
        marks += [(section.start, Kind.SECTION, section.heading.name) for section in self.sections]
        marks += [(self.foot.start, Kind.FOOT, "")] if self.foot else []
        marks += [(self.footer, Kind.FOOTER, "")] if self.footer is not None else []
        ends = [mark[0] for mark in marks[1:]] + [len(self.text)]
        return tuple(
            Part(kind, name, self.text[start:end]) for (start, kind, name), end in zip(marks, ends, strict=True)
        )

    @cached_property
    def content_end(self) -> int:
        """Where the last written line above the foot or the footer ends."""
        limit = self.foot.start if self.foot else len(self.text) if self.footer is None else self.footer
        return content_end(self.text, self.front, limit)

    def paid(self, kind: Paid) -> tuple[Section, ...]:
        """The sections of that kind, in order; more than one is a slip of the hand."""
        return tuple(section for section in self.sections if section.heading.paid is kind)

    def slice(self, span: Span) -> str:
        return self.text[span.start : span.end]


def parse(draft: bytes) -> Document:
    """Read the bytes of an issue, in time linear in their number.

    Raises DraftRefused when they are too many, binary, not UTF-8, of mixed newlines, or Textile.
    """
    text, encoding = decode(draft)
    return read(text, encoding)


def join(document: Document) -> bytes:
    """The bytes of an issue; `join(parse(draft)) == draft` for every draft that is accepted."""
    return document.encoding.encode("".join(part.text for part in document.parts))


def read(text: str, encoding: Encoding) -> Document:
    """`parse` for text that is decoded already."""
    lines = text.split("\n")
    starts = list(accumulate((len(line) + 1 for line in lines), initial=0))
    first = _front_matter(lines)
    front = min(starts[first], len(text))
    skipped = unread(lines, first)
    title, headings = section_headings(find_headings(lines, first, skipped), lines)
    footers = [index for index in range(first, len(lines)) if _FOOTER.match(lines[index]) and index not in skipped]
    last_heading = headings[-1].line if headings else -1
    footer = next((index for index in footers if index > last_heading), None)
    _refuse_textile(lines, first)
    limit = len(text) if footer is None else starts[footer]
    sections = _sections(text, starts, headings, limit)
    foot = None if footer is None else _foot(text, sections, front, limit)
    if foot and sections:
        last = sections[-1]
        sections[-1] = replace(last, end=max(content_end(text, last.start, foot.start), last.start))
    stray = footers[0] + 1 if footers and footers[0] < last_heading else None
    return Document(text, encoding, front, title, tuple(sections), foot, None if footer is None else limit, stray)


def content_end(text: str, start: int, end: int) -> int:
    """Where the last written line of text[start:end] ends; `start` when nothing is written there."""
    length = len(text[start:end].rstrip())
    line_end = text.find("\n", start + length, end) if length else start
    return end if line_end < 0 else line_end


def _front_matter(lines: list[str]) -> int:
    """The number of lines of the front matter, which is opaque: a YAML round trip would ruin `\\#475` and the title."""
    closing = _FRONT_FENCES.get(lines[0].rstrip())
    if closing is None:
        return 0
    return next((index + 1 for index in range(1, len(lines)) if lines[index].rstrip() in closing), 0)


def _refuse_textile(lines: list[str], first: int) -> None:
    for index in range(first, len(lines)):
        if lines[index][:1] == "h" and _TEXTILE.match(lines[index]):
            raise DraftRefused(f"Line {index + 1} is Textile. Convert the issue to Markdown and try again.")


def _sections(text: str, starts: list[int], headings: list[Heading], limit: int) -> list[Section]:
    ends = [starts[heading.line] for heading in headings[1:]] + [limit]
    return [
        Section(
            heading,
            start=starts[heading.line],
            body=min(starts[heading.line + heading.length], len(text)),
            end=content_end(text, starts[heading.line], end),
        )
        for heading, end in zip(headings, ends, strict=False)
    ]


def _foot(text: str, sections: list[Section], front: int, footer: int) -> Span | None:
    """The sponsor's repeat above the footer: the same words as at the top, or a block with three blank lines around."""
    floor = sections[-1].body if sections else front
    end = content_end(text, floor, footer)
    repeat, block = _repeat(text, sections, end), _set_apart(text, floor, end, footer)
    if repeat and block and block.start < repeat.start and "\n\n\n" not in text[block.start : end]:
        return block  # A label such as `Sponsored by NAME:` belongs to the foot.
    return repeat or block


def _repeat(text: str, sections: list[Section], end: int) -> Span | None:
    for section in sections:
        words = text[section.body : section.end].strip("\n")
        start = end - len(words)
        if section.heading.paid is Paid.SPONSOR and words and section.end < start and text[start:end] == words:
            # The last of several paid items may happen to say the same; only a wider gap tells it from a foot.
            above = "\n" * (_FOOT_BLANK_LINES + 1) if sections[-1].heading.paid else "\n"
            return Span(start, end) if text.endswith(above, 0, start) else None
    return None


def _set_apart(text: str, floor: int, end: int, footer: int) -> Span | None:
    gaps = list(_GAP.finditer(text, floor, end))
    if gaps and text.count("\n", end, footer) > _FOOT_BLANK_LINES and text[floor : gaps[-1].start()].strip():
        return Span(gaps[-1].end(), end)
    return None
