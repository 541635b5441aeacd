"""The statements that decide who has a slot. Each is one UPDATE; whether it changed a row is the answer.

None commits: they run inside the acts of this package.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa

from booking.db import db, read, run
from booking.domain.holds import Lease
from booking.domain.states import BookingState, PlacementKind
from booking.models import Advertiser, Booking, Order, Slot, User
from booking.prepared import Prepared
from booking.services.availability import free


def changed(statement: sa.Update) -> bool:
    """Run an UPDATE that decides and say whether it did."""
    result = cast("sa.CursorResult[object]", db.session.execute(statement.execution_options(synchronize_session=False)))
    return result.rowcount > 0


@dataclass(frozen=True, slots=True)
class Kept:
    """Ids kept for rows that are to be written: of the booking that has the slot now, and of what an order needs."""

    booking: int
    order: int
    user: int
    advertiser: int


def claim(slot_id: int, price: int, now: datetime, lease: Lease) -> Kept | None:
    """Hold a slot, if it is free, sales are open, and it costs what the buyer saw; ids for what is to be written.

    The slot first and its booking after, which the deferred foreign key allows: nobody writes a thing for a slot that
    is not theirs, and whoever comes second waits before holding anything that another could wait for.
    """
    asked = {"slot": slot_id, "seen": price, "at": now, "until": lease.until, "cap": lease.hard_until}
    kept = read(_claim(db.engine.dialect.name), asked)
    return Kept(*kept[0]) if kept else None


@functools.cache
def _claim(dialect: str) -> Prepared:
    return Prepared(
        sa.update(Slot)
        .where(
            Slot.id == sa.bindparam("slot"),
            Slot.price == sa.bindparam("seen"),
            Slot.sales_close_at > sa.bindparam("at"),
            free(sa.bindparam("at")),
        )
        .values(held_until=sa.bindparam("until"), hold_hard_until=sa.bindparam("cap"))
        .values(booking_id=_next(dialect, Booking.id, Slot.booking_id))
        .returning(Slot.booking_id, *(_next(dialect, each) for each in (Order.id, User.id, Advertiser.id)))
    )


def _next(dialect: str, *ids: sa.orm.InstrumentedAttribute[Any]) -> sa.ColumnElement[int]:
    """The id of the next row. SQLite has one writer, who counts: in every column where one may stand already."""
    if dialect == "postgresql":
        return sa.func.nextval(f'"{ids[0].table.name}_id_seq"')
    last = [sa.func.coalesce(sa.select(sa.func.max(each)).scalar_subquery(), 0) for each in ids]
    return (sa.func.max(*last) if len(last) > 1 else last[0]) + 1


EXTEND = Prepared(
    sa.update(Slot)
    .where(
        Slot.booking_id == sa.bindparam("booking"),
        Slot.held_until.is_not(None),
        sa.not_(Slot.locked),
        Slot.hold_hard_until >= sa.bindparam("until"),
    )
    .values(held_until=sa.case((Slot.held_until > sa.bindparam("until"), Slot.held_until), else_=sa.bindparam("until")))
)


def extend(booking_id: int, until: datetime) -> bool:
    """Make a hold last until then, if it is still this booking's and its cap allows."""
    return run(EXTEND, {"booking": booking_id, "until": until}) > 0


def extend_to_cap(booking_id: int) -> bool:
    """Make a hold last as long as its cap allows: the buyer is done and the bank is not."""
    return changed(
        sa.update(Slot)
        .where(Slot.booking_id == booking_id, Slot.held_until.is_not(None), sa.not_(Slot.locked))
        .values(held_until=Slot.hold_hard_until)
    )


KEEP = Prepared(
    sa.update(Slot)
    .where(Slot.booking_id == sa.bindparam("booking"), sa.not_(Slot.locked))
    .values(held_until=None, hold_hard_until=None)
)


def keep(booking_id: int) -> bool:
    """Turn this booking's own hold into a sale, on time or late: nobody took it meanwhile."""
    return run(KEEP, {"booking": booking_id}) > 0


def take(booking_id: int, slot_id: int, now: datetime) -> bool:
    """Sell a free slot to a booking that is paid. The booking deadline is past or not: the buyer ordered in time."""
    return changed(
        sa.update(Slot)
        .where(Slot.id == slot_id, free(now))
        .values(booking_id=booking_id, held_until=None, hold_hard_until=None)
    )


def release(booking_id: int) -> bool:
    """Give back whatever slot the booking occupies. A locked slot stays: its issue is made up already."""
    return changed(
        sa.update(Slot)
        .where(Slot.booking_id == booking_id, sa.not_(Slot.locked))
        .values(booking_id=None, held_until=None, hold_hard_until=None)
    )


def siblings(slot_id: int, price: int, now: datetime) -> Sequence[int]:
    """Free job slots of the same issue at the same price or less, lowest place first."""
    own = sa.alias(Slot.__table__, "own")
    return db.session.scalars(
        sa.select(Slot.id)
        .join(own, sa.and_(own.c.issue_id == Slot.issue_id, own.c.placement_id == Slot.placement_id))
        .where(own.c.id == slot_id, Slot.id != slot_id, Slot.price <= price, free(now))
        .where(Slot.placement.has(kind=PlacementKind.JOB))
        .order_by(Slot.ordinal)
    ).all()


OVERTAKEN = (
    sa.select(Booking)
    .where(
        Booking.slot_id == sa.bindparam("slot"),
        Booking.id != sa.bindparam("booking"),
        Booking.state == BookingState.HELD,
    )
    .order_by(Booking.id)
)


def overtaken(slot_id: int, booking_id: int) -> Sequence[Booking]:
    """Bookings that still call themselves held on a slot that another booking has just taken."""
    return db.session.scalars(OVERTAKEN, {"slot": slot_id, "booking": booking_id}).all()
