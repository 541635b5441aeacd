"""Recognises the headings of an issue: setext or ATX, never a tag such as #monitoringsucks.
Names of paid sections are known here, because hands write them in more than one way."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from itertools import chain


class Paid(Enum):
    """The kinds of section that are sold; the value is the plain heading."""

    SPONSOR = "Sponsor"
    EVENT = "Sponsored event"
    JOBS = "Jobs"


@dataclass(frozen=True, slots=True)
class Heading:
    """One heading: its first line (an index), how many lines it takes, its words, and the marks it is written with.

    `marks` is a run of `#` for ATX, and `=` or `-` for an underline.
    """

    line: int
    length: int
    name: str
    marks: str

    @property
    def is_atx(self) -> bool:
        return self.marks[0] == "#"

    @property
    def level(self) -> int:
        return len(self.marks) if self.is_atx else 1

    @property
    def paid(self) -> Paid | None:
        return paid_kind(self.name)

    @property
    def is_known(self) -> bool:
        return self.paid is not None or self.name.casefold() in EDITORIAL


EDITORIAL = frozenset({"news", "events", "tools"})
_SPONSOR = re.compile(
    r"""(?:>\s?)?(?: (?:(?:a\ |some\ )?(?:word|message)s?\ )? from\ our\ sponsors?\b
        | (?:our\ |today['’]s\ |this\ week['’]s\ )? sponsors?(?:$|\s*[:,]) | sponsored\ by\b | house\ ad: )""",
    re.IGNORECASE | re.VERBOSE,
)
"""As feed.md has it, and as hands have varied it: a sponsor that was not seen would be given a second one above."""
_SPONSOR_NAME = re.compile(r"(?:>\s?)?(?:from our sponsors?\s*[,:]?|house ad:)\s*(.*)", re.IGNORECASE)
_TITLE = re.compile(r"\bissue\b[\s\\#:.]{0,8}\d", re.IGNORECASE)
_ATX_STARTS = frozenset("# ")
_UNDERLINE_STARTS = frozenset("=- ")


@lru_cache(maxsize=256)
def paid_kind(name: str) -> Paid | None:
    """What is sold under this heading, if anything. `Jobs at the FT` is not `Jobs`."""
    if name == Paid.JOBS.value:
        return Paid.JOBS
    if name.casefold() == Paid.EVENT.value.casefold():
        return Paid.EVENT
    return Paid.SPONSOR if _SPONSOR.match(name) else None


def sponsor_name(name: str) -> str:
    """The sponsor that a heading names; empty for the plain `Sponsor`."""
    match = _SPONSOR_NAME.match(name)
    return match[1].strip() if match else ""


def find_headings(lines: Sequence[str], first: int, unread: Collection[int] = ()) -> list[Heading]:
    """Every heading from line `first` on, in order, but for the `unread` lines. `lines` have no newlines."""
    found: list[Heading] = []
    free = first
    for index, (line, below) in enumerate(
        zip(lines[first:], chain(lines[first + 1 :], [""]), strict=False), start=first
    ):
        # Most lines can be told from a heading by their first letter and the one below it.
        possible = line[:1] in _ATX_STARTS or below[:1] in _UNDERLINE_STARTS
        if not possible or index < free or index in unread:
            continue
        heading = _heading_at(lines, index, first)
        if heading:
            found.append(heading)
            free = index + heading.length
    # Below one line of text `---` is a rule to many hands, but not in a file that underlines its headings so.
    sure = {heading.marks for heading in found if heading.marks == "=" or (heading.marks == "-" and heading.is_known)}
    return [heading for heading in found if heading.marks != "-" or heading.is_known or sure == {"-"}]


def section_headings(headings: Sequence[Heading], lines: Sequence[str]) -> tuple[Heading | None, list[Heading]]:
    """The title, if the first heading is one, and the headings that open sections.

    Known names open a section in any style. Other ATX headings do so only in a file without underlined headings, and
    only at the level of its sections, so that a heading within an item does not cut a section in two. `lines` are the
    draft's: the title may stand on two of them, the letter's name and `ISSUE #51 - March 18` below it.
    """
    if not headings:
        return None, []
    head, rest = headings[0], list(headings[1:])
    below = next((line for line in lines[head.line + head.length :] if line.strip()), "")
    titled = bool(_TITLE.search(head.name) or _TITLE.match(below.lstrip(" #*_"))) and not head.is_known
    underlined = any(not heading.is_atx for heading in (rest if titled else headings))
    level = _section_level(rest if titled else list(headings))
    if not titled and not head.is_known and head.is_atx:
        titled = underlined or head.level < (_section_level(rest) or 2)
        level = _section_level(rest) if titled else level
    candidates = rest if titled else headings
    opening: list[Heading] = []
    for heading in candidates:
        opens = heading.is_known or not heading.is_atx or (not underlined and heading.level <= level)
        if opens or (opening and _ends_an_ad(opening[-1], heading)):
            opening.append(heading)
    return (head if titled else None), opening


def _ends_an_ad(ad: Heading, heading: Heading) -> bool:
    """Whether the heading stands beside that of an ad among items: what it heads is the editor's, not the ad's."""
    return ad.paid is not None and ad.is_atx and heading.is_atx and heading.level <= ad.level


def _section_level(headings: Sequence[Heading]) -> int:
    known = [heading.level for heading in headings if heading.is_atx and heading.is_known]
    return min(known or [heading.level for heading in headings if heading.is_atx], default=0)


def _heading_at(lines: Sequence[str], index: int, first: int) -> Heading | None:
    line = lines[index]
    text = line.strip()
    if not text or line[:4].isspace() or line[:1] == "\t":
        return None
    if text[0] == "#":
        return _atx(text, index)
    marks = _underline(lines[index + 1]) if index + 1 < len(lines) else ""
    if not marks or _underline(line):
        return None
    heading = Heading(index, 2, text, marks)
    above_is_blank = index == first or not lines[index - 1].strip()
    return heading if heading.is_known or above_is_blank else None


def _atx(text: str, index: int) -> Heading | None:
    name = text.lstrip("#")
    level = len(text) - len(name)
    if level > 6 or not name[:1].isspace():
        return None
    name = name.strip()
    without_closing = name.rstrip("#")
    if without_closing[-1:].isspace() or not without_closing:
        name = without_closing.strip()
    return Heading(index, 1, name, "#" * level) if name else None


def _underline(line: str) -> str:
    """`=` or `-` when the line is an underline of it, else nothing."""
    if line[:4].isspace():
        return ""
    text = line.strip()
    return text[0] if text and text[0] in "=-" and text == text[0] * len(text) else ""
