"""What the feed can do to one region: put text in, take it out, or only remember something about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from booking.domain.blocks import ITEM_GAP, Block
from booking.domain.copy_errors import FeedRefused
from booking.domain.draft_bytes import LINE_LIMIT, SIZE_LIMIT
from booking.domain.issue_text import Document, Span, read
from booking.domain.merge import Act, Conflict
from booking.domain.place import place_for
from booking.domain.region import Region, gaps_around, locate
from booking.domain.snapshot import Snapshot


@dataclass
class Run:
    """The state of a feed on its way through the regions, and what it has found so far."""

    document: Document
    snapshots: dict[Region, Snapshot]
    conflicts: tuple[Conflict, ...] = ()
    warnings: tuple[str, ...] = ()
    written: tuple[Region, ...] = ()
    """The regions whose text came from a block in this run."""
    inserted: tuple[Region, ...] = ()
    """Those of them that were not there, in the order in which they were put in."""

    @property
    def not_run(self) -> frozenset[Region]:
        """The regions that the editor marked as not run."""
        return frozenset(region for region, snapshot in self.snapshots.items() if not snapshot.text)

    def edit(self, span: Span, text: str) -> None:
        """Put `text` in the place of `span` and read the issue again."""
        old = self.document.text
        new = old[: span.start] + text + old[span.end :]
        if len(new) > SIZE_LIMIT or new.count("\n") > LINE_LIMIT:
            limits = f"{SIZE_LIMIT:,} bytes or {LINE_LIMIT:,} lines"
            raise FeedRefused(f"With its copy the issue would be over {limits}. Move some ads to another issue.")
        self.document = read(new, self.document.encoding)


@dataclass(frozen=True, slots=True)
class Site:
    """One region as a step finds it."""

    region: Region
    block: Block | None
    span: Span | None
    snapshot: Snapshot | None
    core: str

    @property
    def found(self) -> Span:
        """The span, for acts that `merge` decides only where the region is there."""
        if self.span is None:
            raise AssertionError(f"{self.region} is not in the draft")
        return self.span

    @property
    def wanted(self) -> str:
        return self.block.wanted if self.block else ""


def removed(text: str, span: Span, lead: str, trail: str) -> str:
    """`text` without the span and without as many newlines around it as belong to it, if they are still there.

    Above and below become one gap, so what one side lacks is taken from the other; two lines are never joined.
    """
    above, below = text[: span.start].rstrip("\n"), text[span.end :].lstrip("\n")
    over, under = span.start - len(above), len(text) - span.end - len(below)
    keep = max(over - len(lead), 0) + max(under - len(trail), 0)
    keep -= min(keep, max(len(lead) - over, 0) + max(len(trail) - under, 0))
    return above + "\n" * max(keep, 1 if above and below else 0) + below


def insert(state: Run, site: Site) -> None:
    jobs = state.snapshots.get(Region.JOBS)
    gap = place_for(state.document, site.region, jobs is not None and jobs.hangs)
    state.edit(Span(gap.offset, gap.offset), gap.lead + site.core + gap.trail)
    state.snapshots[site.region] = Snapshot(site.core, gap.lead, gap.trail, wanted=site.wanted)
    state.written += (site.region,)


def _defer(state: Run, site: Site) -> None:
    state.inserted += (site.region,)


def _write(state: Run, site: Site) -> None:
    snapshot = _taken(state, site, site.core)
    state.edit(site.found, site.core)
    state.snapshots[site.region] = snapshot
    state.written += (site.region,)


def _append(state: Run, site: Site) -> None:
    present = state.document.slice(site.found)
    body = site.block.body if site.block else ""
    snapshot = replace(_taken(state, site, present + ITEM_GAP + body), kept=True)
    state.edit(site.found, snapshot.text)
    state.snapshots[site.region] = snapshot
    state.written += (site.region,)


def _remove(state: Run, site: Site) -> None:
    snapshot = state.snapshots.pop(site.region)
    heir = _heir(state, site)
    if heir and snapshot.lead and not snapshot.hangs:
        # The gap above now belongs to the block next to this one, or there would be none between it and the intro.
        state.snapshots[heir] = replace(state.snapshots[heir], lead=state.snapshots[heir].lead + snapshot.lead)
        snapshot = replace(snapshot, lead="")
    text = removed(state.document.text, site.found, snapshot.lead, snapshot.trail)
    state.edit(Span(0, len(state.document.text)), text)


def _heir(state: Run, site: Site) -> Region | None:
    """The sponsor for the event and the event for the sponsor, when the feed inserted both and they are neighbours."""
    other = {Region.SPONSOR: Region.EVENT, Region.EVENT: Region.SPONSOR}.get(site.region)
    snapshot = state.snapshots.get(other) if other else None
    # What stood there before us has its own gap already.
    if other is None or snapshot is None or snapshot.before:
        return None
    span = locate(state.document, other, snapshot.text)
    if span is None:
        return None
    between = state.document.text[min(span.end, site.found.end) : max(span.start, site.found.start)]
    return None if between.strip() else other


def put_back(state: Run, site: Site) -> None:
    state.edit(site.found, state.snapshots.pop(site.region).before)


def _take(state: Run, site: Site) -> None:
    state.snapshots[site.region] = _taken(state, site, state.document.slice(site.found))


def _keep(state: Run, site: Site) -> None:
    theirs = state.document.slice(site.found)
    state.snapshots[site.region] = replace(state.snapshots[site.region], wanted=site.wanted, theirs=theirs)


def _mark_not_run(state: Run, site: Site) -> None:
    state.snapshots[site.region] = Snapshot("", wanted=site.wanted)


def _forget(state: Run, site: Site) -> None:
    state.snapshots.pop(site.region, None)


def _leave(state: Run, site: Site) -> None:
    """Nothing to do."""


def _taken(state: Run, site: Site, text: str) -> Snapshot:
    """The snapshot of a region whose text is now ours; what stood there before our first feed stays on record."""
    if site.snapshot and site.snapshot.text:
        return replace(site.snapshot, text=text, wanted=site.wanted, theirs="")
    lead, trail = gaps_around(state.document.text, site.found)
    return Snapshot(text, lead, trail, before=state.document.slice(site.found), wanted=site.wanted)


ACTS: dict[Act, Callable[[Run, Site], None]] = {
    Act.LEAVE: _leave,
    Act.FORGET: _forget,
    Act.INSERT: _defer,
    Act.WRITE: _write,
    Act.APPEND: _append,
    Act.REMOVE: _remove,
    Act.TAKE: _take,
    Act.ADOPT: _take,
    Act.KEEP: _keep,
    Act.NOT_RUN: _mark_not_run,
}
