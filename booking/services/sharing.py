"""Which weeks run which copy. Several weeks may share one creative; giving some of them other words splits it, and the
words that were approved go along, so that no week loses what may run. Nothing here commits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from booking.db import db
from booking.domain.copy_refusals import CopyBelongsElsewhere, CopyOfItsOwn, NoLongerBooked
from booking.domain.errors import HoldLapsed, IssueFrozen, IssueSent, NotFound
from booking.domain.states import BookingState, IssueState
from booking.models import Booking, Creative, CreativeReview, CreativeRevision, Issue, Order, Slot

LIVE = (BookingState.HELD, BookingState.CONFIRMED)
"""Bookings that still mean to run."""
CLOSED = {IssueState.FROZEN: IssueFrozen, IssueState.SENT: IssueSent}


def writable(booking_ids: Iterable[int]) -> list[Booking]:
    """These bookings, locked, in the order of their issues.

    Raises NotFound, HoldLapsed or NoLongerBooked (nobody counts on that week any more), IssueFrozen or IssueSent, and
    CopyBelongsElsewhere when they are not all of one advertiser and placement.
    """
    wanted = set(booking_ids)
    bookings = list(
        db.session.scalars(
            sa.select(Booking)
            .join(Booking.slot)
            .join(Slot.issue)
            .where(Booking.id.in_(wanted))
            .order_by(Issue.sends_at, Booking.id)
            .options(joinedload(Booking.slot).joinedload(Slot.issue), joinedload(Booking.order))
            .with_for_update(of=Booking)
        )
    )
    if not wanted or len(bookings) != len(wanted):
        raise NotFound("booking")
    for booking in bookings:
        issue = booking.slot.issue
        if booking.state not in LIVE:
            raise HoldLapsed if booking.state is BookingState.LAPSED else NoLongerBooked(issue.number)
        if issue.state in CLOSED:
            raise CLOSED[issue.state](issue.number)
    if len({(booking.order.advertiser_id, booking.slot.placement_id) for booking in bookings}) != 1:
        raise CopyBelongsElsewhere
    return bookings


def first_creative(booking: Booking, now: datetime) -> Creative:
    """The booking's creative; a new one is shared by the weeks of its order that have none.

    Two places in one issue are two ads, so of each issue only one place shares.
    """
    if booking.creative is not None:
        return booking.creative
    creative = _new(booking, now)
    others = db.session.scalars(
        sa.select(Booking)
        .join(Booking.slot)
        .where(
            Booking.order_id == booking.order_id,
            Booking.creative_id.is_(None),
            Booking.state.in_(LIVE),
            Slot.placement_id == booking.slot.placement_id,
            Slot.issue_id != booking.slot.issue_id,
        )
        .order_by(Booking.id)
        .options(joinedload(Booking.slot))
    )
    of_each_issue = {other.slot.issue_id: other for other in reversed(others.all())}
    for sharing in (booking, *of_each_issue.values()):
        sharing.creative = creative
    db.session.flush()
    return creative


def creative_for(bookings: Sequence[Booking], now: datetime) -> Creative:
    """The one creative that these bookings run from now on, locked; the words of `bookings[0]` are where it starts.

    Raises CopyOfItsOwn when a week would trade approved copy for copy that is not.
    """
    first = bookings[0]
    creative = first.creative
    if creative is None:
        creative = _new(first, now)
    elif _runs_elsewhere(creative, bookings):
        creative = _split(creative, first, now)
    else:
        db.session.refresh(creative, with_for_update=True)
    for booking in bookings:
        own = booking.creative
        if own is not None and own.id != creative.id and own.approved_revision_id and not creative.approved_revision_id:
            raise CopyOfItsOwn(booking.slot.issue.number)
        booking.creative = creative
    db.session.flush()
    return creative


def weeks_of(creative_id: int) -> Sequence[Booking]:
    """The live bookings that run a creative in issues that can still change, soonest first."""
    return db.session.scalars(
        sa.select(Booking)
        .join(Booking.slot)
        .join(Slot.issue)
        .where(
            Booking.creative_id == creative_id,
            Booking.state.in_(LIVE),
            Issue.state.not_in((IssueState.FROZEN, IssueState.SENT)),
        )
        .order_by(Issue.sends_at, Booking.id)
        .options(
            joinedload(Booking.slot).joinedload(Slot.issue), joinedload(Booking.order).joinedload(Order.advertiser)
        )
    ).all()


def carry_over(approved: CreativeRevision, creative: Creative, now: datetime) -> CreativeRevision:
    """Give a creative the words that were approved for another, approval included: it was of the same hash."""
    copy = CreativeRevision(
        creative_id=creative.id,
        number=1,
        name=approved.name,
        body=approved.body,
        link=approved.link,
        final_link=approved.final_link,
        details=approved.details,
        sha256=approved.sha256,
        author=approved.author,
        author_id=approved.author_id,
        note=approved.note,
        submitted_at=now,
    )
    db.session.add(copy)
    db.session.flush()
    review = db.session.scalars(sa.select(CreativeReview).where(CreativeReview.revision_id == approved.id)).one()
    db.session.add(
        CreativeReview(
            revision_id=copy.id,
            decision=review.decision,
            reason=review.reason,
            reviewer_id=review.reviewer_id,
            at=review.at,
        )
    )
    db.session.flush()
    creative.current_revision_id = creative.approved_revision_id = copy.id
    db.session.flush()
    return copy


def run_words(booking: Booking, approved: CreativeRevision, now: datetime) -> None:
    """Let one booking run words that were approved before. A draft goes along; other weeks keep their copy."""
    creative = _new(booking, now)
    carry_over(approved, creative, now)
    if booking.creative is not None:
        creative.draft, creative.draft_version = booking.creative.draft, booking.creative.draft_version
    booking.creative = creative
    db.session.flush()


def _new(booking: Booking, now: datetime) -> Creative:
    creative = Creative(
        advertiser_id=booking.order.advertiser_id, placement_id=booking.slot.placement_id, created_at=now
    )
    db.session.add(creative)
    db.session.flush()
    return creative


def _runs_elsewhere(creative: Creative, bookings: Sequence[Booking]) -> bool:
    chosen = {booking.id for booking in bookings}
    return any(booking.id not in chosen for booking in weeks_of(creative.id))


def _split(creative: Creative, booking: Booking, now: datetime) -> Creative:
    fresh = _new(booking, now)
    if creative.approved is not None:
        carry_over(creative.approved, fresh, now)
    return fresh
