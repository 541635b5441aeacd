"""Telling an order again from what Stripe remembers, when the database was restored from a time before it was made.

Card orders are told by their Checkout Session, invoice orders by their invoice: both carry the same metadata.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from booking.db import db
from booking.domain.states import Actor, AttemptKind, AttemptState, BookingState, OrderPayment
from booking.gateways.stripe_facts import InvoiceFact, SessionFact
from booking.models import Booking, CheckoutAttempt, Issue, Order, Placement, Slot
from booking.services.booking_steps import By, began, step
from booking.services.buyers import Buyer, advertiser_for, user_for
from booking.services.memory import Remembered, RememberedLine, recall


def rebuild(asked: SessionFact | InvoiceFact, now: datetime) -> bool:
    """Write the order and the attempt of an object that nobody here remembers; False when it cannot be told.

    The bookings come back lapsed: whether their slots can still be had is decided as for any late payment.
    """
    told = recall(asked.metadata)
    if told is None or not asked.metadata.get("attempt"):
        return False
    order = db.session.scalars(sa.select(Order).where(Order.public_id == told.public_id)).one_or_none()
    if order is None:
        slots = [_slot(line) for line in told.lines]
        if not all(slots):
            return False
        order = _order(told, [slot for slot in slots if slot is not None], asked, now)
    db.session.add(
        CheckoutAttempt(
            id=asked.metadata["attempt"],
            order_id=order.id,
            kind=AttemptKind.INVOICE if isinstance(asked, InvoiceFact) else AttemptKind.CHECKOUT,
            # Closed, so that it never stands in the way of an open one; a payment moves it on.
            state=AttemptState.EXPIRED,
            params={},
            amount=sum(line.price - line.discount for line in told.lines),
            currency=asked.currency,
            stripe_id=asked.id,
            url=asked.url,
            expires_at=asked.created + timedelta(hours=24),
            created_at=asked.created,
            closed_at=now,
        )
    )
    db.session.flush()
    return True


def _slot(line: RememberedLine) -> Slot | None:
    return db.session.scalars(
        sa.select(Slot)
        .join(Issue, Issue.id == Slot.issue_id)
        .join(Placement, Placement.id == Slot.placement_id)
        .where(Issue.number == line.issue, Placement.kind == line.kind, Slot.ordinal == line.ordinal)
    ).one_or_none()


def _order(told: Remembered, slots: list[Slot], asked: SessionFact | InvoiceFact, now: datetime) -> Order:
    buyer = Buyer(told.company, told.name, told.email, told.vat_number, told.po_number)
    user = user_for(buyer.address, told.name, now)
    order = Order(
        public_id=told.public_id,
        # With a colon no form can send it: whoever knew the order's number would be shown the order for it.
        request_key=f"rebuilt:{told.public_id}",
        advertiser_id=advertiser_for(user, buyer, now),
        user_id=user.id,
        company=told.company,
        buyer_name=told.name,
        buyer_email=buyer.address,
        vat_number=told.vat_number,
        po_number=told.po_number,
        paid_by=OrderPayment.INVOICE if isinstance(asked, InvoiceFact) else OrderPayment.CARD,
        currency=asked.currency,
        subtotal=sum(line.price for line in told.lines),
        discount=sum(line.discount for line in told.lines),
        created_at=told.ordered_at,
    )
    db.session.add(order)
    db.session.flush()
    by = By(Actor.SYSTEM, now)
    for line, slot in zip(told.lines, slots, strict=True):
        booking = Booking(
            order_id=order.id,
            slot_id=slot.id,
            state=BookingState.HELD,
            price=line.price,
            discount=line.discount,
            fallback=line.fallback,
            created_at=told.ordered_at,
        )
        db.session.add(booking)
        began(booking, by, "Told again by Stripe.")
        step(booking, BookingState.LAPSED, by, "The hold is long over.")
    return order
