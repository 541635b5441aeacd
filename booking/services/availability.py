"""What free, held and sold mean, as conditions on a slot's row: one wording for pages and for acts.

Said of the table's columns, so that they fit statements with objects and the quicker ones without.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from booking.models import Slot

Instant = datetime | sa.ColumnElement[datetime]

slot = Slot.__table__.c


def free(now: Instant) -> sa.ColumnElement[bool]:
    """Anyone may claim it at `now`, as far as the place goes; whether sales are still open is `sales_close_at`.

    A hold that has run out frees its slot by itself: no task has to come by first.
    """
    return sa.and_(slot.on_sale, sa.not_(slot.locked), sa.or_(slot.booking_id.is_(None), slot.held_until <= now))


def held(now: Instant) -> sa.ColumnElement[bool]:
    """Somebody has it for a time and has not paid."""
    return slot.held_until > now


def sold() -> sa.ColumnElement[bool]:
    """A booking has it for good."""
    return sa.and_(slot.booking_id.is_not(None), slot.held_until.is_(None))


def occupied(now: Instant) -> sa.ColumnElement[bool]:
    """Held or sold: there is a person who counts on it."""
    return sa.and_(slot.booking_id.is_not(None), sa.or_(slot.held_until.is_(None), slot.held_until > now))
