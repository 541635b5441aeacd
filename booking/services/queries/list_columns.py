"""What stands in which column of the desk's lists: a statement for each, and its rows as cells."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

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

Cell = str | int | Money | datetime | StrEnum | None
Cells = tuple[Cell, ...]

MOST_ALIVE = (
    BookingState.UNPLACED,
    BookingState.HELD,
    BookingState.CONFIRMED,
    BookingState.RAN,
    BookingState.CANCELLED,
    BookingState.LAPSED,
)
"""Of the states in an order, the first of these is the one that the editor should know."""


def _sum_of(amount: Any, *conditions: sa.ColumnElement[bool]) -> sa.ScalarSelect[int]:
    return sa.select(sa.func.coalesce(sa.func.sum(amount), 0)).where(*conditions).correlate(Order).scalar_subquery()


def orders() -> sa.Select[*tuple[Any, ...]]:
    """Every order with what was paid, what went back and the state of each of its weeks."""
    refunded = (
        sa.select(sa.func.coalesce(sa.func.sum(Refund.amount), 0))
        .join(Payment, Payment.id == Refund.payment_id)
        .where(Payment.order_id == Order.id, Refund.state != RefundState.FAILED)
        .correlate(Order)
        .scalar_subquery()
    )
    states = (
        sa.select(sa.func.aggregate_strings(sa.cast(Booking.state, sa.Text), ","))
        .where(Booking.order_id == Order.id)
        .correlate(Order)
        .scalar_subquery()
    )
    paid = _sum_of(Payment.amount, Payment.order_id == Order.id)
    return sa.select(Order, paid, refunded, states)


def order_cells(row: Any) -> Cells:
    """The columns of an order."""
    order, paid, refunded, states = row
    weeks = [BookingState(state) for state in (states or "").split(",") if state]
    currency = order.currency
    total = Money(order.subtotal - order.discount + order.tax, currency)
    money = (total, Money(int(paid), currency), Money(int(refunded), currency))
    stands = (_standing(weeks), len(weeks))
    return (order.public_id, order.created_at, order.company, *stands, *money, order.paid_by, order.po_number)


def _standing(weeks: Sequence[BookingState]) -> Cell:
    """Where an order stands: the state of its weeks, or how many of them are booked when these differ."""
    booked = [state for state in weeks if state in (BookingState.CONFIRMED, BookingState.RAN)]
    if booked and len(booked) < len(weeks):
        return f"{len(booked)} of {len(weeks)} booked"
    return next((state for state in MOST_ALIVE if state in weeks), None)


def payments() -> sa.Select[*tuple[Any, ...]]:
    """Every payment with its order."""
    return sa.select(Payment, Order).outerjoin(Order, Order.id == Payment.order_id)


def payment_cells(row: Any) -> Cells:
    """The columns of a payment."""
    payment, order = row
    amount, reserved = Money(payment.amount, payment.currency), Money(payment.refund_reserved, payment.currency)
    known = (order.public_id, order.company) if order else (None, None)
    received = (payment.received_at, amount, reserved, payment.disposition)
    return (known[0], *received, known[1], payment.stripe_payment_intent_id)


def refunds() -> sa.Select[*tuple[Any, ...]]:
    """Every refund with its payment and order."""
    return (
        sa.select(Refund, Payment, Order)
        .join(Payment, Payment.id == Refund.payment_id)
        .outerjoin(Order, Order.id == Payment.order_id)
    )


def refund_cells(row: Any) -> Cells:
    """The columns of a refund."""
    refund, payment, order = row
    known = (order.public_id, order.company) if order else (None, None)
    amount = Money(refund.amount, payment.currency)
    return (known[0], refund.requested_at, amount, refund.state, known[1], refund.reason, refund.failure)


def disputes() -> sa.Select[*tuple[Any, ...]]:
    """Every dispute with its order."""
    return (
        sa.select(Dispute, Order)
        .join(Payment, Payment.id == Dispute.payment_id)
        .outerjoin(Order, Order.id == Payment.order_id)
    )


def dispute_cells(row: Any) -> Cells:
    """The columns of a dispute."""
    dispute, order = row
    known = (order.public_id, order.company) if order else (None, None)
    amount = Money(dispute.amount, dispute.currency)
    return (known[0], dispute.opened_at, amount, dispute.state, known[1], dispute.reason, dispute.respond_by)


def tasks() -> sa.Select[*tuple[Any, ...]]:
    """Every task, done or not."""
    return sa.select(Task, Order.public_id).outerjoin(Order, Order.id == Task.order_id)


def task_cells(row: Any) -> Cells:
    """The columns of a task."""
    task, order = row
    return (order, task.opened_at, task.title, task.advice, task.done_at)


def ledger() -> sa.Select[*tuple[Any, ...]]:
    """Every movement of money."""
    return sa.select(LedgerEntry, Order.public_id).outerjoin(Order, Order.id == LedgerEntry.order_id)


def ledger_cells(row: Any) -> Cells:
    """The columns of a movement."""
    entry, order = row
    amount = Money(entry.amount, entry.currency)
    return (order, entry.at, cause_of(entry), entry.debit, entry.credit, amount)


def cause_of(entry: LedgerEntry) -> str:
    """Why money moved, in words: "Refund: sent". What tells two movements of one cause apart is left out."""
    return f"{entry.source_kind.capitalize()}: {entry.leg.rstrip('-0123456789').replace('-', ' ')}"


def advertisers() -> sa.Select[*tuple[Any, ...]]:
    """Everybody who ever booked, with how many weeks stand and the last order."""
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


def advertiser_cells(row: Any) -> Cells:
    """The columns of an advertiser."""
    who, weeks, last = row
    invoice = "By invoice" if who.may_pay_by_invoice else "By card"
    named = "May be named" if who.may_be_named else ""
    return (who.id, who.name, weeks, last, invoice, named, "Erased" if who.erased_at else "")


def log() -> sa.Select[*tuple[Any, ...]]:
    """Everything that was done, with the name of who did it."""
    return sa.select(AuditEntry, User.name).outerjoin(User, User.id == AuditEntry.actor_id)


def log_cells(row: Any) -> Cells:
    """The columns of a line of the log."""
    entry, name = row
    return (entry.at, name or entry.actor.label, entry.subject, entry.sentence, entry.action)
