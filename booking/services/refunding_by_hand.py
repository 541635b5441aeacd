"""A refund that the editor decides on, of any amount that is left of a payment, with the reason on record."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from booking.db import db, transaction
from booking.domain.copy_refusals import ReasonMissing
from booking.domain.desk_refusals import InDispute, NothingPaid
from booking.domain.errors import NotFound
from booking.domain.money import Money
from booking.domain.states import Actor, DisputeState
from booking.models import Dispute, Order, Payment, Refund
from booking.services import audit
from booking.services.booking_steps import By
from booking.services.holding import locked_order
from booking.services.refunding import Ask, request_refund, submit_refunds
from booking.services.settling import stands_in
from booking.services.withholding import PAYS_FOR_BOOKINGS


@dataclass(frozen=True, slots=True)
class RefundWish:
    """What the editor's form says. `amount` is as typed; `request_key` is the form's, so that two clicks are one.

    `payment_id` is needed where an order has several payments, `booking_id` names the week that it is for.
    """

    request_key: str
    amount: str
    reason: str
    payment_id: int | None = None
    booking_id: int | None = None


def refund_by_editor(public_id: str, wish: RefundWish, by: By) -> Money:
    """Send part of a payment back, or all that is left; returns how much. The bookings stay as they are.

    Raises NotFound, NothingPaid, InDispute, ReasonMissing, AmountNotUsable for text that is no positive amount in the
    payment's currency, and RefundTooLarge; then nothing was changed.
    """
    refund_id, money = _request(public_id, wish, by)
    submit_refunds([refund_id])
    return money


@transaction
def _request(public_id: str, wish: RefundWish, by: By) -> tuple[str, Money]:
    order = locked_order(public_id)
    payment = _payment(order, wish.payment_id)
    money = Money.parse(wish.amount, payment.currency)
    if not wish.reason:
        raise ReasonMissing
    open_dispute = sa.exists().where(Dispute.payment_id == payment.id, Dispute.state == DisputeState.OPEN)
    if db.session.scalar(sa.select(open_dispute)):
        raise InDispute
    key = f"editor:{wish.request_key}"
    known = db.session.scalars(sa.select(Refund).where(Refund.request_key == key)).one_or_none()
    if known is not None:
        return known.id, Money(known.amount, payment.currency)
    ask = Ask(
        payment,
        money.amount,
        wish.reason,
        by,
        key=key,
        booking_id=_booking_id(order, wish.booking_id),
        account=stands_in(payment, money.amount),
    )
    refund = request_refund(ask)
    sentence = f"Refunded {money} of order {public_id}: {wish.reason}"
    audit.record(Actor.EDITOR, by.user_id, "order.refund", f"order {public_id}", sentence, by.now)
    return refund.id, money


def _payment(order: Order, payment_id: int | None) -> Payment:
    mine = sa.select(Payment).where(Payment.order_id == order.id).order_by(Payment.id)
    payments = db.session.scalars(mine.with_for_update()).all()
    if not payments:
        raise NothingPaid
    if payment_id is None:
        return next((payment for payment in payments if payment.disposition in PAYS_FOR_BOOKINGS), payments[0])
    chosen = next((payment for payment in payments if payment.id == payment_id), None)
    if chosen is None:
        raise NotFound("payment")
    return chosen


def _booking_id(order: Order, booking_id: int | None) -> int | None:
    if booking_id is not None and all(booking.id != booking_id for booking in order.bookings):
        raise NotFound("booking")
    return booking_id
