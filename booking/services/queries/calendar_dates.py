"""The next dates on which something can be booked, for letters that offer them."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa

from booking.db import db
from booking.models import Issue, Slot
from booking.services.availability import free


def open_dates(placement_id: int, now: datetime, limit: int) -> list[date]:
    """The dates of the next issues with a free slot of this placement that can still be booked, soonest first."""
    return list(
        db.session.scalars(
            sa.select(Issue.publishes_on)
            .join(Slot, Slot.issue_id == Issue.id)
            .where(Slot.placement_id == placement_id, Slot.sales_close_at > now, free(now))
            .group_by(Issue.publishes_on)
            .order_by(Issue.publishes_on)
            .limit(limit)
        )
    )
