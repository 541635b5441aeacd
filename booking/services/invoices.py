"""Paying by invoice, for trusted advertisers: slots are held until it is due, and booked when it is paid."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from booking import clock
from booking.db import db, transaction
from booking.domain.money_refusals import InvoiceAfterIssue, InvoiceTooLate, NotTrusted
from booking.domain.states import AttemptKind, AttemptState, BookingState, OrderPayment
from booking.gateways.invoice_params import invoice_params
from booking.gateways.payments import payments
from booking.gateways.stripe_facts import InvoiceFact, PaymentsRefused
from booking.models import Booking, CheckoutAttempt, Order, Slot
from booking.services import audit, awaited, failpoints, letters, places
from booking.services.booking_steps import By
from booking.services.charging import charge_of
from booking.services.filing import Receipt, file_orphan
from booking.services.folding import close_unpaid, fold_receipt
from booking.services.lapsing import close_sessions, open_sessions_of
from booking.services.memory import recall
from booking.services.ordered import Ordered, held_order
from booking.services.outbox import post
from booking.services.rebuilding import rebuild
from booking.services.refunding import submit_refunds

NET = timedelta(days=30)
"""What brands everywhere ask for: net 30."""

LEAST = timedelta(days=3)
"""A transfer needs this long; what is nearer is paid by card."""

OVER = ("void", "uncollectible")


def invoice_order(public_id: str, now: datetime, pay_by: datetime | None = None, by: By | None = None) -> str:
    """Send an invoice for a held order and keep its slots until it is due; returns the invoice's address.

    Due in 30 days or at the first copy deadline, whichever is earlier, unless the editor, who is `by`, sets ``pay_by``.
    Raises NotFound, HoldLapsed, NotTrusted, PaymentUnderWay, InvoiceTooLate, InvoiceAfterIssue, PaymentsRefused or
    PaymentsUnreachable (then ask again).
    """
    opened = _open_invoice(public_id, now, pay_by)
    if opened.url:
        return opened.url
    failpoints.reached("attempt-committed")
    try:
        invoice = payments().create_invoice(opened.params, opened.id)
    except PaymentsRefused:
        _refused(opened.id, now)
        raise
    failpoints.reached("invoice-created")
    _store_invoice(opened.id, invoice, now, by)
    close_sessions(opened.stale)
    return invoice.url


@dataclass(frozen=True, slots=True)
class _Opened:
    """An attempt as it is committed, and the payment pages that it takes the place of."""

    id: str
    params: dict[str, Any]
    url: str
    stale: Sequence[str] = ()


@transaction
def _open_invoice(public_id: str, now: datetime, pay_by: datetime | None) -> _Opened:
    held = held_order(public_id)
    order = db.session.get_one(Order, held.id)
    if not order.advertiser.may_pay_by_invoice:
        raise NotTrusted
    attempt = awaited.open_attempt(order.id)
    if attempt is not None and attempt.kind is AttemptKind.INVOICE:
        return _Opened(attempt.id, attempt.params, attempt.url)
    stale = open_sessions_of(order.id)
    if attempt is not None:
        # A card payment was begun and left; if it is paid all the same, it is the order's payment.
        attempt.state, attempt.closed_at = AttemptState.CANCELLED, now
        db.session.flush()
    attempt = _new_invoice(order, held, now, pay_by)
    return _Opened(attempt.id, attempt.params, attempt.url, stale)


def _new_invoice(order: Order, held: Ordered, now: datetime, pay_by: datetime | None) -> CheckoutAttempt:
    first = min(line.copy_deadline for line in held.lines)
    due_at = pay_by or min(now + NET, first)
    if due_at - now < LEAST:
        raise InvoiceTooLate
    soonest = min((booking.slot.issue for booking in order.bookings), key=lambda issue: issue.sends_at)
    if due_at > soonest.sends_at:
        raise InvoiceAfterIssue(soonest.number)
    ids = [line.booking_id for line in held.lines]
    keep = sa.update(Slot).where(Slot.booking_id.in_(ids), Slot.held_until.is_not(None), sa.not_(Slot.locked))
    places.changed(keep.values(held_until=due_at, hold_hard_until=due_at))
    attempt_id = str(uuid.uuid4())
    charge = charge_of(held, attempt_id, now)
    attempt = CheckoutAttempt(
        id=attempt_id,
        order_id=order.id,
        kind=AttemptKind.INVOICE,
        params=invoice_params(charge, order.company, due_at),
        amount=sum(line.amount for line in charge.lines),
        currency=order.currency,
        expires_at=due_at,
        created_at=now,
    )
    order.paid_by, order.pay_by = OrderPayment.INVOICE, due_at
    db.session.add(attempt)
    db.session.flush()
    return attempt


@transaction
def _store_invoice(attempt_id: str, invoice: InvoiceFact, now: datetime, by: By | None) -> None:
    attempt = db.session.get_one(CheckoutAttempt, attempt_id)
    attempt.stripe_id, attempt.url = invoice.id, invoice.url
    order = attempt.order
    post(letters.invoice_sent(order, invoice.url), f"invoice:{order.public_id}", now)
    if by is not None:
        subject = f"order {order.public_id}"
        audit.record(by.actor, by.user_id, "order.invoice", subject, f"Sent an invoice for {subject}.", now)


@transaction
def _refused(attempt_id: str, now: datetime) -> None:
    attempt = db.session.get_one(CheckoutAttempt, attempt_id)
    attempt.state, attempt.closed_at = AttemptState.FAILED, now


def sync_invoice(invoice_id: str) -> None:
    """Fold an invoice in as it is at Stripe now. The receipts that Checkout makes are invoices too, and not meant."""
    invoice = payments().invoice(invoice_id)
    if payments().made(invoice):
        submit_refunds(_fold_invoice(invoice, clock.now()))


@transaction
def _fold_invoice(invoice: InvoiceFact, now: datetime) -> list[str]:
    paid = invoice.status == "paid"
    attempt = awaited.locked(invoice.metadata.get("attempt", ""))
    if attempt is None and paid and rebuild(invoice, now):
        attempt = awaited.locked(invoice.metadata["attempt"])
    if attempt is None:
        # What tells no order is the receipt of a Checkout Session, which tells it itself.
        return file_orphan(_receipt(invoice), now) if paid and recall(invoice.metadata) else []
    if attempt.kind is not AttemptKind.INVOICE:
        return []
    awaited.store(attempt, invoice.id, invoice.url)
    if paid:
        return fold_receipt(attempt, _receipt(invoice), now)
    if invoice.status in OVER:
        close_unpaid(attempt, AttemptState.CANCELLED, "The invoice was made void.", now)
    return []


def _receipt(invoice: InvoiceFact) -> Receipt:
    return Receipt(
        intent_id=invoice.intent_id,
        asked=invoice.amount_subtotal,
        # The editor may mark an invoice as paid by a transfer that Stripe does not see: then nothing is there.
        paid=invoice.amount_paid if invoice.intent_id else 0,
        currency=invoice.currency,
        receipt_url="",
        invoice_url=invoice.url,
        invoice_pdf=invoice.pdf,
    )


def void_overdue(now: datetime) -> int:
    """The upkeep: void invoices that are overdue, which gives their slots back, or wait for nothing; returns how many.

    Nothing is waited for once the order was paid by card after all, or none of its bookings is held any more.
    """
    overdue = _overdue(now)
    for invoice_id in overdue:
        void(invoice_id)
    return len(overdue)


def void(invoice_id: str) -> None:
    """Make an invoice worthless at Stripe and fold in what it is then. Raises PaymentsUnreachable."""
    # Refused when it was paid at the last moment: the fold books it.
    with suppress(PaymentsRefused):
        payments().void_invoice(invoice_id)
    sync_invoice(invoice_id)


@transaction
def _overdue(now: datetime) -> list[str]:
    held = sa.exists().where(Booking.order_id == CheckoutAttempt.order_id, Booking.state == BookingState.HELD)
    return [
        invoice_id
        for invoice_id in db.session.scalars(
            sa.select(CheckoutAttempt.stripe_id).where(
                CheckoutAttempt.kind == AttemptKind.INVOICE,
                CheckoutAttempt.state == AttemptState.OPEN,
                sa.or_(CheckoutAttempt.expires_at <= now, sa.not_(held)),
            )
        )
        if invoice_id
    ]
