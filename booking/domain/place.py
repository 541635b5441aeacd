"""Where a new block goes in an issue, and how many blank lines stand around it."""

from __future__ import annotations

from dataclasses import dataclass

from booking.domain.copy_errors import FeedRefused
from booking.domain.heading import Paid
from booking.domain.issue_text import Document, Section, content_end
from booking.domain.region import Region, section_of

SECTION_GAP = 2
"""Blank lines between sections and between items; the model newsletter's own."""
FOOT_GAP = 3
"""Blank lines on each side of the foot."""
_AFTER_JOBS = frozenset({"events", "tools"})


@dataclass(frozen=True, slots=True)
class Gap:
    """A place between two characters, with the newlines to write before and after what is put there."""

    offset: int
    lead: str
    trail: str


def place_for(document: Document, region: Region, jobs_hang: bool) -> Gap:
    """Where the region belongs in an issue that has none.

    `jobs_hang` says that Jobs were put at the end with the gap above them: what goes before them then hangs in the same
    way, so that each can be taken out without the other. Raises FeedRefused when the issue has no section.
    """
    if region is Region.FOOT:
        return _before(document, document.footer or 0, FOOT_GAP)
    following = _following(document, region)
    if following is not None and jobs_hang and following.heading.paid is Paid.JOBS:
        above = content_end(document.text, document.front, following.start)
        return Gap(above, "\n" * (SECTION_GAP + 1), "")
    if following is not None:
        return _before(document, following.start, SECTION_GAP)
    if not document.sections:
        raise FeedRefused("This draft has no section heading, such as News. Add one, so that the ads have their place.")
    return _at_end(document)


def _following(document: Document, region: Region) -> Section | None:
    """The section that the new block goes before; None for the end."""
    if region is Region.SPONSOR:
        return document.sections[0] if document.sections else None
    if region is Region.EVENT:
        sponsor = section_of(document, Region.SPONSOR)
        return _next(document, sponsor) if sponsor else _following(document, Region.SPONSOR)
    news = next((section for section in document.sections if section.heading.name.casefold() == "news"), None)
    later = [section for section in document.sections if news is None or section.start > news.start]
    before = next((section for section in later if section.heading.name.casefold() in _AFTER_JOBS), None)
    return before or (_next(document, news) if news else None)


def _next(document: Document, section: Section) -> Section | None:
    return next((other for other in document.sections if other.start > section.start), None)


def _before(document: Document, offset: int, blank_lines: int) -> Gap:
    """Above the line at `offset`, with that many blank lines on each side, as far as adding newlines can give them."""
    above = document.text[document.front : offset]
    written = len(above.rstrip())
    first_blank = above.find("\n", written) + 1 if written else 0
    wanted = blank_lines if written else 1 if document.front else 0
    present = above.count("\n", first_blank)
    if present <= wanted:
        return Gap(offset, "\n" * (wanted - present), "\n" * (blank_lines + 1))
    start = document.front + first_blank
    for _ in range(wanted):
        start = document.text.index("\n", start) + 1
    return Gap(start, "", "\n" * (max(0, blank_lines - (present - wanted)) + 1))


def _at_end(document: Document) -> Gap:
    end = document.content_end
    rest = document.text[end:]
    # A footer that stands close below would otherwise be swallowed by the block's last paragraph.
    touches = bool(rest.strip()) and not rest.startswith("\n\n")
    return Gap(end, "\n" * (SECTION_GAP + 1), "\n" if touches else "")
