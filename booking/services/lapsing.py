"""Holds that ran out. The next buyer never waits for this: it tells the first one and closes their payment page."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa

from booking.db import db, transaction
from booking.domain.states import Actor, AttemptKind, AttemptState, BookingState
from booking.gateways.payments import payments
from booking.gateways.stripe_facts import PaymentsRefused, PaymentsUnreachable
from booking.models import Booking, CheckoutAttempt, Slot
from booking.services import letters, places
from booking.services.booking_steps import By, step
from booking.services.outbox import post

log = logging.getLogger(__name__)

AT_ONCE = 200
"""Holds lapsed in one act of the upkeep: short enough for buyers not to notice."""


def lapse(booking: Booking, by: By, reason: str) -> list[str]:
    """Write that a hold is over and tell the buyer; returns the sessions to close after the commit.

    The slot is not touched: the caller has given it back, or to somebody else.
    """
    step(booking, BookingState.LAPSED, by, reason)
    order = booking.order
    post(letters.hold_lapsed(order, under_way=is_under_way(order.id)), f"hold-lapsed:{order.public_id}", by.now)
    return open_sessions_of(order.id)


def lapse_overtaken(slot_id: int, booking_id: int, now: datetime) -> list[str]:
    """Lapse whoever overstayed on a slot that `booking_id` has just taken."""
    by = By(Actor.SYSTEM, now)
    stale: list[str] = []
    for booking in places.overtaken(slot_id, booking_id):
        stale += lapse(booking, by, "The hold ran out and the slot went to the next buyer.")
    return stale


def lapse_run_out(now: datetime) -> int:
    """The upkeep: lapse holds whose time is over, tell their buyers, close their sessions; returns how many lapsed."""
    count, stale = _lapse_run_out(now)
    close_sessions(stale)
    return count


@transaction
def _lapse_run_out(now: datetime) -> tuple[int, list[str]]:
    rows = db.session.scalars(
        sa.select(Booking)
        .join(Slot, Slot.booking_id == Booking.id)
        .where(Slot.held_until <= now, Booking.state == BookingState.HELD)
        .order_by(Slot.id)
        .limit(AT_ONCE)
    ).all()
    stale: list[str] = []
    count = 0
    for booking in rows:
        # Decided again on the slot's own row: the buyer may be paying this very moment. One that a freeze has locked
        # goes back as well: nobody can have it any more, and its holder is to know.
        mine = sa.update(Slot).where(Slot.booking_id == booking.id, Slot.held_until <= now)
        if places.changed(mine.values(booking_id=None, held_until=None, hold_hard_until=None)):
            stale += lapse(booking, By(Actor.SYSTEM, now), "The hold ran out.")
            count += 1
    return count, stale


def open_sessions_of(order_id: int) -> list[str]:
    """The Checkout Sessions in which this order could still be paid."""
    return list(
        db.session.scalars(
            sa.select(CheckoutAttempt.stripe_id).where(
                CheckoutAttempt.order_id == order_id,
                CheckoutAttempt.kind == AttemptKind.CHECKOUT,
                CheckoutAttempt.state == AttemptState.OPEN,
                CheckoutAttempt.stripe_id.is_not(None),
            )
        )
    )


def is_under_way(order_id: int) -> bool:
    """Whether a bank works on a payment of this order, so that money may come although its hold is over."""
    processing = CheckoutAttempt.state == AttemptState.PROCESSING
    return bool(db.session.scalar(sa.select(sa.exists().where(CheckoutAttempt.order_id == order_id, processing))))


def close_sessions(session_ids: Iterable[str | None]) -> None:
    """Close payment pages whose hold is over, after the commit that ended it.

    Stripe being out of reach is harmless: the session expires by itself, and money that arrives late is handled.
    """
    for session_id in sorted({session_id for session_id in session_ids if session_id}):
        try:
            payments().expire_session(session_id)
        except (PaymentsRefused, PaymentsUnreachable) as error:
            log.warning("Could not close session %s: %s", session_id, error)
