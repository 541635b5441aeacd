"""One order with all its money, as the editor sees it: what was paid, what went back, and each ledger movement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from booking.db import db
from booking.domain.errors import NotFound
from booking.domain.money import Money
from booking.domain.states import (
    BookingState,
    DisputeState,
    LedgerAccount,
    OrderPayment,
    PaymentDisposition,
    RefundState,
)
from booking.models import Booking, Dispute, Issue, LedgerEntry, Order, Payment, Placement, Refund, Slot
from booking.services.queries.list_columns import cause_of


@dataclass(frozen=True, slots=True)
class BookedLine:
    """One booking of the order."""

    id: int
    placement: str
    issue: int
    publishes_on: date
    state: BookingState
    slot_id: int
    net: Money


@dataclass(frozen=True, slots=True)
class PaidLine:
    """One payment. `left` can still be refunded."""

    id: int
    received_at: datetime
    amount: Money
    left: Money
    disposition: PaymentDisposition
    intent: str
    receipt_url: str
    invoice_url: str


@dataclass(frozen=True, slots=True)
class RefundedLine:
    """One refund. `failure` is Stripe's reason when it came to nothing."""

    requested_at: datetime
    amount: Money
    reason: str
    state: RefundState
    failure: str


@dataclass(frozen=True, slots=True)
class DisputedLine:
    """One dispute."""

    opened_at: datetime
    amount: Money
    reason: str
    state: DisputeState
    respond_by: datetime | None


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """One movement between two accounts."""

    at: datetime
    cause: str
    debit: LedgerAccount
    credit: LedgerAccount
    amount: Money


@dataclass(frozen=True, slots=True)
class OrderMoney:
    """Everything about the money of one order."""

    public_id: str
    advertiser_id: int
    company: str
    buyer_name: str
    buyer_email: str
    vat_number: str
    po_number: str
    paid_by: OrderPayment
    reason: str
    created_at: datetime
    subtotal: Money
    discount: Money
    total: Money
    bookings: tuple[BookedLine, ...]
    payments: tuple[PaidLine, ...]
    refunds: tuple[RefundedLine, ...]
    disputes: tuple[DisputedLine, ...]
    ledger: tuple[LedgerLine, ...]


def order_money(public_id: str) -> OrderMoney:
    """Read one order. Raises NotFound."""
    order = db.session.scalars(sa.select(Order).where(Order.public_id == public_id)).one_or_none()
    if order is None:
        raise NotFound("order")
    return OrderMoney(
        public_id=order.public_id,
        advertiser_id=order.advertiser_id,
        company=order.company,
        buyer_name=order.buyer_name,
        buyer_email=order.buyer_email,
        vat_number=order.vat_number,
        po_number=order.po_number,
        paid_by=order.paid_by,
        reason=order.reason,
        created_at=order.created_at,
        subtotal=Money(order.subtotal, order.currency),
        discount=Money(order.discount, order.currency),
        total=Money(order.subtotal - order.discount + order.tax, order.currency),
        bookings=_bookings(order.id, order.currency),
        payments=_payments(order.id),
        refunds=_refunds(order.id),
        disputes=_disputes(order.id),
        ledger=_ledger(order.id),
    )


def _bookings(order_id: int, currency: str) -> tuple[BookedLine, ...]:
    rows = db.session.execute(
        sa.select(
            Booking.id,
            Placement.name,
            Issue.number,
            Issue.publishes_on,
            Booking.state,
            Booking.slot_id,
            Booking.price - Booking.discount,
        )
        .join(Slot, Slot.id == Booking.slot_id)
        .join(Issue, Issue.id == Slot.issue_id)
        .join(Placement, Placement.id == Slot.placement_id)
        .where(Booking.order_id == order_id)
        .order_by(Issue.sends_at, Booking.id)
    )
    return tuple(BookedLine(*row[:6], Money(row[6], currency)) for row in rows)


def _payments(order_id: int) -> tuple[PaidLine, ...]:
    rows = db.session.scalars(sa.select(Payment).where(Payment.order_id == order_id).order_by(Payment.id))
    return tuple(
        PaidLine(
            row.id,
            row.received_at,
            Money(row.amount, row.currency),
            Money(row.amount - row.refund_reserved, row.currency),
            row.disposition,
            row.stripe_payment_intent_id,
            row.receipt_url,
            row.invoice_url,
        )
        for row in rows
    )


def _refunds(order_id: int) -> tuple[RefundedLine, ...]:
    rows = db.session.execute(
        sa.select(Refund, Payment.currency)
        .join(Payment, Payment.id == Refund.payment_id)
        .where(Payment.order_id == order_id)
        .order_by(Refund.requested_at, Refund.id)
    )
    return tuple(
        RefundedLine(row.requested_at, Money(row.amount, currency), row.reason, row.state, row.failure)
        for row, currency in rows
    )


def _disputes(order_id: int) -> tuple[DisputedLine, ...]:
    rows = db.session.scalars(
        sa.select(Dispute)
        .join(Payment, Payment.id == Dispute.payment_id)
        .where(Payment.order_id == order_id)
        .order_by(Dispute.id)
    )
    return tuple(
        DisputedLine(row.opened_at, Money(row.amount, row.currency), row.reason, row.state, row.respond_by)
        for row in rows
    )


def _ledger(order_id: int) -> tuple[LedgerLine, ...]:
    rows = db.session.scalars(sa.select(LedgerEntry).where(LedgerEntry.order_id == order_id).order_by(LedgerEntry.id))
    return tuple(
        LedgerLine(row.at, cause_of(row), row.debit, row.credit, Money(row.amount, row.currency)) for row in rows
    )
