"""Following an event about a payment, a charge or a refund back to what it means for an order."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from booking import clock
from booking.db import db, transaction
from booking.gateways.payments import payments
from booking.gateways.stripe_facts import PaymentFact
from booking.models import Payment
from booking.services.filing import Receipt, file_orphan
from booking.services.paying import sync_session
from booking.services.refunding import submit_refunds
from booking.services.settling import settle_refund
from booking.services.tasks_for_people import open_task


def sync_payment(intent_id: str) -> None:
    """Fold a succeeded PaymentIntent of ours in through the session that it paid; of any other nothing happens.

    The payment of an invoice carries no mark of ours: the invoice tells of it.
    """
    fact = payments().payment(intent_id)
    if payments().made(fact) and fact.status == "succeeded":
        trace(fact)


def trace(fact: PaymentFact) -> None:
    """Find what a succeeded payment of ours paid for, and fold that; money that paid for nothing goes back."""
    session = payments().session_of(fact.id)
    if session is not None:
        sync_session(session.id)
    else:
        submit_refunds(_file_orphan(fact, clock.now()))


@transaction
def _file_orphan(fact: PaymentFact, now: datetime) -> list[str]:
    receipt = Receipt(fact.id, fact.amount_received, fact.amount_received, fact.currency, fact.receipt_url, "", "")
    return file_orphan(receipt, now)


def sync_refund(refund_id: str) -> None:
    """Fold a refund in as it is at Stripe now; its payment first, when the news came in the wrong order."""
    fact = payments().refund(refund_id)
    if not settle_refund(fact, clock.now()) and fact.intent_id:
        sync_payment(fact.intent_id)
        settle_refund(fact, clock.now())


def sync_charge(charge_id: str) -> None:
    """A charge was refunded, in part or whole: list all its refunds anew, because the event tells totals only."""
    for fact in payments().refunds_of_charge(charge_id):
        sync_refund(fact.id)


def warn_of_fraud(warning_id: str) -> None:
    """The bank suspects fraud: a refund now avoids a dispute and its fee, and that is for the editor to decide."""
    intent_id = payments().intent_of_warning(warning_id)
    _open_warning(intent_id, clock.now())


@transaction
def _open_warning(intent_id: str, now: datetime) -> None:
    payment = db.session.scalars(sa.select(Payment).where(Payment.stripe_payment_intent_id == intent_id)).one_or_none()
    if payment is not None:
        open_task(
            f"fraud-warning:{intent_id}",
            "A bank warns of fraud",
            "Refund the payment if you do not know the buyer: that costs less than the dispute that usually follows.",
            payment.order_id,
            now,
        )
