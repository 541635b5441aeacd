"""Carries out what `merge` decides, one region after the other, each on the text that the one before left.
Going step by step keeps the gaps right when two blocks meet; the texts are small."""

from __future__ import annotations

from collections.abc import Mapping

from booking.domain.blocks import ITEM_GAP, Block, heading_lines, same_heading
from booking.domain.issue_text import Document, Section
from booking.domain.merge import Act, Choice, Conflict, Situation, decide
from booking.domain.region import PAID, Region, locate, section_of
from booking.domain.region_edit import ACTS, Run, Site, insert, put_back
from booking.domain.snapshot import Snapshot


def run(
    document: Document,
    blocks: Mapping[Region, Block],
    snapshots: Mapping[Region, Snapshot],
    choices: Mapping[Region, Choice],
    *,
    restore: bool = False,
) -> Run:
    """Bring every region to what its block says, or collect the conflicts.

    With `restore`, what the feed once replaced is put back instead of leaving a hole. Raises FeedRefused when a region
    cannot be told for certain.
    """
    state = Run(document, dict(snapshots))
    # From the bottom up: a foot written by hand may be known only by saying the same as the sponsor above.
    for region in reversed(Region):
        _step(state, region, blocks.get(region), choices.get(region), restore)
    state.conflicts, state.warnings = state.conflicts[::-1], state.warnings[::-1]
    state.inserted = state.inserted[::-1]
    # New blocks come last, so that whoever takes them out again first finds what was there, gaps and all.
    for region in state.inserted:
        insert(state, _site(state.document, region, blocks[region], None))
    return state


def _step(state: Run, region: Region, block: Block | None, choice: Choice | None, restore: bool) -> None:
    snapshot = state.snapshots.get(region)
    if block is None and snapshot is None:
        _warn_of_unbooked(state, region)
        return
    site = _site(state.document, region, block, snapshot)
    present = state.document.slice(site.span) if site.span else None
    act = decide(Situation(region, present, snapshot, block, site.core if block else None), choice)
    if isinstance(act, Conflict):
        state.conflicts += (act,)
        return
    puts_back = act is Act.REMOVE and snapshot is not None and bool(snapshot.before) and (restore or snapshot.kept)
    (put_back if puts_back else ACTS[act])(state, site)
    if block is None:
        _warn_of_unbooked(state, region)


def _warn_of_unbooked(state: Run, region: Region) -> None:
    document = state.document
    if document.foot if region is Region.FOOT else document.paid(PAID[region]):
        state.warnings += (f"The draft has text in the {region.value} region that nobody booked. It was left alone.",)


def _site(document: Document, region: Region, block: Block | None, snapshot: Snapshot | None) -> Site:
    span = locate(document, region, snapshot.text if snapshot else "")
    section = None if region is Region.FOOT else section_of(document, region)
    core = _core(document, block, section, snapshot) if block else ""
    return Site(region, block, span, snapshot, core)


def _core(document: Document, block: Block, section: Section | None, snapshot: Snapshot | None) -> str:
    """The region's text as the approved copy gives it: an existing heading that says the same keeps its bytes."""
    if snapshot and snapshot.kept:
        return snapshot.before + ITEM_GAP + block.body
    if block.region is Region.FOOT:
        return block.body
    if section and same_heading(section.heading, block):
        heading = document.text[section.start : section.body].rstrip("\n")
    else:
        beside = section_of(document, Region.SPONSOR) if block.region is Region.EVENT else None
        like = section or beside or next(iter(document.sections), None)
        heading = heading_lines(block.name, like.heading if like else None)
    return f"{heading}\n\n{block.body}"
