"""How a booking moves: its event first, then its state, in the transaction of whichever act asks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.attributes import set_committed_value

from booking.db import db, run
from booking.domain.errors import NotFound
from booking.domain.states import NONE, Actor, BookingState, Machine, move
from booking.models import Booking, BookingEvent, Order, Slot
from booking.prepared import Prepared


@dataclass(frozen=True, slots=True)
class By:
    """Who does something and when: ``user_id`` is None for the system and for Stripe."""

    actor: Actor
    now: datetime
    user_id: int | None = None


LONGEST_REASON = 300
"""Characters of a step's reason. What an editor wrote about copy may be longer, and stands whole in its review."""

NEW_EVENT = Prepared(sa.insert(BookingEvent))
MOVE = Prepared(
    sa.update(Booking)
    .where(Booking.id == sa.bindparam("booking"))
    .values(state=sa.bindparam("to"), version=sa.bindparam("events"))
)


def with_place(booking_id: int) -> Booking:
    """A booking with its order, slot, issue and placement, read anew. Raises NotFound."""
    booking = db.session.scalars(
        sa.select(Booking)
        .where(Booking.id == booking_id)
        .options(
            joinedload(Booking.order),
            joinedload(Booking.slot).options(joinedload(Slot.issue), joinedload(Slot.placement)),
        )
        .execution_options(populate_existing=True)
    ).one_or_none()
    if booking is None:
        raise NotFound("booking")
    return booking


def lock_order_of(booking_id: int) -> None:
    """Keep payments of the order, and other acts about its bookings, waiting until this act is over."""
    order_id = db.session.scalar(sa.select(Booking.order_id).where(Booking.id == booking_id))
    db.session.execute(sa.select(Order.id).where(Order.id == order_id).with_for_update())


def began(booking: Booking, by: By, reason: str = "") -> None:
    """Write the first event of a booking that was just added; flushes."""
    move(Machine.BOOKING, NONE, booking.state)
    db.session.flush()
    _write_event(booking.id, (NONE, booking.state), 1, by, reason)


def step(booking: Booking, to: BookingState, by: By, reason: str = "") -> None:
    """Move a booking to a state, with its event; flushes. Raises `WrongState` for a move that is not in the table.

    The caller holds the row of the slot (it has just updated it) or of the order, so nobody else moves this booking.
    """
    db.session.flush()
    move_booking(booking.id, (booking.state, booking.version), to, by, reason)
    # The object follows the row, and is not to write it once more.
    set_committed_value(booking, "version", booking.version + 1)
    set_committed_value(booking, "state", to)


def move_booking(booking_id: int, now_at: tuple[BookingState, int], to: BookingState, by: By, reason: str) -> None:
    """`step` for a booking that was read as a plain row: ``now_at`` is its state and version. Flushes nothing."""
    old, version = now_at
    new = move(Machine.BOOKING, old, to)
    # In this order, on the wire: a trigger refuses a state that has no event.
    _write_event(booking_id, (old, new), version + 1, by, reason)
    run(MOVE, {"booking": booking_id, "to": new, "events": version + 1})


def _write_event(booking_id: int, states: tuple[str, str], seq: int, by: By, reason: str) -> None:
    event = {
        "booking_id": booking_id,
        "seq": seq,
        "from_state": str(states[0]),
        "to_state": str(states[1]),
        "actor": by.actor,
        "actor_id": by.user_id,
        "reason": reason[:LONGEST_REASON],
        "at": by.now,
    }
    run(NEW_EVENT, event)
