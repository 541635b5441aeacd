"""Folding a Checkout Session into our books: money is filed as the fact it is, then slots are given as far as they can.

Whatever the order in which Stripe's news arrives, and however often, the outcome is the same: the unique id of the
PaymentIntent makes the second time a no-op.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from booking.db import db, run, transaction
from booking.domain.money import Money
from booking.domain.states import Actor, AttemptState, BookingState, LedgerAccount, PaymentDisposition
from booking.gateways.stripe_facts import SessionFact
from booking.models import Booking, CheckoutAttempt, Order, Payment, Slot
from booking.services import failpoints, letters, places
from booking.services.accounts import Cause, move_money
from booking.services.booking_steps import By, step
from booking.services.outbox import post
from booking.services.placing import Placed, place_all
from booking.services.rebuilding import rebuild
from booking.services.refunding import Ask, request_refund
from booking.services.tasks_for_people import open_task

APPLIED = (PaymentDisposition.APPLIED, PaymentDisposition.LATE_APPLIED, PaymentDisposition.UNPLACED)


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


LOCK = (
    sa.select(Order.id)
    .join(CheckoutAttempt, CheckoutAttempt.order_id == Order.id)
    .where(CheckoutAttempt.id == sa.bindparam("attempt"))
    .with_for_update(of=Order)
)
PLACE = joinedload(CheckoutAttempt.order).joinedload(Order.bookings).joinedload(Booking.slot)
WHOLE = (
    sa.select(CheckoutAttempt)
    .options(PLACE.joinedload(Slot.issue), PLACE.joinedload(Slot.placement))
    .where(CheckoutAttempt.id == sa.bindparam("attempt"))
    .execution_options(populate_existing=True)
)
"""The attempt with everything that giving places looks at, in one statement."""

FILED = sa.select(Payment.id).where(Payment.stripe_payment_intent_id == sa.bindparam("intent"))
PAID = sa.select(
    sa.or_(
        sa.exists().where(Payment.order_id == sa.bindparam("order"), Payment.disposition.in_(APPLIED)),
        sa.exists().where(
            CheckoutAttempt.order_id == sa.bindparam("order"), CheckoutAttempt.state == AttemptState.PAID
        ),
    )
)


@transaction
def fold_session(session: SessionFact, now: datetime) -> list[str]:
    """Bring our books to where this session stands; returns the ids of refunds to submit after the commit."""
    attempt = attempt_of(session, now)
    if attempt is None:
        return file_orphan(_receipt(session), now) if session.settled else []
    if session.settled:
        return fold_receipt(attempt, _receipt(session), now)
    if session.waiting_for_bank:
        return _wait_for_bank(attempt)
    if session.status in ("expired", "complete"):
        # Complete and neither paid nor unpaid: the bank said no in the end.
        state = AttemptState.EXPIRED if session.status == "expired" else AttemptState.FAILED
        close_unpaid(attempt, state, "The payment page closed without a payment.", now)
    return []


def attempt_of(session: SessionFact, now: datetime) -> CheckoutAttempt | None:
    """The attempt that this session belongs to, its order locked; told again from metadata after a restored backup."""
    attempt = locked_attempt(session.metadata.get("attempt", ""))
    if attempt is None and (session.settled or session.waiting_for_bank) and rebuild(session, now):
        attempt = locked_attempt(session.metadata["attempt"])
    if attempt is not None and attempt.stripe_id is None:
        # The answer of the create call was never stored: the process died, or the webhook was faster.
        attempt.stripe_id, attempt.url = session.id, session.url
        db.session.flush()
    return attempt


def locked_attempt(attempt_id: str) -> CheckoutAttempt | None:
    """An attempt with its order locked until the act ends, as it stands under that lock; None for an unknown id."""
    db.session.flush()
    if run(LOCK, {"attempt": attempt_id}).scalar() is None:
        return None
    # Read after the lock: another process may have folded the same session while this one waited.
    return db.session.scalars(WHOLE, {"attempt": attempt_id}).unique().one()


def fold_receipt(attempt: CheckoutAttempt, receipt: Receipt, now: datetime) -> list[str]:
    """File a payment and give its order what can be given; returns refunds to submit. Runs inside an act."""
    if receipt.intent_id is None:
        # A promotion code took everything off: nothing to file, and the paid attempt remembers that it is done.
        return [] if _is_paid(attempt.order) else _give_places(attempt, None, receipt, now)
    known = db.session.scalar(FILED, {"intent": receipt.intent_id})
    if known is not None:
        return []
    order = attempt.order
    if (receipt.asked, receipt.currency) != (attempt.amount, attempt.currency):
        refunds = _send_back(attempt, receipt, PaymentDisposition.MISMATCH, now)
        attempt.state, attempt.closed_at = AttemptState.FAILED, now
        return refunds
    if _is_paid(order):
        return _send_back(attempt, receipt, PaymentDisposition.DUPLICATE, now)
    payment = _file(attempt, receipt, PaymentDisposition.APPLIED, now)
    failpoints.reached("payment-filed")
    return _give_places(attempt, payment, receipt, now)


def _is_paid(order: Order) -> bool:
    return bool(db.session.scalar(PAID, {"order": order.id}))


def _file(attempt: CheckoutAttempt | None, receipt: Receipt, disposition: PaymentDisposition, now: datetime) -> Payment:
    applied = disposition in APPLIED
    payment = Payment(
        order_id=attempt.order_id if attempt else None,
        attempt_id=attempt.id if attempt else None,
        stripe_payment_intent_id=receipt.intent_id,
        amount=receipt.paid,
        currency=receipt.currency,
        promotion_discount=max(0, receipt.asked - receipt.paid),
        disposition=disposition,
        receipt_url=receipt.receipt_url,
        invoice_url=receipt.invoice_url,
        invoice_pdf=receipt.invoice_pdf,
        received_at=now,
    )
    db.session.add(payment)
    db.session.flush()
    account = LedgerAccount.RECEIVABLE if applied else LedgerAccount.UNAPPLIED
    cause = Cause("payment", str(payment.id), payment.order_id, now)
    move_money(cause, "received", LedgerAccount.STRIPE, account, Money(payment.amount, payment.currency))
    return payment


def _give_places(attempt: CheckoutAttempt, payment: Payment | None, receipt: Receipt, now: datetime) -> list[str]:
    attempt.state, attempt.closed_at = AttemptState.PAID, now
    db.session.flush()
    placed = place_all(attempt.order, receipt.paid, now)
    failpoints.reached("places-given")
    if payment is not None:
        payment.disposition = placed.disposition
    refunds: list[str] = []
    for line in placed.lines:
        if line.owed and payment is not None:
            account = LedgerAccount.REVENUE if line.confirmed else LedgerAccount.RECEIVABLE
            ask = Ask(
                payment,
                line.owed,
                line.why,
                By(Actor.SYSTEM, now),
                key=f"placing:{payment.id}:{line.booking.id}",
                booking=line.booking,
                account=account,
            )
            refunds.append(request_refund(ask).id)
    _tell(attempt.order, placed, now)
    return refunds


def _tell(order: Order, placed: Placed, now: datetime) -> None:
    confirmed = [line.booking for line in placed.lines if line.confirmed]
    lost = [line.booking for line in placed.lines if not line.confirmed]
    if confirmed:
        post(letters.booked(order, confirmed), f"booked:{order.public_id}", now)
    if lost:
        post(letters.slot_gone(order, lost, now), f"slot-gone:{order.public_id}", now)


def _send_back(attempt: CheckoutAttempt, receipt: Receipt, disposition: PaymentDisposition, now: datetime) -> list[str]:
    payment = _file(attempt, receipt, disposition, now)
    if disposition is PaymentDisposition.MISMATCH:
        open_task(
            f"mismatch:{payment.stripe_payment_intent_id}",
            "A payment differs from its order",
            "It was sent back in full and nothing was booked. Look the payment up at Stripe: somebody may have changed"
            " prices or currencies there.",
            attempt.order_id,
            now,
        )
    return [_whole_refund(payment, disposition.label, now)]


def file_orphan(receipt: Receipt, now: datetime) -> list[str]:
    """File and send back money that carries our mark and belongs to no order that can be found or told again."""
    if receipt.intent_id is None:
        return []
    known = db.session.scalar(FILED, {"intent": receipt.intent_id})
    if known is not None:
        return []
    payment = _file(None, receipt, PaymentDisposition.ORPHAN, now)
    open_task(
        f"orphan:{receipt.intent_id}",
        "A payment belongs to no order",
        "It was sent back in full. If a backup was restored, tell the payer that their order has to be made again.",
        None,
        now,
    )
    return [_whole_refund(payment, PaymentDisposition.ORPHAN.label, now)]


def _whole_refund(payment: Payment, reason: str, now: datetime) -> str:
    ask = Ask(
        payment,
        payment.amount,
        reason,
        By(Actor.SYSTEM, now),
        key=f"whole:{payment.stripe_payment_intent_id}",
        account=LedgerAccount.UNAPPLIED,
    )
    return request_refund(ask).id


def _wait_for_bank(attempt: CheckoutAttempt) -> list[str]:
    if attempt.state is AttemptState.OPEN:
        attempt.state = AttemptState.PROCESSING
        db.session.flush()
        for booking in attempt.order.bookings:
            places.extend_to_cap(booking.id)
    return []


def close_unpaid(attempt: CheckoutAttempt, state: AttemptState, reason: str, now: datetime) -> None:
    """End an attempt that came to nothing and give its slots back. One that is paid or closed already stays."""
    if attempt.state not in (AttemptState.OPEN, AttemptState.PROCESSING):
        return
    attempt.state, attempt.closed_at = state, now
    db.session.flush()
    by = By(Actor.STRIPE, now)
    for booking in sorted(attempt.order.bookings, key=lambda booking: booking.slot_id):
        if booking.state is BookingState.HELD:
            places.release(booking.id)
            step(booking, BookingState.LAPSED, by, reason)


def _receipt(session: SessionFact) -> Receipt:
    return Receipt(
        intent_id=session.intent_id,
        asked=session.amount_subtotal,
        paid=session.amount_total,
        currency=session.currency,
        receipt_url=session.receipt_url,
        invoice_url=session.invoice_url,
        invoice_pdf=session.invoice_pdf,
    )
