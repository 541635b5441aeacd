"""The long lists of the desk, each written once for its pages and for its CSV file: what stands in which column.

A page reads fifty rows; a file reads all of them in portions, so that memory does not grow with the business.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from booking.db import db
from booking.domain.errors import NotFound
from booking.domain.money import Money
from booking.domain.states import BookingState, RefundState
from booking.models import (
    Advertiser,
    AuditEntry,
    Booking,
    Dispute,
    LedgerEntry,
    Order,
    Payment,
    Refund,
    Task,
    User,
)

A_PAGE = 50
A_PORTION = 500

Cell = str | int | Money | datetime | StrEnum | None
Cells = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Listing:
    """One list, newest first. Labels that begin with "#" head numbers. `key` are the columns that order it.

    `thing` says what the first cell is the id of, so that a page can lead there: "order", "advertiser" or "".
    """

    title: str
    head: tuple[str, ...]
    statement: Callable[[], sa.Select[*tuple[Any, ...]]]
    cells: Callable[[Any], Cells]
    key: tuple[Any, ...]
    thing: str = "order"


@dataclass(frozen=True, slots=True)
class ListPage:
    """One page of a list. `number` counts from 1."""

    title: str
    head: tuple[str, ...]
    rows: tuple[Cells, ...]
    thing: str
    number: int
    has_more: bool


def list_page(name: str, number: int) -> ListPage:
    """Read one page, in one statement. Raises NotFound for a list that there is not."""
    listing = _listing(name)
    first = (number - 1) * A_PAGE
    ordered = listing.statement().order_by(*(column.desc() for column in listing.key))
    found = db.session.execute(ordered.limit(A_PAGE + 1).offset(first)).all()
    rows = tuple(listing.cells(row) for row in found[:A_PAGE])
    return ListPage(listing.title, listing.head, rows, listing.thing, number, len(found) > A_PAGE)


def head_of(name: str) -> tuple[str, ...]:
    """The labels of a list. Raises NotFound."""
    return _listing(name).head


def portion(name: str, number: int) -> list[Cells]:
    """The rows of one portion of the whole list, oldest first, counted from 0; fewer than a portion are the last ones.

    Oldest first, so that what is added while a file is read moves nothing.
    """
    listing = _listing(name)
    ordered = listing.statement().order_by(*(column.asc() for column in listing.key))
    return [listing.cells(row) for row in db.session.execute(ordered.limit(A_PORTION).offset(number * A_PORTION))]


def _listing(name: str) -> Listing:
    if name not in LISTS:
        raise NotFound("list")
    return LISTS[name]


def _sum_of(amount: Any, *conditions: sa.ColumnElement[bool]) -> sa.ScalarSelect[int]:
    return sa.select(sa.func.coalesce(sa.func.sum(amount), 0)).where(*conditions).correlate(Order).scalar_subquery()


def _orders() -> sa.Select[*tuple[Any, ...]]:
    refunded = (
        sa.select(sa.func.coalesce(sa.func.sum(Refund.amount), 0))
        .join(Payment, Payment.id == Refund.payment_id)
        .where(Payment.order_id == Order.id, Refund.state != RefundState.FAILED)
        .correlate(Order)
        .scalar_subquery()
    )
    booked = (
        sa.select(sa.func.count())
        .where(Booking.order_id == Order.id, Booking.state.in_((BookingState.CONFIRMED, BookingState.RAN)))
        .correlate(Order)
        .scalar_subquery()
    )
    paid = _sum_of(Payment.amount, Payment.order_id == Order.id)
    return sa.select(Order, paid, refunded, booked)


def _order(row: Any) -> Cells:
    order, paid, refunded, booked = row
    currency = order.currency
    total = Money(order.subtotal - order.discount + order.tax, currency)
    money = (total, Money(int(paid), currency), Money(int(refunded), currency))
    return (order.public_id, order.created_at, order.company, order.paid_by, booked, *money, order.po_number)


def _payments() -> sa.Select[*tuple[Any, ...]]:
    return sa.select(Payment, Order).outerjoin(Order, Order.id == Payment.order_id)


def _payment(row: Any) -> Cells:
    payment, order = row
    amount, reserved = Money(payment.amount, payment.currency), Money(payment.refund_reserved, payment.currency)
    known = (order.public_id, order.company) if order else (None, None)
    received = (payment.received_at, amount, reserved, payment.disposition)
    return (known[0], *received, known[1], payment.stripe_payment_intent_id)


def _refunds() -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(Refund, Payment, Order)
        .join(Payment, Payment.id == Refund.payment_id)
        .outerjoin(Order, Order.id == Payment.order_id)
    )


def _refund(row: Any) -> Cells:
    refund, payment, order = row
    known = (order.public_id, order.company) if order else (None, None)
    amount = Money(refund.amount, payment.currency)
    return (known[0], refund.requested_at, amount, refund.state, known[1], refund.reason, refund.failure)


def _disputes() -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(Dispute, Order)
        .join(Payment, Payment.id == Dispute.payment_id)
        .outerjoin(Order, Order.id == Payment.order_id)
    )


def _dispute(row: Any) -> Cells:
    dispute, order = row
    known = (order.public_id, order.company) if order else (None, None)
    amount = Money(dispute.amount, dispute.currency)
    return (known[0], dispute.opened_at, amount, dispute.state, known[1], dispute.reason, dispute.respond_by)


def _tasks() -> sa.Select[*tuple[Any, ...]]:
    return sa.select(Task, Order.public_id).outerjoin(Order, Order.id == Task.order_id)


def _task(row: Any) -> Cells:
    task, order = row
    return (order, task.opened_at, task.title, task.advice, task.done_at)


def _ledger() -> sa.Select[*tuple[Any, ...]]:
    return sa.select(LedgerEntry, Order.public_id).outerjoin(Order, Order.id == LedgerEntry.order_id)


def _entry(row: Any) -> Cells:
    entry, order = row
    amount = Money(entry.amount, entry.currency)
    return (order, entry.at, f"{entry.source_kind.capitalize()}: {entry.leg}", entry.debit, entry.credit, amount)


def _advertisers() -> sa.Select[*tuple[Any, ...]]:
    mine = Order.advertiser_id == Advertiser.id
    weeks = (
        sa.select(sa.func.count())
        .select_from(Booking)
        .join(Order, Order.id == Booking.order_id)
        .where(mine, Booking.state.in_((BookingState.CONFIRMED, BookingState.RAN)))
        .correlate(Advertiser)
        .scalar_subquery()
    )
    last = sa.select(sa.func.max(Order.created_at)).where(mine).correlate(Advertiser).scalar_subquery()
    return sa.select(Advertiser, weeks, last)


def _advertiser(row: Any) -> Cells:
    who, weeks, last = row
    invoice = "By invoice" if who.may_pay_by_invoice else "By card"
    named = "May be named" if who.may_be_named else ""
    return (who.id, who.name, weeks, last, invoice, named, "Erased" if who.erased_at else "")


def _log() -> sa.Select[*tuple[Any, ...]]:
    return sa.select(AuditEntry, User.name).outerjoin(User, User.id == AuditEntry.actor_id)


def _line(row: Any) -> Cells:
    entry, name = row
    return (entry.at, name or entry.actor.label, entry.subject, entry.sentence, entry.action)


LISTS: Mapping[str, Listing] = {
    "orders": Listing(
        "Orders",
        ("Order", "Made", "Company", "Paid by", "#Weeks", "#Total", "#Paid", "#Refunded", "PO number"),
        _orders,
        _order,
        (Order.id,),
    ),
    "payments": Listing(
        "Payments",
        ("Order", "Received", "#Amount", "#Refunded", "Filed as", "Company", "At Stripe"),
        _payments,
        _payment,
        (Payment.id,),
    ),
    "refunds": Listing(
        "Refunds",
        ("Order", "Asked for", "#Amount", "State", "Company", "Reason", "Failure"),
        _refunds,
        _refund,
        (Refund.requested_at, Refund.id),
    ),
    "disputes": Listing(
        "Disputes",
        ("Order", "Opened", "#Amount", "State", "Company", "Reason", "Answer by"),
        _disputes,
        _dispute,
        (Dispute.id,),
    ),
    "tasks": Listing("Tasks", ("Order", "Opened", "What", "Advice", "Done"), _tasks, _task, (Task.id,)),
    "ledger": Listing(
        "Ledger", ("Order", "At", "Cause", "Debit", "Credit", "#Amount"), _ledger, _entry, (LedgerEntry.id,)
    ),
    "advertisers": Listing(
        "Advertisers",
        ("Id", "Name", "#Weeks", "Last order", "Pays", "Names", "Erased"),
        _advertisers,
        _advertiser,
        (Advertiser.id,),
        thing="advertiser",
    ),
    "log": Listing(
        "Log", ("At", "Who", "About", "What", "Action"), _log, _line, (AuditEntry.at, AuditEntry.id), thing=""
    ),
}
