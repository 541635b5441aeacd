"""An order as its own page shows it: where it stands, until when it is held, and what is in it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

import sqlalchemy as sa

from booking.db import db
from booking.domain.errors import NotFound
from booking.domain.money import Money
from booking.domain.states import AttemptKind, AttemptState, BookingState, OrderPayment, PlacementKind, RefundState
from booking.models import Advertiser, Booking, CheckoutAttempt, Issue, Order, Payment, Placement, Refund, Slot

Place = tuple[int, PlacementKind]
"""An issue's number and a kind of placement."""

Standing = Literal["held", "invoiced", "processing", "booked", "ended", "returned"]
"""held: can be paid. invoiced: kept until its invoice is due. processing: the bank is working. booked: at least one
place is theirs. ended: the hold ran out or was given up. returned: paid, and all of it cancelled or refunded."""


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One booking of the order. `holds` says whether its slot is still kept for it."""

    booking_id: int
    state: BookingState
    kind: PlacementKind
    name: str
    issue: int
    publishes_on: date
    sends_at: datetime
    copy_deadline: datetime
    price: Money
    discount: Money
    held_until: datetime | None
    has_copy: bool

    @property
    def is_booked(self) -> bool:
        """Whether the place is theirs for good."""
        return self.state in (BookingState.CONFIRMED, BookingState.RAN)


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper of Stripe's about a payment: what it is, and its address."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class OrderPage:
    """Everything on the page of one order."""

    public_id: str
    advertiser_id: int
    paid_by: OrderPayment
    may_invoice: bool
    invoice_url: str
    company: str
    buyer_name: str
    buyer_email: str
    vat_number: str
    po_number: str
    created_at: datetime
    extended: bool
    standing: Standing
    held_until: datetime | None
    subtotal: Money
    discount: Money
    tax: Money
    refunded: Money
    papers: tuple[Paper, ...]
    lines: tuple[OrderLine, ...]

    @property
    def total(self) -> Money:
        """What was or is to be paid."""
        return self.subtotal - self.discount + self.tax

    @property
    def booked(self) -> tuple[OrderLine, ...]:
        """The lines whose place is theirs."""
        return tuple(line for line in self.lines if line.is_booked)

    @property
    def ahead(self) -> tuple[OrderLine, ...]:
        """The lines that are theirs and have not run."""
        return tuple(line for line in self.booked if line.state is not BookingState.RAN)

    @property
    def gone(self) -> tuple[OrderLine, ...]:
        """The lines that were paid for when somebody else had the place."""
        return tuple(line for line in self.lines if line.state is BookingState.UNPLACED)


@dataclass(frozen=True, slots=True)
class OwnHold:
    """An order of this browser that still holds its places."""

    public_id: str
    until: datetime
    places: frozenset[Place]


def order_page(public_id: str, now: datetime) -> OrderPage:
    """Read an order. Raises `NotFound`."""
    rows = db.session.execute(_lines().where(Order.public_id == public_id)).all()
    if not rows:
        raise NotFound("order")
    order: Order = rows[0].Order
    lines = tuple(_line(row, order.currency, now) for row in rows)
    return OrderPage(
        public_id=order.public_id,
        advertiser_id=order.advertiser_id,
        paid_by=order.paid_by,
        may_invoice=rows[0].may_pay_by_invoice,
        invoice_url=rows[0].invoice_url or "",
        company=order.company,
        buyer_name=order.buyer_name,
        buyer_email=order.buyer_email,
        vat_number=order.vat_number,
        po_number=order.po_number,
        created_at=order.created_at,
        extended=order.extended_at is not None,
        standing=_standing(lines, rows[0].processing, order.paid_by),
        held_until=min((line.held_until for line in lines if line.held_until), default=None),
        subtotal=Money(order.subtotal, order.currency),
        discount=Money(order.discount, order.currency),
        tax=Money(order.tax, order.currency),
        refunded=Money(rows[0].refunded or 0, order.currency),
        papers=_papers(order.id),
        lines=lines,
    )


def _papers(order_id: int) -> tuple[Paper, ...]:
    rows = db.session.execute(
        sa.select(Payment.invoice_pdf, Payment.receipt_url).where(Payment.order_id == order_id).order_by(Payment.id)
    )
    named = [paper for pdf, receipt in rows for paper in (("Invoice (PDF)", pdf), ("Receipt", receipt))]
    return tuple(Paper(name, address) for name, address in named if address)


def own_holds(public_ids: Collection[str], now: datetime) -> list[OwnHold]:
    """Which of these orders still hold something, the one that runs out first at the front."""
    if not public_ids:
        return []
    rows = db.session.execute(
        sa.select(Order.public_id, Slot.held_until, Issue.number, Placement.kind)
        .join(Booking, Booking.order_id == Order.id)
        .join(Slot, Slot.booking_id == Booking.id)
        .join(Issue, Issue.id == Slot.issue_id)
        .join(Placement, Placement.id == Slot.placement_id)
        .where(Order.public_id.in_(public_ids), Slot.held_until > now)
        .order_by(Slot.held_until)
    ).all()
    ids = dict.fromkeys(row.public_id for row in rows)
    return [
        OwnHold(
            public_id,
            min(row.held_until for row in rows if row.public_id == public_id),
            frozenset((row.number, row.kind) for row in rows if row.public_id == public_id),
        )
        for public_id in ids
    ]


def _lines() -> sa.Select[*tuple[Any, ...]]:
    processing = (
        sa.exists()
        .where(CheckoutAttempt.order_id == Order.id, CheckoutAttempt.state == AttemptState.PROCESSING)
        .label("processing")
    )
    refunded = (
        sa.select(sa.func.sum(Refund.amount))
        .join(Payment, Payment.id == Refund.payment_id)
        .where(Payment.order_id == Order.id, Refund.state != RefundState.FAILED)
        .scalar_subquery()
        .label("refunded")
    )
    invoice = (
        sa.select(CheckoutAttempt.url)
        .where(CheckoutAttempt.order_id == Order.id, CheckoutAttempt.kind == AttemptKind.INVOICE)
        .where(CheckoutAttempt.state == AttemptState.OPEN)
        .scalar_subquery()
        .label("invoice_url")
    )
    return (
        sa.select(Order, Booking, Slot.booking_id, Slot.held_until, Placement.kind, Placement.name, Issue)
        .add_columns(processing, refunded, invoice, Advertiser.may_pay_by_invoice)
        .join(Advertiser, Advertiser.id == Order.advertiser_id)
        .join(Booking, Booking.order_id == Order.id)
        .join(Slot, Slot.id == Booking.slot_id)
        .join(Placement, Placement.id == Slot.placement_id)
        .join(Issue, Issue.id == Slot.issue_id)
        .order_by(Issue.sends_at, Placement.position, Booking.id)
    )


def _line(row: sa.Row[*tuple[Any, ...]], currency: str, now: datetime) -> OrderLine:
    booking: Booking = row.Booking
    issue: Issue = row.Issue
    holds = booking.state is BookingState.HELD and row.booking_id == booking.id and row.held_until is not None
    return OrderLine(
        booking.id,
        booking.state,
        row.kind,
        row.name,
        issue.number,
        issue.publishes_on,
        issue.sends_at,
        booking.copy_due_at or issue.copy_deadline,
        Money(booking.price, currency),
        Money(booking.discount, currency),
        row.held_until if holds and row.held_until > now else None,
        booking.creative_id is not None,
    )


def _standing(lines: tuple[OrderLine, ...], processing: bool, paid_by: OrderPayment) -> Standing:
    states = {line.state for line in lines}
    if any(line.is_booked for line in lines):
        return "booked"
    if processing:
        return "processing"
    if all(line.held_until for line in lines):
        return "invoiced" if paid_by is OrderPayment.INVOICE else "held"
    if states <= {BookingState.HELD, BookingState.LAPSED}:
        return "ended"
    return "returned"
