"""Reminders before the copy deadline and at it: a range query and a key that contains the deadline.

A worker that was down for two days catches up, running twice sends nothing twice, and a moved deadline counts anew.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from booking.db import db, transaction
from booking.models import Booking
from booking.services import letters, outbox
from booking.services.missing_copy import due_at, waiting_for_advertiser
from booking.services.outbox import Mail

REMINDERS = (timedelta(0), timedelta(days=1), timedelta(days=3), timedelta(days=7))
"""How long before the deadline, the last reminder first."""

LATE_FOR = timedelta(days=1)
"""How long after the deadline its reminder is still news; by then the fallback has been applied."""


@transaction
def remind(now: datetime) -> int:
    """Post a reminder for every booking that waits for its advertiser and whose deadline is near; returns how many.

    Of reminders that were missed only the latest is sent, and none that was due before the booking was made.
    """
    near = (due_at > now - LATE_FOR, due_at <= now + max(REMINDERS))
    reminded = 0
    for booking in db.session.scalars(waiting_for_advertiser().where(*near)):
        due = booking.copy_due_at or booking.slot.issue.copy_deadline
        ahead = next(span for span in REMINDERS if due - now <= span)
        if due - ahead > booking.created_at:
            key = f"copy-due:{booking.id}:{due.isoformat()}:{ahead.days}"
            outbox.post(_letter(booking, late=due <= now), key, now)
            reminded += 1
    return reminded


def _letter(booking: Booking, *, late: bool) -> Mail:
    return letters.copy_late(booking) if late else letters.copy_due(booking)
