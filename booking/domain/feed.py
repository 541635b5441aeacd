"""Writes the approved copy into a draft, and takes it out again. Pure: bytes and values in, a result out. What cannot
be done exactly is refused, and the draft is then what it was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from booking.domain.blocks import ApprovedCopy, blocks_for
from booking.domain.copy_attacks import attacks
from booking.domain.copy_errors import FeedRefused
from booking.domain.copy_text import AdCopy
from booking.domain.draft_bytes import LINE_LIMIT, SIZE_LIMIT
from booking.domain.feed_proof import items_in, prove
from booking.domain.feed_run import run
from booking.domain.issue_text import Document, parse
from booking.domain.merge import Choice, Conflict
from booking.domain.region import Region
from booking.domain.snapshot import Snapshot, dump_all, load_all
from booking.domain.title_line import IssueFacts, disagreements

SECTION_LIMIT = 1_000
"""An issue has six sections; the limit keeps the feed of anything else under a second."""


@dataclass(frozen=True, slots=True)
class FeedResult:
    """What a feed did. With conflicts, nothing was done: `draft` and `base` are what was given.

    `base` is to be stored per region (and regions not in it forgotten). `carried` holds (region, key) for each ad whose
    exact text now stands in its region: only these may be counted as placed. `not_run` lists regions that the editor
    marked so. Warnings and conflicts are sentences for the editor (`str(conflict)`).
    """

    draft: bytes
    changed: bool
    base: Mapping[Region, bytes]
    conflicts: tuple[Conflict, ...] = ()
    warnings: tuple[str, ...] = ()
    not_run: frozenset[Region] = frozenset()
    carried: frozenset[tuple[Region, str]] = frozenset()


def feed(
    draft: bytes,
    copy: ApprovedCopy,
    base: Mapping[Region, str | bytes] | None = None,
    choices: Mapping[Region, Choice] | None = None,
    facts: IssueFacts | None = None,
) -> FeedResult:
    """Write `copy` into the regions of `draft`; `base` is what the last feed returned for this issue.

    Every other byte stays. Raises DraftRefused for a draft that cannot be read, FeedRefused when the copy cannot be
    written exactly, attacks the format, or has no place to go.
    """
    document = _one_issue(draft)
    _refuse_stray_footer(document)
    _refuse_attacks(copy)
    before = load_all(base or {})
    outcome = run(document, blocks_for(copy, document.footer is not None), before, choices or {})
    warnings = (*outcome.warnings, *_warnings(document, copy, facts))
    if outcome.conflicts:
        return FeedResult(
            draft, False, _as_bytes(base or {}), outcome.conflicts, warnings, carried=_carried(document, copy, before)
        )
    prove(document, before, outcome, copy)
    written = outcome.document.encoding.encode(outcome.document.text)
    return FeedResult(
        draft=written,
        changed=written != draft,
        base=dump_all(outcome.snapshots),
        warnings=warnings,
        not_run=outcome.not_run,
        carried=_carried(outcome.document, copy, outcome.snapshots),
    )


def cancel(
    draft: bytes, base: Mapping[Region, str | bytes], choices: Mapping[Region, Choice] | None = None
) -> FeedResult:
    """Take out all that the feed wrote and put back what it replaced: after a feed, the original bytes.

    A region that was edited since is a conflict (keep theirs, or overwrite to remove it). Raises DraftRefused, and
    FeedRefused for what is not the draft of one issue.
    """
    document = _one_issue(draft)
    outcome = run(document, {}, load_all(base), choices or {}, restore=True)
    if outcome.conflicts:
        return FeedResult(draft, False, _as_bytes(base), outcome.conflicts)
    written = document.encoding.encode(outcome.document.text)
    return FeedResult(written, written != draft, {})


def _one_issue(draft: bytes) -> Document:
    """The draft, read, unless it is so large that it is not the draft of one issue."""
    lines = draft.count(b"\n")
    if lines > LINE_LIMIT and len(draft) <= SIZE_LIMIT:
        raise FeedRefused(f"This draft has {lines:,} lines. An issue may have {LINE_LIMIT:,}; check that it is one.")
    document = parse(draft)
    if len(document.sections) > SECTION_LIMIT:
        raise FeedRefused(f"This draft has {len(document.sections):,} sections. Check that it is one issue.")
    return document


def _refuse_stray_footer(document: Document) -> None:
    if document.stray_footer:
        raise FeedRefused(
            f"A section stands below the footer on line {document.stray_footer}. Move the footer to the end."
        )


def _refuse_attacks(copy: ApprovedCopy) -> None:
    for ad in copy.all():
        for problem in attacks(ad):
            raise FeedRefused(f"The copy of {ad.name or 'an ad'} cannot be written into an issue. {problem.sentence}")


def _warnings(document: Document, copy: ApprovedCopy, facts: IssueFacts | None) -> tuple[str, ...]:
    warnings = disagreements(document, facts) if facts else []
    if copy.sponsor and copy.house:
        warnings.append("The sponsor's place carries the house ad.")
    if copy.sponsor and document.footer is None:
        warnings.append("The draft has no footer, so the sponsor stands at the top only.")
    return tuple(warnings)


def _as_bytes(base: Mapping[Region, str | bytes]) -> dict[Region, bytes]:
    return {region: text.encode() if isinstance(text, str) else text for region, text in base.items()}


def _carried(
    document: Document, copy: ApprovedCopy, snapshots: Mapping[Region, Snapshot]
) -> frozenset[tuple[Region, str]]:
    ads: dict[Region, tuple[AdCopy, ...]] = {Region.EVENT: copy.events, Region.JOBS: copy.jobs}
    if copy.sponsor:
        ads |= {Region.SPONSOR: (copy.sponsor,), Region.FOOT: (copy.sponsor,)}
    carried = set()
    for region, block in blocks_for(copy, has_footer=True).items():
        there = frozenset(items_in(document, region, snapshots.get(region)))
        carried |= {(region, ad.key) for ad, item in zip(ads[region], block.items, strict=True) if item in there}
    return frozenset(carried)
