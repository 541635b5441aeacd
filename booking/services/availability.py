"""What free, held and sold mean, as conditions on a slot's row: one wording for pages and for acts."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from booking.models import Slot


def free(now: datetime) -> sa.ColumnElement[bool]:
    """Anyone may claim it at `now`, as far as the place goes; whether sales are still open is `sales_close_at`.

    A hold that has run out frees its slot by itself: no task has to come by first.
    """
    return sa.and_(
        Slot.on_sale,
        sa.not_(Slot.locked),
        sa.or_(Slot.booking_id.is_(None), Slot.held_until <= now),
    )


def held(now: datetime) -> sa.ColumnElement[bool]:
    """Somebody has it for a time and has not paid."""
    return Slot.held_until > now


def sold() -> sa.ColumnElement[bool]:
    """A booking has it for good."""
    return sa.and_(Slot.booking_id.is_not(None), Slot.held_until.is_(None))


def occupied(now: datetime) -> sa.ColumnElement[bool]:
    """Held or sold: there is a person who counts on it."""
    return sa.and_(Slot.booking_id.is_not(None), sa.or_(Slot.held_until.is_(None), Slot.held_until > now))
