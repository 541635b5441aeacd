"""What a scenario looks at when it is over."""

from __future__ import annotations

from collections import Counter

import sqlalchemy as sa

from booking.db import db
from booking.domain.states import BookingState, LedgerAccount
from booking.models import Booking, LedgerEntry, Order, OutboxMessage, Refund, Slot, Task
from booking.services.accounts import balance


def states(order: Order | None = None) -> list[BookingState]:
    """The states of all bookings, or of an order's, in the order they were made."""
    db.session.rollback()
    query = sa.select(Booking.state).order_by(Booking.id)
    if order is not None:
        query = query.where(Booking.order_id == order.id)
    return list(db.session.scalars(query))


def holder(slot: Slot) -> int | None:
    """The order whose booking has the slot."""
    db.session.rollback()
    return db.session.scalar(
        sa.select(Booking.order_id).join(Slot, Slot.booking_id == Booking.id).where(Slot.id == slot.id)
    )


def refunds() -> list[tuple[int, str]]:
    """Amount and state of each refund."""
    db.session.rollback()
    return [(r.amount, r.state.value) for r in db.session.scalars(sa.select(Refund).order_by(Refund.requested_at))]


def account(name: LedgerAccount) -> int:
    """What an account of the ledger holds, debits less credits, minor units."""
    db.session.rollback()
    return balance(name).get("USD", 0)


def letters() -> Counter[str]:
    """The first word of each mail's dedupe key, which says what it is about."""
    db.session.rollback()
    return Counter(key.split(":")[0] for key in db.session.scalars(sa.select(OutboxMessage.dedupe_key)))


def tasks() -> list[str]:
    """What lies on the desk."""
    db.session.rollback()
    return list(db.session.scalars(sa.select(Task.title).where(Task.done_at.is_(None)).order_by(Task.id)))


def movements() -> int:
    """How often money moved in the ledger."""
    db.session.rollback()
    return db.session.scalar(sa.select(sa.func.count()).select_from(LedgerEntry)) or 0
