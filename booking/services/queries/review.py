"""What waits for the editor's decision, and one revision with all that is needed to decide about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from booking.db import db
from booking.domain.errors import NotFound
from booking.domain.states import Actor, BookingState, IssueState, PlacementKind
from booking.models import Booking, Creative, CreativeReview, CreativeRevision, Issue, Order, Placement, Slot
from booking.services.queries.copy import Revision, revisions_of


@dataclass(frozen=True, slots=True)
class Waiting:
    """A revision that nobody has decided about, and the first issue that runs it."""

    revision_id: int
    number: int
    name: str
    company: str
    placement: str
    issue: int
    publishes_on: date
    copy_due: datetime
    submitted_at: datetime
    replaces_approved: bool
    awaits_advertiser: bool


@dataclass(frozen=True, slots=True)
class RunsIn:
    """A week that runs the copy."""

    booking_id: int
    order: str
    company: str
    number: int
    publishes_on: date
    issue_state: IssueState
    state: BookingState
    copy_due: datetime


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """One revision among the others of its creative. `against` is what it is compared with, if anything."""

    creative_id: int
    kind: PlacementKind
    placement: str
    copy_limit: int
    revisions: tuple[Revision, ...]
    revision: Revision
    approved_id: int | None
    weeks: tuple[RunsIn, ...]
    against: Revision | None

    @property
    def is_newest(self) -> bool:
        """Whether nothing newer was written; only then can it be decided about."""
        return self.revision is self.revisions[-1]

    @property
    def can_decide(self) -> bool:
        """Whether a decision is still open."""
        return self.is_newest and self.revision.decision is None

    @property
    def coming(self) -> tuple[RunsIn, ...]:
        """The weeks that have not been sent."""
        return tuple(week for week in self.weeks if week.issue_state is not IssueState.SENT)

    @property
    def company(self) -> str:
        """Who booked."""
        return self.weeks[0].company if self.weeks else self.revision.name


def queue() -> list[Waiting]:
    """Every undecided revision that is paid for and can still run, the one whose issue is sent first at the front.

    The editor's own edits stand behind: they wait for the advertiser.
    """
    rows = db.session.execute(
        sa.select(CreativeRevision, Creative.approved_revision_id, Order.company, Placement.name, Issue, Booking)
        .join(Creative, Creative.current_revision_id == CreativeRevision.id)
        .join(Booking, Booking.creative_id == Creative.id)
        .join(Order, Order.id == Booking.order_id)
        .join(Slot, Slot.id == Booking.slot_id)
        .join(Issue, Issue.id == Slot.issue_id)
        .join(Placement, Placement.id == Slot.placement_id)
        .outerjoin(CreativeReview, CreativeReview.revision_id == CreativeRevision.id)
        .where(
            CreativeReview.id.is_(None),
            Booking.state == BookingState.CONFIRMED,
            Issue.state.in_((IssueState.DRAFT, IssueState.OPEN)),
        )
        .order_by(Issue.sends_at, CreativeRevision.submitted_at, CreativeRevision.id)
    ).all()
    waiting: dict[int, Waiting] = {}
    for revision, approved_id, company, placement, issue, booking in rows:
        waiting.setdefault(
            revision.id,
            Waiting(
                revision_id=revision.id,
                number=revision.number,
                name=revision.name,
                company=company,
                placement=placement,
                issue=issue.number,
                publishes_on=issue.publishes_on,
                copy_due=booking.copy_due_at or issue.copy_deadline,
                submitted_at=revision.submitted_at,
                replaces_approved=approved_id is not None,
                awaits_advertiser=revision.author is Actor.EDITOR,
            ),
        )
    return sorted(waiting.values(), key=lambda each: each.awaits_advertiser)


def review_page(revision_id: int, seen_id: int | None = None) -> ReviewPage:
    """One revision. The difference is from `seen_id` when it is given, else from what was approved or decided last.

    Raises NotFound.
    """
    row = db.session.execute(
        sa.select(Creative.id, Creative.approved_revision_id, Placement.kind, Placement.name, Placement.copy_limit)
        .join(CreativeRevision, CreativeRevision.creative_id == Creative.id)
        .join(Placement, Placement.id == Creative.placement_id)
        .where(CreativeRevision.id == revision_id)
    ).one_or_none()
    if row is None:
        raise NotFound("copy")
    revisions = revisions_of(row.id)
    revision = next(each for each in revisions if each.id == revision_id)
    return ReviewPage(
        creative_id=row.id,
        kind=row.kind,
        placement=row.name,
        copy_limit=row.copy_limit,
        revisions=revisions,
        revision=revision,
        approved_id=row.approved_revision_id,
        weeks=_weeks(row.id),
        against=_against(revisions, revision, row.approved_revision_id, seen_id),
    )


def newest_of(revision_id: int) -> int:
    """The id of the newest revision of the same creative, for a revision that there is."""
    given = aliased(CreativeRevision)
    return db.session.scalars(
        sa.select(CreativeRevision.id)
        .join(Creative, Creative.current_revision_id == CreativeRevision.id)
        .join(given, given.creative_id == Creative.id)
        .where(given.id == revision_id)
    ).one()


def next_issue_of(revision_id: int) -> int | None:
    """The number of the soonest issue, not yet sent, that runs the copy of this revision; None where there is none."""
    return db.session.scalar(
        sa.select(Issue.number)
        .join(Slot, Slot.issue_id == Issue.id)
        .join(Booking, Booking.id == Slot.booking_id)
        .join(CreativeRevision, CreativeRevision.creative_id == Booking.creative_id)
        .where(
            CreativeRevision.id == revision_id,
            Booking.state == BookingState.CONFIRMED,
            Issue.state != IssueState.SENT,
        )
        .order_by(Issue.sends_at)
        .limit(1)
    )


def _against(
    revisions: tuple[Revision, ...], revision: Revision, approved_id: int | None, seen_id: int | None
) -> Revision | None:
    earlier = [each for each in revisions if each.number < revision.number]
    if revision.author is Actor.EDITOR and seen_id is None:
        return earlier[-1] if earlier else None
    wanted = [each for each in earlier if each.id == (seen_id if seen_id is not None else approved_id)]
    seen = [each for each in earlier if each.decision is not None or each.author is Actor.EDITOR]
    return next(iter(wanted), seen[-1] if seen else None)


def _weeks(creative_id: int) -> tuple[RunsIn, ...]:
    rows = db.session.execute(
        sa.select(Booking, Order.public_id, Order.company, Issue)
        .join(Order, Order.id == Booking.order_id)
        .join(Slot, Slot.id == Booking.slot_id)
        .join(Issue, Issue.id == Slot.issue_id)
        .where(
            Booking.creative_id == creative_id,
            Booking.state.in_((BookingState.HELD, BookingState.CONFIRMED, BookingState.RAN)),
        )
        .order_by(Issue.sends_at, Booking.id)
    ).all()
    return tuple(
        RunsIn(
            booking.id,
            public_id,
            company,
            issue.number,
            issue.publishes_on,
            issue.state,
            booking.state,
            booking.copy_due_at or issue.copy_deadline,
        )
        for booking, public_id, company, issue in rows
    )
