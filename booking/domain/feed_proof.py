"""Proves a feed before anyone sees it: nothing outside the regions changed, each region reads back as the approved
copy, and feeding again would change nothing. It reads the result afresh and trusts nothing that wrote it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from booking.domain.blocks import ApprovedCopy, Block, blocks_for, same_heading, split_items
from booking.domain.copy_errors import FeedRefused
from booking.domain.feed_run import run
from booking.domain.issue_text import Document, read
from booking.domain.region import Region, locate, section_of
from booking.domain.region_edit import Run, removed
from booking.domain.snapshot import Snapshot

Snapshots = Mapping[Region, Snapshot]


def prove(draft: Document, base: Snapshots, outcome: Run, copy: ApprovedCopy) -> None:
    """Raises FeedRefused when the outcome is not exactly what a feed may do."""
    fed = read(outcome.document.text, draft.encoding)
    blocks = blocks_for(copy, fed.footer is not None)
    _prove_outside(draft, fed, base, outcome)
    for region in outcome.written:
        if not _reads_back(fed, blocks[region], outcome.snapshots[region]):
            raise FeedRefused(f"The {region.value} region would not read back as approved. Check the text around it.")
    again = run(fed, blocks, outcome.snapshots, {})
    if again.conflicts or again.document.text != fed.text:
        raise FeedRefused("Feeding this draft twice would change it twice. Check the headings around the ads.")


def items_in(document: Document, region: Region, snapshot: Snapshot | None) -> tuple[str, ...]:
    """The items that stand in a region, its heading aside; none where the draft has no such region."""
    span = locate(document, region, snapshot.text if snapshot else "")
    if span is None:
        return ()
    section = None if region is Region.FOOT else section_of(document, region)
    return split_items(document.text[section.body if section else span.start : span.end])


def _reads_back(fed: Document, block: Block, snapshot: Snapshot) -> bool:
    span = locate(fed, block.region, snapshot.text)
    section = None if block.region is Region.FOOT else section_of(fed, block.region)
    if span is None or fed.slice(span) != snapshot.text or (section and not same_heading(section.heading, block)):
        return False
    items = items_in(fed, block.region, snapshot)
    return (items[-len(block.items) :] if snapshot.kept else items) == block.items


def _prove_outside(draft: Document, fed: Document, base: Snapshots, outcome: Run) -> None:
    after = outcome.snapshots
    # A hand edit that was overwritten with the same words again is written, though its snapshot is what it was.
    others = [
        region for region in reversed(Region) if region in outcome.written or base.get(region) != after.get(region)
    ]
    touched = dict.fromkeys([*reversed(outcome.inserted), *others])
    if _outside(draft, base, after, touched) != _outside(fed, after, base, touched):
        raise FeedRefused("Feeding this draft would change text outside the ads. Check the gaps around its headings.")


def _outside(document: Document, own: Snapshots, other: Snapshots, touched: Iterable[Region]) -> str:
    """The text without the touched regions and the newlines that belong to them, by its own snapshots if it can."""
    for region in touched:
        span = locate(document, region, own[region].text if region in own else "")
        gaps = own.get(region) or other.get(region)
        if span and gaps:
            document = read(removed(document.text, span, gaps.lead, gaps.trail), document.encoding)
    return document.text
