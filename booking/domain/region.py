"""The four stretches of an issue that the feed may touch, and where they are in a document."""

from __future__ import annotations

from difflib import SequenceMatcher
from enum import StrEnum

from booking.domain.copy_errors import FeedRefused
from booking.domain.heading import Paid
from booking.domain.issue_text import Document, Section, Span, content_end


class Region(StrEnum):
    """What the feed owns, in the order in which it is written."""

    SPONSOR = "sponsor"
    EVENT = "event"
    JOBS = "jobs"
    FOOT = "foot"


PAID = {Region.SPONSOR: Paid.SPONSOR, Region.EVENT: Paid.EVENT, Region.JOBS: Paid.JOBS}
_SAME_BLOCK = 0.6
"""How alike an edited foot is to what was written, at least, to be called the same block."""


def section_of(document: Document, region: Region) -> Section | None:
    """The section of that region, if there is one. Raises FeedRefused when there are two: neither is surely ours."""
    found = document.paid(PAID[region])
    if len(found) > 1:
        lines = " and ".join(str(section.heading.line + 1) for section in found)
        raise FeedRefused(
            f"Two sections are headed “{found[1].heading.name}” or alike (lines {lines}). Join them into one."
        )
    return found[0] if found else None


def locate(document: Document, region: Region, written: str) -> Span | None:
    """Where the region is: from its first character to the end of its last written line.

    `written` is what the last feed wrote there (empty for none); it finds a foot whose gaps were edited.
    """
    if region is not Region.FOOT:
        section = section_of(document, region)
        return section.span if section else None
    return _ours_at_end(document, written) or document.foot or _alike_at_end(document, written)


def gaps_around(text: str, span: Span) -> tuple[str, str]:
    """The newlines before and after that go when the block goes: those after it, or those before it at the end."""
    after = text[span.end :]
    blank = len(after) - len(after.lstrip("\n"))
    if blank < len(after):
        return "", after[:blank]
    before = text[: span.start]
    return before[len(before.rstrip("\n")) :], ""


def _block_end(document: Document) -> int:
    limit = len(document.text) if document.footer is None else document.footer
    return content_end(document.text, document.front, limit)


def _ours_at_end(document: Document, written: str) -> Span | None:
    end = _block_end(document)
    start = end - len(written)
    at_line_start = start > document.front and document.text[start - 1] == "\n"
    return Span(start, end) if written and at_line_start and document.text.startswith(written, start) else None


def _alike_at_end(document: Document, written: str) -> Span | None:
    if not written or document.footer is None:
        return None
    floor = document.sections[-1].body if document.sections else document.front
    end = _block_end(document)
    start = max(document.text.rfind("\n\n\n", floor, end) + 3, floor)
    words = document.text[start:end]
    if len(words) > 4 * len(written) or not words.strip():
        return None
    alike = SequenceMatcher(None, words.split(), written.split(), autojunk=False).ratio() > _SAME_BLOCK
    return Span(start, end) if alike else None
