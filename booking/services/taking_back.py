"""The editor takes a place back from whoever holds it: they are told, and what they could still pay is closed."""

from __future__ import annotations

import logging
from dataclasses import dataclass

import sqlalchemy as sa

from booking.db import db
from booking.domain.states import AttemptKind, AttemptState, BookingState
from booking.gateways.stripe_facts import PaymentsRefused, PaymentsUnreachable
from booking.models import Booking, CheckoutAttempt, Order, Slot
from booking.services import invoices, letters, places
from booking.services.booking_steps import By, step
from booking.services.holding import locked_order
from booking.services.lapsing import close_sessions, is_under_way, open_sessions_of
from booking.services.outbox import post

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ended:
    """A hold that is over, and what to close at Stripe after the commit."""

    sessions: tuple[str, ...] = ()
    invoices: tuple[str, ...] = ()


def end_hold(slot_id: int, by: By, reason: str) -> Ended | None:
    """End the hold on a slot that the caller has just blocked, and tell the buyer; None where nobody holds it.

    An order is paid as one, at one price: with one of its weeks gone it cannot be paid any more, so the others are
    given back as well. Only when the bank is at work on the payment do these stay, to be booked when it arrives.
    Runs inside an act, whose UPDATE has the slot's row: whoever holds it now holds it until the commit.
    """
    held_by = db.session.scalar(
        sa.select(Order.public_id)
        .join(Booking, Booking.order_id == Order.id)
        .join(Slot, Slot.booking_id == Booking.id)
        .where(Slot.id == slot_id, Booking.state == BookingState.HELD)
    )
    if held_by is None:
        return None
    order = locked_order(held_by)
    under_way = is_under_way(order.id)
    taken = next(booking for booking in order.bookings if booking.slot_id == slot_id)
    ending = [taken] if under_way else sorted(order.bookings, key=lambda booking: booking.slot_id)
    for booking in ending:
        if booking.state is BookingState.HELD and places.release(booking.id):
            step(booking, BookingState.LAPSED, by, "The editor took the place back.")
    others = len(ending) > 1
    post(letters.taken_back(taken, reason, others=others, under_way=under_way), f"taken-back:{taken.id}", by.now)
    return Ended(tuple(open_sessions_of(order.id)), _open_invoices(order))


def close(ended: Ended) -> None:
    """Close payment pages and make invoices void, after the commit.

    Stripe being out of reach is harmless: both end by themselves, and money that arrives all the same goes back.
    """
    close_sessions(ended.sessions)
    for invoice_id in ended.invoices:
        try:
            invoices.void(invoice_id)
        except (PaymentsRefused, PaymentsUnreachable) as error:
            log.warning("Could not make invoice %s void: %s", invoice_id, error)


def _open_invoices(order: Order) -> tuple[str, ...]:
    sent = sa.select(CheckoutAttempt.stripe_id).where(
        CheckoutAttempt.order_id == order.id,
        CheckoutAttempt.state == AttemptState.OPEN,
        CheckoutAttempt.kind == AttemptKind.INVOICE,
        CheckoutAttempt.stripe_id.is_not(None),
    )
    return tuple(stripe_id for stripe_id in db.session.scalars(sent) if stripe_id)
