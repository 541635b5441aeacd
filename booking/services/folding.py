"""Folding a Checkout Session into our books: money is filed as the fact it is, then slots are given as far as they can.

Whatever the order in which Stripe's news arrives, and however often, the outcome is the same: the unique id of the
PaymentIntent makes the second time a no-op.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from booking.db import db, run, transaction
from booking.domain.money import Money
from booking.domain.states import Actor, AttemptState, BookingState, EventState, LedgerAccount, PaymentDisposition
from booking.gateways.stripe_facts import SessionFact
from booking.models import Payment
from booking.services import awaited, events, failpoints, letters, places
from booking.services.accounts import Cause, move_money
from booking.services.awaited import APPLIED, Awaited
from booking.services.booking_steps import By, move_booking
from booking.services.outbox import Mail, post
from booking.services.placing import Placed, PlacedLine, place_all
from booking.services.queries.calendar_dates import open_dates
from booking.services.rebuilding import rebuild
from booking.services.refunding import Ask, request_refund
from booking.services.tasks_for_people import open_task

WAITING = (AttemptState.OPEN, AttemptState.PROCESSING)


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


NEW_PAYMENT = sa.insert(Payment)
FILED = sa.select(Payment.id).where(Payment.stripe_payment_intent_id == sa.bindparam("intent"))


@transaction
def fold_session(session: SessionFact, now: datetime, event_id: str = "") -> list[str]:
    """Bring our books to where this session stands; returns the ids of refunds to submit after the commit.

    The event of the inbox that told of it, if any, is done by the same commit. A session that others made on a shared
    account changes nothing.
    """
    if event_id:
        events.mark(event_id, EventState.DONE)
    if not session.ours:
        return []
    attempt = _attempt_of(session, now)
    if attempt is None:
        return file_orphan(_receipt(session), now) if session.settled else []
    awaited.store(attempt, session.id, session.url)
    if session.settled:
        return fold_receipt(attempt, _receipt(session), now)
    if session.waiting_for_bank:
        _wait_for_bank(attempt)
    elif session.status in ("expired", "complete"):
        # Complete and neither paid nor unpaid: the bank said no in the end.
        state = AttemptState.EXPIRED if session.status == "expired" else AttemptState.FAILED
        close_unpaid(attempt, state, "The payment page closed without a payment.", now)
    return []


def _attempt_of(session: SessionFact, now: datetime) -> Awaited | None:
    """The attempt that this session belongs to, its order locked; told again from metadata after a restored backup."""
    attempt = awaited.locked(session.metadata.get("attempt", ""))
    if attempt is None and (session.settled or session.waiting_for_bank) and rebuild(session, now):
        attempt = awaited.locked(session.metadata["attempt"])
    return attempt


def fold_receipt(attempt: Awaited, receipt: Receipt, now: datetime) -> list[str]:
    """File a payment and give its order what can be given; returns refunds to submit. Runs inside an act."""
    if _is_filed(receipt):
        return []
    if Money(receipt.asked, receipt.currency) != attempt.due:
        awaited.turn(attempt, AttemptState.FAILED, now)
        return _send_back(attempt, receipt, PaymentDisposition.MISMATCH, now)
    if attempt.is_paid:
        if attempt.state in WAITING:
            awaited.turn(attempt, AttemptState.CANCELLED, now)
        return _send_back(attempt, receipt, PaymentDisposition.DUPLICATE, now)
    awaited.turn(attempt, AttemptState.PAID, now)
    payment_id = _file(receipt, PaymentDisposition.APPLIED, now, attempt)
    failpoints.reached("payment-filed")
    placed = place_all(attempt, receipt.paid, now)
    failpoints.reached("places-given")
    refunds = list(_send_back_lost(payment_id, placed, now)) if payment_id is not None else []
    _tell(attempt, placed, now)
    return refunds


def _is_filed(receipt: Receipt) -> bool:
    return receipt.intent_id is not None and run(FILED, {"intent": receipt.intent_id}).scalar() is not None


def _file(
    receipt: Receipt, disposition: PaymentDisposition, now: datetime, attempt: Awaited | None = None
) -> int | None:
    """Write a payment down; None when a promotion code took everything off, so that there is nothing to file."""
    if receipt.intent_id is None:
        return None
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
    [payment_id] = run(NEW_PAYMENT, payment).inserted_primary_key or [0]
    account = LedgerAccount.RECEIVABLE if disposition in APPLIED else LedgerAccount.UNAPPLIED
    cause = Cause("payment", str(payment_id), order_id, now)
    move_money(cause, "received", LedgerAccount.STRIPE, account, Money(receipt.paid, receipt.currency))
    return int(payment_id)


def _send_back_lost(payment_id: int, placed: Placed, now: datetime) -> Iterator[str]:
    """Ask for what is owed of each line, and file the payment as what it turned out to be."""
    if placed.disposition is PaymentDisposition.APPLIED:
        return
    payment = db.session.get_one(Payment, payment_id)
    payment.disposition = placed.disposition
    for line in placed.lines:
        if line.owed:
            ask = Ask(
                payment,
                line.owed,
                line.why,
                By(Actor.SYSTEM, now),
                key=f"placing:{payment_id}:{line.line.booking_id}",
                booking_id=line.line.booking_id,
                account=LedgerAccount.REVENUE if line.confirmed else LedgerAccount.RECEIVABLE,
            )
            yield request_refund(ask).id


def _tell(attempt: Awaited, placed: Placed, now: datetime) -> None:
    confirmed = [line.line.week for line in placed.lines if line.confirmed]
    lost = [line for line in placed.lines if not line.confirmed]
    if confirmed:
        post(letters.booked(attempt, confirmed), f"booked:{attempt.public_id}", now)
    if lost:
        post(_slot_gone(attempt, lost, now), f"slot-gone:{attempt.public_id}", now)


def _slot_gone(attempt: Awaited, lost: list[PlacedLine], now: datetime) -> Mail:
    back = Money(sum(line.owed for line in lost), attempt.currency)
    dates = open_dates(lost[0].line.placement_id, now, letters.MOST_WEEKS)
    return letters.slot_gone(attempt, [line.line.week for line in lost], back, dates)


def _send_back(attempt: Awaited, receipt: Receipt, disposition: PaymentDisposition, now: datetime) -> list[str]:
    payment_id = _file(receipt, disposition, now, attempt)
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
    if _is_filed(receipt):
        return []
    payment_id = _file(receipt, PaymentDisposition.ORPHAN, now)
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


def _wait_for_bank(attempt: Awaited) -> None:
    if attempt.state is AttemptState.OPEN:
        awaited.turn(attempt, AttemptState.PROCESSING, None)
        for line in attempt.lines:
            places.extend_to_cap(line.booking_id)


def close_unpaid(attempt: Awaited, state: AttemptState, reason: str, now: datetime) -> None:
    """End an attempt that came to nothing and give its slots back. One that is paid or closed already stays."""
    if attempt.state not in WAITING:
        return
    awaited.turn(attempt, state, now)
    for line in attempt.lines:
        if line.state is BookingState.HELD:
            places.release(line.booking_id)
            now_at = (line.state, line.version)
            move_booking(line.booking_id, now_at, BookingState.LAPSED, By(Actor.STRIPE, now), reason)


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
