"""Disputes: a bank takes money back, and while it may, nothing of that order runs and nothing of it is sold again."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from booking import clock
from booking.db import db, transaction
from booking.domain.money import Money
from booking.domain.states import Actor, BookingState, DisputeState, LedgerAccount
from booking.gateways.payments import payments
from booking.gateways.stripe_facts import DisputeFact
from booking.models import Booking, Dispute, LedgerEntry, Payment
from booking.services import letters, places
from booking.services.accounts import Cause, balance, move_money
from booking.services.booking_steps import By, step
from booking.services.outbox import post
from booking.services.payment_sync import sync_payment
from booking.services.tasks_for_people import open_task, settle_task
from booking.services.withholding import PAYS_FOR_BOOKINGS

STATES = {
    "won": DisputeState.WON,
    "warning_closed": DisputeState.WON,
    "prevented": DisputeState.WON,
    "lost": DisputeState.LOST,
}
"""Stripe's words for a dispute that is over (https://docs.stripe.com/api/disputes/object); any other is open."""


def sync_dispute(dispute_id: str) -> None:
    """Fold a dispute in as it is at Stripe now; its payment first, when the news came in the wrong order."""
    fact = payments().dispute(dispute_id)
    if not fold_dispute(fact, clock.now()) and fact.intent_id:
        sync_payment(fact.intent_id)
        fold_dispute(fact, clock.now())


@transaction
def fold_dispute(fact: DisputeFact, now: datetime) -> bool:
    """Bring a dispute to where Stripe has it; False when its payment is not known here (yet, or at all)."""
    payment = db.session.scalars(
        sa.select(Payment).where(Payment.stripe_payment_intent_id == fact.intent_id).with_for_update()
    ).one_or_none()
    if payment is None:
        return False
    dispute = db.session.scalars(sa.select(Dispute).where(Dispute.stripe_dispute_id == fact.id)).one_or_none()
    if dispute is None:
        dispute = Dispute(stripe_dispute_id=fact.id, payment_id=payment.id, state=DisputeState.OPEN, opened_at=now)
        dispute.amount, dispute.currency = fact.amount, fact.currency
        db.session.add(dispute)
    dispute.reason, dispute.respond_by = fact.reason, fact.respond_by
    db.session.flush()
    _follow_the_money(dispute, payment, fact, now)
    state = STATES.get(fact.status, DisputeState.OPEN)
    if dispute.state is DisputeState.OPEN and state is not DisputeState.OPEN:
        dispute.state, dispute.closed_at = state, now
        db.session.flush()
    _ask_or_settle(dispute, payment, now)
    if dispute.state is DisputeState.LOST:
        _lose(dispute, payment, now)
    return True


def _follow_the_money(dispute: Dispute, payment: Payment, fact: DisputeFact, now: datetime) -> None:
    """Bring what we booked as taken (and as fees) to what Stripe's balance transactions say by now."""
    cause = Cause("dispute", str(dispute.id), payment.order_id, now)
    taken = -balance(LedgerAccount.STRIPE, "dispute", str(dispute.id)).get(dispute.currency, 0)
    fees = balance(LedgerAccount.FEES, "dispute", str(dispute.id)).get(dispute.currency, 0)
    leg = _next_leg(dispute)
    fee = Money(fact.fee - fees, dispute.currency)
    move_money(cause, f"fee-{leg}", LedgerAccount.FEES, LedgerAccount.STRIPE, fee)
    funds = Money(fact.withdrawn - (taken - fees), dispute.currency)
    move_money(cause, f"funds-{leg}", LedgerAccount.DISPUTE, LedgerAccount.STRIPE, funds)


def _next_leg(dispute: Dispute) -> int:
    written = sa.select(sa.func.count()).where(
        LedgerEntry.source_kind == "dispute", LedgerEntry.source_id == str(dispute.id)
    )
    return int(db.session.scalar(written.select_from(LedgerEntry)) or 0) + 1


def _ask_or_settle(dispute: Dispute, payment: Payment, now: datetime) -> None:
    key = f"dispute:{dispute.stripe_dispute_id}"
    if dispute.state is not DisputeState.OPEN:
        settle_task(key, now)
        return
    open_task(
        key,
        "A payment is disputed",
        "Answer it in Stripe's dashboard with the insertion order and, once it ran, the tear sheet. Until it is"
        " decided, the copy of this order does not run and its slots are kept.",
        payment.order_id,
        now,
    )


def _lose(dispute: Dispute, payment: Payment, now: datetime) -> None:
    """Book the loss, and cancel what has not run: the slot can be sold again. What ran is a loss and nothing else."""
    cause = Cause("dispute", str(dispute.id), payment.order_id, now)
    lost = balance(LedgerAccount.DISPUTE, "dispute", str(dispute.id)).get(dispute.currency, 0)
    leg = f"lost-{_next_leg(dispute)}"
    move_money(cause, leg, LedgerAccount.DISPUTE_LOSS, LedgerAccount.DISPUTE, Money(lost, dispute.currency))
    if payment.disposition in PAYS_FOR_BOOKINGS and _cancel_bookings(dispute, payment, now):
        _ask_about_the_rest(dispute, payment, now)


def _cancel_bookings(dispute: Dispute, payment: Payment, now: datetime) -> bool:
    standing = db.session.scalars(
        sa.select(Booking)
        .where(Booking.order_id == payment.order_id, Booking.state == BookingState.CONFIRMED)
        .order_by(Booking.slot_id)
    ).all()
    cancelled = [booking for booking in standing if places.release(booking.id)]
    for booking in cancelled:
        reason = "The card holder's bank took the payment back."
        step(booking, BookingState.CANCELLED, By(Actor.STRIPE, now), reason)
        letter = letters.cancelled(booking, Money(0, dispute.currency), reason)
        post(letter, f"dispute-lost:{dispute.id}:{booking.id}", now)
    return bool(cancelled)


def _ask_about_the_rest(dispute: Dispute, payment: Payment, now: datetime) -> None:
    """A bank may take back a part: then we keep money for places that were given up, and a person must decide."""
    rest = Money(payment.amount - payment.refund_reserved - dispute.amount, payment.currency)
    if rest.amount > 0:
        open_task(
            f"dispute-rest:{dispute.stripe_dispute_id}",
            "A dispute was lost over a part of a payment",
            f"Its bookings were cancelled, and {rest} of the payment is still ours. Refund it, or book the buyer again"
            " for it as complimentary.",
            payment.order_id,
            now,
        )
