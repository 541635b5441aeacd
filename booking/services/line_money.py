"""What was paid for one booking and is still ours: the part of a payment that a cancellation can give back.

A payment is for a whole order; the ledger's sale row says which share of it each booking carries. Reads only.
"""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from booking.db import db
from booking.domain.cancellation import Rung, Terms
from booking.domain.money import Money
from booking.domain.states import PaymentDisposition, RefundState
from booking.models import Booking, CancellationStep, LedgerEntry, Payment, Refund
from booking.services.queries.newsletter import settings
from booking.services.withholding import withheld

APPLIED = (PaymentDisposition.APPLIED, PaymentDisposition.LATE_APPLIED)


@dataclass(frozen=True, slots=True)
class LineMoney:
    """The money of one booking. `paid` is what was paid for it less what went back; `disputed` that a bank has it."""

    payment: Payment | None
    paid: Money
    disputed: bool


def money_of(booking: Booking) -> LineMoney:
    """Work out what can be given back of this booking.

    A refund of the order that names no booking counts against every line: never more goes back than is left.
    """
    payment = db.session.scalars(
        sa.select(Payment).where(Payment.order_id == booking.order_id, Payment.disposition.in_(APPLIED))
    ).one_or_none()
    nothing = Money.zero(booking.order.currency)
    if payment is None:
        return LineMoney(None, nothing, disputed=False)
    left = payment.amount - payment.refund_reserved
    paid = Money(max(0, min(_sold_for(booking) - _gone_back(booking), left)), payment.currency)
    return LineMoney(payment, paid, _is_withheld(booking))


def terms() -> Terms:
    """The cancellation ladder as it is now, in the newsletter's zone."""
    rungs = db.session.scalars(sa.select(CancellationStep).order_by(CancellationStep.days.desc()))
    return Terms(settings().zone, tuple(Rung(rung.days, rung.percent) for rung in rungs))


def _sold_for(booking: Booking) -> int:
    sale = sa.select(LedgerEntry.amount).where(
        LedgerEntry.source_kind == "booking", LedgerEntry.source_id == str(booking.id), LedgerEntry.leg == "sale"
    )
    return db.session.scalar(sale) or 0


def _gone_back(booking: Booking) -> int:
    total = sa.select(sa.func.coalesce(sa.func.sum(Refund.amount), 0)).where(
        Refund.booking_id == booking.id, Refund.state != RefundState.FAILED
    )
    return int(db.session.scalar(total) or 0)


def _is_withheld(booking: Booking) -> bool:
    return bool(db.session.scalar(sa.select(sa.exists().where(Booking.id == booking.id, withheld()))))
