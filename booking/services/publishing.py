"""Proof of publication: looks for every ad in the issue as it was sent, keeps what was found, and acts on it: the tear
sheet for what ran, a question to the editor about what did not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

import sqlalchemy as sa

from booking.db import db, transaction
from booking.domain.copy_refusals import NotSentYet
from booking.domain.publication import Found, expected_blocks, verify
from booking.domain.region import Region
from booking.domain.states import BookingState, FoundState, IssueState
from booking.models import Booking, FeedBase, FeedRun, FoundBlock, Issue, IssueItem, OutboxMessage
from booking.services import audit, letters, outbox
from booking.services.booking_steps import By
from booking.services.issue_copy import HOUSE_KEY, copy_for, issue_numbered
from booking.services.tasks_for_people import open_task, settle_task

PATIENCE = timedelta(days=2)
"""After sending, for the editor to check what ran before advertisers are told that it did."""
STALE = timedelta(days=14)
"""After sending, when a tear sheet is no news any more."""


@dataclass(frozen=True, slots=True)
class Verified:
    """What was found of each block, in the order in which it should stand."""

    number: int
    found: tuple[Found, ...]

    @property
    def all_ran(self) -> bool:
        """Whether every block ran exactly as approved."""
        return all(block.state is FoundState.RAN for block in self.found)


@transaction
def verify_issue(number: int, sent: bytes, by: By) -> Verified:
    """Compare the issue as sent (its file, its text or the raw mail) with what it froze with, and keep the result.

    Doing it again with a better copy of the issue replaces what was found. Raises NotFound, NotSentYet, SentRefused,
    ApprovedCopyChanged.
    """
    issue = issue_numbered(number, lock=True)
    if issue.state is not IssueState.SENT:
        raise NotSentYet(number)
    copy = copy_for(issue)
    found = verify(sent, expected_blocks(copy.approved(), with_foot=_has_foot(issue)))
    items = {_key(item): item for item in _items(issue)}
    _store(found, items, by)
    for key, blocks in groupby(sorted(found, key=lambda block: block.key), key=lambda block: block.key):
        if key != HOUSE_KEY:
            _conclude(issue, db.session.get_one(Booking, int(key)), list(blocks), by)
    ran = sum(block.state is FoundState.RAN for block in found)
    sentence = f"Looked for {len(found)} blocks in issue {number} as sent: {ran} ran as approved."
    audit.record(by.actor, by.user_id, "issue.verify", f"issue {number}", sentence, by.now)
    return Verified(number, found)


@transaction
def send_tear_sheets(now: datetime) -> int:
    """Send the tear sheets of issues that nobody compared with what was sent; returns how many.

    The editor has `PATIENCE` to do that first. Whatever was looked for is not sent here: its own result decided.
    """
    told = sa.literal("tear-sheet:").concat(sa.cast(Booking.id, sa.String))
    unseen = db.session.scalars(
        sa.select(Booking)
        .join(IssueItem, IssueItem.booking_id == Booking.id)
        .join(Issue, Issue.id == IssueItem.issue_id)
        .outerjoin(FoundBlock, FoundBlock.issue_item_id == IssueItem.id)
        .where(
            Issue.sent_at <= now - PATIENCE,
            Issue.sent_at > now - STALE,
            Booking.state == BookingState.RAN,
            FoundBlock.issue_item_id.is_(None),
            sa.not_(sa.exists().where(OutboxMessage.dedupe_key == told)),
        )
    ).all()
    for booking in unseen:
        outbox.post(letters.tear_sheet(booking), f"tear-sheet:{booking.id}", now)
    return len(unseen)


def _has_foot(issue: Issue) -> bool:
    """Whether the sponsor was to stand above a footer too: as the last feed wrote it; yes when there was no feed."""
    fed = db.session.scalar(sa.select(sa.exists().where(FeedRun.issue_id == issue.id)))
    foot = sa.exists().where(FeedBase.issue_id == issue.id, FeedBase.region == Region.FOOT.value)
    return not fed or bool(db.session.scalar(sa.select(foot)))


def _items(issue: Issue) -> Sequence[IssueItem]:
    return db.session.scalars(sa.select(IssueItem).where(IssueItem.issue_id == issue.id)).all()


def _key(item: IssueItem) -> str:
    return HOUSE_KEY if item.booking_id is None else str(item.booking_id)


def _store(found: Sequence[Found], items: dict[str, IssueItem], by: By) -> None:
    ids = [item.id for item in items.values()]
    db.session.execute(sa.delete(FoundBlock).where(FoundBlock.issue_item_id.in_(ids)))
    for block in found:
        row = FoundBlock(issue_item_id=items[block.key].id, place=block.region.value, found=block.state)
        row.difference = [[piece.change.value, piece.text] for piece in block.pieces]
        row.checked_at = by.now
        db.session.add(row)
    db.session.flush()


def _conclude(issue: Issue, booking: Booking, blocks: Sequence[Found], by: By) -> None:
    task = f"proof:{booking.id}"
    if all(block.state is FoundState.RAN for block in blocks):
        settle_task(task, by.now)
        outbox.post(letters.tear_sheet(booking), f"tear-sheet:{booking.id}", by.now)
        return
    faults = " and ".join(
        f"{block.state.value} in {_place(block.region)}" for block in blocks if block.state is not FoundState.RAN
    )
    open_task(
        task,
        f"{booking.order.company} was {faults} of issue {issue.number}",
        "Look at the difference on the issue's page. Give them another week as a make-good, or a refund.",
        booking.order_id,
        by.now,
    )


def _place(region: Region) -> str:
    places = {
        Region.SPONSOR: "the sponsor block",
        Region.FOOT: "the foot",
        Region.EVENT: "the sponsored event",
        Region.JOBS: "the jobs",
    }
    return places[region]
