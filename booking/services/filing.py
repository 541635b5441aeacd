"""Money that arrived is a fact: it is filed whatever becomes of its order, and goes back whole when it is nobody's."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from datetime import datetime

from booking.db import db, insert_unless_there, read
from booking.domain.money import Money
from booking.domain.states import Actor, AttemptState, LedgerAccount, PaymentDisposition
from booking.models import Payment
from booking.prepared import Prepared
from booking.services import awaited, letters
from booking.services.accounts import Cause, move_money
from booking.services.awaited import APPLIED, Awaited
from booking.services.booking_steps import By
from booking.services.outbox import post
from booking.services.refunding import Ask, request_refund
from booking.services.tasks_for_people import open_task


@dataclass(frozen=True, slots=True)
class Receipt:
    """Money that arrived, from a session or from an invoice. Amounts in minor units.

    ``asked`` is what the payment was for before promotion codes: it must equal what the attempt froze.
    """

    intent_id: str | None
    asked: int
    paid: int
    currency: str
    receipt_url: str
    invoice_url: str
    invoice_pdf: str


def file_payment(
    receipt: Receipt, disposition: PaymentDisposition, now: datetime, attempt: Awaited | None = None
) -> int | None:
    """Write a payment down; None for one that was filed before: the unique id of its PaymentIntent decides."""
    order_id = attempt.order_id if attempt else None
    payment = {
        "order_id": order_id,
        "attempt_id": attempt.id if attempt else None,
        "stripe_payment_intent_id": receipt.intent_id,
        "amount": receipt.paid,
        "currency": receipt.currency,
        "promotion_discount": max(0, receipt.asked - receipt.paid),
        "disposition": disposition,
        "receipt_url": receipt.receipt_url,
        "invoice_url": receipt.invoice_url,
        "invoice_pdf": receipt.invoice_pdf,
        "received_at": now,
    }
    written = read(_new_payment(db.engine.dialect.name), payment)
    payment_id: int | None = written[0][0] if written else None
    if payment_id is not None:
        account = LedgerAccount.RECEIVABLE if disposition in APPLIED else LedgerAccount.UNAPPLIED
        cause = Cause("payment", str(payment_id), order_id, now)
        move_money(cause, "received", LedgerAccount.STRIPE, account, Money(receipt.paid, receipt.currency))
    return payment_id


@functools.cache
def _new_payment(dialect: str) -> Prepared:
    return Prepared(insert_unless_there(Payment, dialect).returning(Payment.id))


def send_back(attempt: Awaited, receipt: Receipt, disposition: PaymentDisposition, now: datetime) -> list[str]:
    """End an attempt whose payment cannot be its order's, tell whom it concerns, and ask for the whole amount back."""
    if attempt.is_waiting:
        differs = disposition is PaymentDisposition.MISMATCH
        awaited.turn(attempt, AttemptState.FAILED if differs else AttemptState.CANCELLED, now)
    payment_id = file_payment(receipt, disposition, now, attempt) if receipt.intent_id is not None else None
    if disposition is PaymentDisposition.MISMATCH:
        open_task(
            f"mismatch:{receipt.intent_id or attempt.id}",
            "A payment differs from its order",
            "Nothing was booked, and what was paid goes back in full. Look the payment up at Stripe: somebody may have"
            " changed prices or currencies there.",
            attempt.order_id,
            now,
        )
    elif payment_id is not None:
        paid = Money(receipt.paid, receipt.currency)
        post(letters.paid_twice(attempt, paid), f"paid-twice:{receipt.intent_id}", now)
    return [] if payment_id is None else [_whole_refund(payment_id, disposition, now)]


def file_orphan(receipt: Receipt, now: datetime) -> list[str]:
    """File and send back money that carries our mark and belongs to no order that can be found or told again."""
    payment_id = file_payment(receipt, PaymentDisposition.ORPHAN, now) if receipt.intent_id is not None else None
    if payment_id is None:
        return []
    open_task(
        f"orphan:{receipt.intent_id}",
        "A payment belongs to no order",
        "It was sent back in full. If a backup was restored, tell the payer that their order has to be made again.",
        None,
        now,
    )
    return [_whole_refund(payment_id, PaymentDisposition.ORPHAN, now)]


def _whole_refund(payment_id: int, disposition: PaymentDisposition, now: datetime) -> str:
    payment = db.session.get_one(Payment, payment_id)
    ask = Ask(
        payment,
        payment.amount,
        disposition.label,
        By(Actor.SYSTEM, now),
        key=f"whole:{payment.stripe_payment_intent_id}",
        account=LedgerAccount.UNAPPLIED,
    )
    return request_refund(ask).id
