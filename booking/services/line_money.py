"""What was paid for one booking and is still ours: the part of a payment that a cancellation can give back.

A payment is for a whole order; the ledger's sale row says which share of it each booking carries. Reads only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from booking.db import db
from booking.domain.cancellation import Rung, Terms
from booking.domain.money import Money
from booking.domain.states import RefundState
from booking.models import Booking, CancellationStep, LedgerEntry, Newsletter, Payment, Refund
from booking.services.queries.newsletter import Settings
from booking.services.withholding import PAYS_FOR_BOOKINGS, withheld


@dataclass(frozen=True, slots=True)
class LineMoney:
    """The money of one booking. `paid` is what was paid for it less what went back; `disputed` that a bank has it."""

    payment: Payment | None
    paid: Money
    disputed: bool


def money_of(booking: Booking) -> LineMoney:
    """Work out what can be given back of this booking, in one statement: it stands on pages.

    A refund of the order that names no booking counts against every line: never more goes back than is left.
    """
    row = db.session.execute(
        sa.select(Payment, _sold_for(booking), _gone_back(booking), _is_withheld(booking)).where(
            Payment.order_id == booking.order_id, Payment.disposition.in_(PAYS_FOR_BOOKINGS)
        )
    ).one_or_none()
    if row is None:
        return LineMoney(None, Money.zero(booking.order.currency), disputed=False)
    payment, sold_for, gone_back, disputed = row
    left = payment.amount - payment.refund_reserved
    paid = max(0, min((sold_for or 0) - int(gone_back), left))
    return LineMoney(payment, Money(paid, payment.currency), bool(disputed))


def terms() -> Terms:
    """The cancellation ladder as it is now, in the newsletter's zone."""
    rows: Sequence[Any] = db.session.execute(
        sa.select(Newsletter.zone, CancellationStep.days, CancellationStep.percent)
        .outerjoin(CancellationStep, sa.true())
        .order_by(CancellationStep.days.desc())
    ).all()
    zone = rows[0][0] if rows else Settings().zone
    return Terms(zone, tuple(Rung(days, percent) for _, days, percent in rows if days is not None))


def _sold_for(booking: Booking) -> sa.ScalarSelect[int]:
    sale = sa.select(LedgerEntry.amount).where(
        LedgerEntry.source_kind == "booking", LedgerEntry.source_id == str(booking.id), LedgerEntry.leg == "sale"
    )
    return sale.scalar_subquery()


def _gone_back(booking: Booking) -> sa.ScalarSelect[int]:
    total = sa.select(sa.func.coalesce(sa.func.sum(Refund.amount), 0)).where(
        Refund.booking_id == booking.id, Refund.state != RefundState.FAILED
    )
    return total.scalar_subquery()


def _is_withheld(booking: Booking) -> sa.ColumnElement[bool]:
    # A payment of its own in the inner query: the outer one is already about the payment that was applied.
    return sa.exists().where(Booking.id == booking.id, withheld())
