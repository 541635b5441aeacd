"""What happens when no copy came: what the buyer chose at booking, some hours after the deadline's own reminder.

- Run the last approved copy: the advertiser's newest approved words for that placement. Without any, and for a job that
  closes before the issue is sent, as for credit.
- Move: the next open week at the same price or less whose copy deadline is ahead. Once; then, or without one, credit.
- Credit: the place is cancelled and everything paid goes back, whatever the ladder says: nobody is charged for what we
  do not run, and a credit kept here would be money that somebody has to ask for.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import sqlalchemy as sa

from booking.db import db, transaction
from booking.domain.errors import Refusal
from booking.domain.job_ad import has_closed
from booking.domain.states import Actor, BookingState, Fallback, IssueState, ReviewDecision
from booking.models import Booking, BookingEvent, Creative, CreativeReview, CreativeRevision, Issue, Slot
from booking.services import audit, cancelling, letters, moving, outbox
from booking.services.booking_steps import By
from booking.services.cancelling import Agreed
from booking.services.missing_copy import due_at, waiting_for_advertiser
from booking.services.sharing import run_words

GRACE = timedelta(hours=12)
"""Between the deadline and the fallback: an answer in the same evening is still in time."""

RUNS_AGAIN = "The last copy of yours that was approved runs again, as you chose when booking."
REASON = "No copy came by its deadline."


def apply_fallbacks(now: datetime) -> int:
    """Do what was chosen for every booking whose copy is overdue; returns how many.

    Each is decided again in its own transaction, so copy that arrives meanwhile wins. Refusals that were not carried
    through to the end are finished first.
    """
    done = finish_refusals(now)
    rows = db.session.execute(
        waiting_for_advertiser()
        .with_only_columns(Booking.id, Booking.fallback, due_at.label("due"), Issue.sends_at)
        .where(due_at <= now)
    ).all()
    db.session.rollback()
    for row in rows:
        if row.due + _grace(row.due, row.sends_at) <= now:
            done += _apply(row.id, row.fallback, now)
    return done


def finish_refusals(now: datetime) -> int:
    """Cancel, with a full refund, bookings whose copy was refused and that have nothing else to run."""
    refused = db.session.scalars(
        sa.select(Booking.id)
        .join(Slot, Slot.id == Booking.slot_id)
        .join(Issue, Issue.id == Slot.issue_id)
        .join(Creative, Creative.id == Booking.creative_id)
        .join(CreativeReview, CreativeReview.revision_id == Creative.current_revision_id)
        .where(
            CreativeReview.decision == ReviewDecision.REJECTED,
            Creative.approved_revision_id.is_(None),
            Booking.state == BookingState.CONFIRMED,
            Issue.state.in_((IssueState.DRAFT, IssueState.OPEN)),
        )
    ).all()
    db.session.rollback()
    by = By(Actor.SYSTEM, now)
    for booking_id in refused:
        cancelling.cancel(booking_id, by, now, refused=True, agreed=Agreed("The copy was refused."))
    return len(refused)


def _grace(due: datetime, sends_at: datetime) -> timedelta:
    """The hours of grace, fewer when the issue is sent so soon that the editor would be left without time."""
    return max(min(GRACE, (sends_at - due) / 2), timedelta(0))


def _apply(booking_id: int, fallback: Fallback, now: datetime) -> bool:
    ways: dict[Fallback, Callable[[int, datetime], bool]] = {
        Fallback.RUN_LAST: _run_last,
        Fallback.MOVE: _move_on,
        Fallback.CREDIT: lambda *_: False,
    }
    try:
        return ways[fallback](booking_id, now) or _credit(booking_id, now)
    except Refusal:
        # Frozen, cancelled or answered in this very moment: the next run sees where it stands.
        return False


@transaction
def _run_last(booking_id: int, now: datetime) -> bool:
    booking = _still_waiting(booking_id)
    if booking is None:
        return False
    last = _last_approved(booking)
    if last is None or has_closed(last.details, booking.slot.issue.publishes_on):
        return False
    run_words(booking, last, now)
    key = f"fallback:{booking.id}:{(booking.copy_due_at or booking.slot.issue.copy_deadline).isoformat()}"
    outbox.post(letters.fallback_applied(booking, RUNS_AGAIN), key, now)
    sentence = f"No copy came for issue {booking.slot.issue.number}; the last approved copy runs again."
    audit.record(Actor.SYSTEM, None, "copy.fallback", f"booking {booking.id}", sentence, now)
    return True


def _move_on(booking_id: int, now: datetime) -> bool:
    by = By(Actor.SYSTEM, now)
    moved_before = sa.exists().where(
        BookingEvent.booking_id == booking_id,
        BookingEvent.actor == Actor.SYSTEM,
        BookingEvent.from_state == BookingState.CONFIRMED,
        BookingEvent.to_state == BookingState.CONFIRMED,
    )
    if not _waits(booking_id) or db.session.scalar(sa.select(moved_before)):
        return False
    offer = moving.move_offer(booking_id, by)
    weeks = [
        week for week in offer.weeks if week.copy_deadline > now and week.price.amount <= offer.price.amount
        and week.publishes_on > offer.publishes_on
    ]  # fmt: skip
    if not weeks:
        return False
    moving.move(booking_id, weeks[0].issue, by, REASON)
    return True


def _credit(booking_id: int, now: datetime) -> bool:
    if not _waits(booking_id):
        return False
    cancelling.cancel(booking_id, By(Actor.SYSTEM, now), now, agreed=Agreed(REASON, in_full=True))
    return True


def _waits(booking_id: int) -> bool:
    return db.session.scalar(waiting_for_advertiser().where(Booking.id == booking_id)) is not None


def _still_waiting(booking_id: int) -> Booking | None:
    return db.session.scalars(
        waiting_for_advertiser().where(Booking.id == booking_id).with_for_update(of=Booking)
    ).one_or_none()


def _last_approved(booking: Booking) -> CreativeRevision | None:
    """The newest approved words of the advertiser for this placement."""
    return db.session.scalars(
        sa.select(CreativeRevision)
        .join(Creative, Creative.approved_revision_id == CreativeRevision.id)
        .join(CreativeReview, CreativeReview.revision_id == CreativeRevision.id)
        .where(
            Creative.advertiser_id == booking.order.advertiser_id,
            Creative.placement_id == booking.slot.placement_id,
        )
        .order_by(CreativeReview.at.desc(), CreativeRevision.id.desc())
        .limit(1)
    ).one_or_none()
