"""Reminders before the copy deadline: a range query and a key that contains the deadline.

A worker that was down for two days catches up, running twice sends nothing twice, and a moved deadline counts anew.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from booking.db import db, transaction
from booking.domain.states import BookingState, ReviewDecision
from booking.models import Booking, Creative, CreativeReview, Issue, Slot
from booking.services import letters, outbox

REMINDERS = (timedelta(days=1), timedelta(days=3))
"""How long before the deadline, the last reminder first."""


@transaction
def remind(now: datetime) -> int:
    """Post a reminder for every booking without copy that could run whose deadline is near; returns how many are due.

    Of reminders that were missed only the latest is sent.
    """
    bookings = db.session.scalars(_without_copy(now)).all()
    for booking in bookings:
        due = booking.copy_due_at or booking.slot.issue.copy_deadline
        ahead = next(span for span in REMINDERS if due - now <= span)
        key = f"copy-due:{booking.id}:{due.isoformat()}:{ahead.days}"
        outbox.post(letters.copy_due(booking), key, now)
    return len(bookings)


def _without_copy(now: datetime) -> sa.Select[Booking]:
    due = sa.func.coalesce(Booking.copy_due_at, Issue.copy_deadline)
    sent_back = sa.exists().where(
        CreativeReview.revision_id == Creative.current_revision_id,
        CreativeReview.decision != ReviewDecision.APPROVED,
    )
    return (
        sa.select(Booking)
        .join(Slot, Slot.id == Booking.slot_id)
        .join(Issue, Issue.id == Slot.issue_id)
        .outerjoin(Creative, Creative.id == Booking.creative_id)
        .where(
            Booking.state == BookingState.CONFIRMED,
            sa.not_(Slot.locked),
            due > now,
            due <= now + max(REMINDERS),
            Creative.approved_revision_id.is_(None),
            sa.or_(Creative.current_revision_id.is_(None), sent_back),
        )
        .order_by(Booking.id)
        .options(
            joinedload(Booking.order),
            joinedload(Booking.slot).joinedload(Slot.issue),
            joinedload(Booking.slot).joinedload(Slot.placement),
        )
    )
