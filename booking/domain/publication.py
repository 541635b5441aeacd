"""Proof of publication: finds each approved block in the issue as sent, and says whether it ran, ran altered, or is
missing.

What does not count as a difference: white space and line breaks of any kind (mail wraps at 72 to 78 and may break a
link), the form of the one link (`[URL](URL)`, `<URL>` or bare), `>` before `From`, Unicode composition, invisible
joiners, and Markdown marks that an HTML mail has turned into type. Everything else counts.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from booking.domain.blocks import ApprovedCopy, blocks_for
from booking.domain.copy_diff import Piece, word_diff
from booking.domain.reading import Reading, normal, squeeze
from booking.domain.region import Region
from booking.domain.render import to_html
from booking.domain.sent_text import html_text, sent_texts
from booking.domain.states import FoundState

ALIKE = 0.5
"""Share of equal words above which a passage is the block, altered, and not another text."""
_LINK = re.compile(r"\[([^\]]*)\]\((?:mailto:)?(.*)\)")


@dataclass(frozen=True, slots=True)
class Expected:
    """A block that should have run: its Markdown `text` without heading, the words of its heading (empty for none)."""

    key: str
    region: Region
    text: str
    heading: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """What became of a block. `pieces` leads from what was approved to what ran, when altered; empty otherwise."""

    key: str
    region: Region
    state: FoundState
    pieces: tuple[Piece, ...] = ()


def expected_blocks(copy: ApprovedCopy, *, with_foot: bool = True) -> tuple[Expected, ...]:
    """All blocks of an issue's approved copy, in their order."""
    keys = {
        Region.SPONSOR: [copy.sponsor.key if copy.sponsor else ""],
        Region.EVENT: [ad.key for ad in copy.events],
        Region.JOBS: [ad.key for ad in copy.jobs],
    }
    return tuple(
        Expected(key, region, item, block.name if region is Region.SPONSOR else "")
        for region, block in blocks_for(copy, with_foot).items()
        for key, item in zip(keys.get(region, keys[Region.SPONSOR]), block.items, strict=True)
    )


def verify(sent: bytes, expected: Sequence[Expected]) -> tuple[Found, ...]:
    """Look for each block in the issue as sent (file, pasted text, HTML or raw mail), in the order given.

    Of several readings of a mail, the one in which most blocks ran counts. Raises SentRefused when nothing can be read.
    """
    return max((_read(Reading(text), expected) for text in sent_texts(sent)), key=_well_read)


def _well_read(found: Sequence[Found]) -> tuple[int, int]:
    states = Counter(block.state for block in found)
    return states[FoundState.RAN], states[FoundState.ALTERED]


def _read(reading: Reading, expected: Sequence[Expected]) -> tuple[Found, ...]:
    """First what ran as approved, so that no other block is then taken for an altered one."""
    taken: dict[int, int] = {}
    exact = [_exact(reading, block, taken) for block in expected]
    return tuple(found or _altered(reading, block, taken) for found, block in zip(exact, expected, strict=True))


def _exact(reading: Reading, block: Expected, taken: dict[int, int]) -> Found | None:
    """Two ads with the same words need two places; `taken` holds where counted ones start and end."""
    for offset, length in reading.occurrences(_forms(block.text)):
        start, end = reading.place(offset), reading.place(offset + length - 1)
        if start in taken or not reading.stands_alone(start, end):
            continue
        heading = reading.heading_above(start)
        headed = not block.heading or squeeze(block.heading) == squeeze(heading)
        # Its own heading makes it the block at the top, wherever a line of the intro says “News”.
        if not _in_zone(reading, block.region, start) and not (block.heading and headed):
            continue
        taken[start] = end
        if headed:
            return Found(block.key, block.region, FoundState.RAN)
        return Found(block.key, block.region, FoundState.ALTERED, word_diff(block.heading, heading))
    return None


def _altered(reading: Reading, block: Expected, taken: dict[int, int]) -> Found:
    wanted = "\n\n".join(" ".join(paragraph.split()) for paragraph in normal(block.text).split("\n\n"))
    free = [
        text
        for place, text in reading.paragraphs
        if _in_zone(reading, block.region, place) and not any(start <= place <= end for start, end in taken.items())
    ]
    passage = _likest(free, wanted)
    if passage is None:
        return Found(block.key, block.region, FoundState.MISSING)
    return Found(block.key, block.region, FoundState.ALTERED, word_diff(wanted, passage))


def _forms(text: str) -> tuple[str, ...]:
    """The block without white space, in each form that its link and its Markdown marks may have taken on the way."""
    body, _, last = text.rpartition("\n\n")
    link = _LINK.fullmatch(last)
    bodies = dict.fromkeys((body, html_text(to_html(body, paid=True)))) if link else {text: None}
    shown, target = link.groups() if link else ("", "")
    typeset = html_text(to_html(last, paid=True)) if link else ""
    links = (last, shown, f"<{shown}>", f"{shown}<{target}>", f"{shown}({target})", typeset) if link else ("",)
    return tuple(squeeze(body + form) for body in bodies for form in links)


def _in_zone(reading: Reading, region: Region, place: int) -> bool:
    if region is Region.SPONSOR:
        return place < reading.top_ends
    return region is not Region.FOOT or place >= reading.top_ends


def _likest(paragraphs: Sequence[str], wanted: str) -> str | None:
    """The passage that is most like the block, if any is enough like it to be the block, altered."""
    words = Counter(wanted.split())
    size = wanted.count("\n\n") + 1
    counts = [Counter(text.split()) for text in paragraphs]
    best, share = "", 0.0
    for start in range(len(paragraphs)):
        there: Counter[str] = Counter()
        for end in range(start, min(start + size, len(paragraphs))):
            there += counts[end]
            alike = 2 * (words & there).total() / (words.total() + there.total())
            if alike > share:
                best, share = "\n\n".join(paragraphs[start : end + 1]), alike
    return best if share > ALIKE else None
