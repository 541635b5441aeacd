"""Sending money back: reserved and written down first, then asked of Stripe with a key, then settled by its answer.

A refund whose outcome is unknown stays ``submitted``. It is looked for at Stripe, and asked again with the same key
where there is none, so it happens once.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from booking import clock
from booking.db import db, transaction
from booking.domain.money import Money
from booking.domain.money_refusals import AmountNotUsable, RefundTooLarge
from booking.domain.states import LedgerAccount, RefundState
from booking.gateways.payments import payments
from booking.gateways.stripe_facts import APP, PaymentsRefused, PaymentsUnreachable, RefundFact
from booking.models import Payment, Refund
from booking.services import failpoints, places
from booking.services.accounts import Cause, move_money
from booking.services.booking_steps import By
from booking.services.settling import fail_refund, settle_refund

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ask:
    """A refund to be made. ``amount`` in minor units; ``key`` names its cause, so that asking twice is one refund.

    ``account`` is where the money was counted until now.
    """

    payment: Payment
    amount: int
    reason: str
    by: By
    key: str
    booking_id: int | None = None
    account: LedgerAccount = LedgerAccount.REVENUE


def request_refund(ask: Ask) -> Refund:
    """Reserve and write down a refund, inside an act. Raises RefundTooLarge or AmountNotUsable, changing nothing."""
    known = db.session.scalars(sa.select(Refund).where(Refund.request_key == ask.key)).one_or_none()
    if known is not None:
        return known
    payment = ask.payment
    if type(ask.amount) is not int or ask.amount <= 0:
        raise AmountNotUsable(str(ask.amount))
    if not reserve(payment.id, ask.amount):
        db.session.refresh(payment)
        left = Money(payment.amount - payment.refund_reserved, payment.currency)
        raise RefundTooLarge(Money(ask.amount, payment.currency), left)
    refund = Refund(
        id=str(uuid.uuid4()),
        payment_id=payment.id,
        booking_id=ask.booking_id,
        amount=ask.amount,
        reason=ask.reason,
        state=RefundState.REQUESTED,
        request_key=ask.key,
        actor=ask.by.actor,
        actor_id=ask.by.user_id,
        requested_at=ask.by.now,
    )
    db.session.add(refund)
    db.session.flush()
    money = Money(refund.amount, payment.currency)
    cause = Cause("refund", refund.id, payment.order_id, ask.by.now)
    move_money(cause, "owed", ask.account, LedgerAccount.REFUNDS, money)
    return refund


def reserve(payment_id: int, amount: int) -> bool:
    """Set aside part of a payment for a refund; False when less than that is left."""
    return places.changed(
        sa.update(Payment)
        .where(Payment.id == payment_id, Payment.refund_reserved + amount <= Payment.amount)
        .values(refund_reserved=Payment.refund_reserved + amount)
    )


def submit_refunds(refund_ids: Iterable[str]) -> None:
    """Ask Stripe for each refund, after the commit that wrote it down. Trouble with one does not stop the others."""
    for refund_id in refund_ids:
        submit_refund(refund_id)


def submit_refund(refund_id: str) -> None:
    """Ask Stripe for one refund and write down what it says; an unknown outcome stays for the next round."""
    asked = _mark_submitted(refund_id)
    if asked is None:
        return
    failpoints.reached("refund-submitted")
    try:
        fact = _made_before(asked, refund_id) or payments().create_refund(
            asked.intent_id, asked.amount, refund_id, {"app": APP, "refund": refund_id}
        )
    except PaymentsUnreachable as error:
        log.warning("Refund %s: no answer, will be asked again: %s", refund_id, error)
        return
    except PaymentsRefused as error:
        log.warning("Refund %s was refused: %s", refund_id, error)
        refuse_refund(refund_id, error.sentence, clock.now())
        return
    failpoints.reached("refund-made")
    settle_refund(fact, clock.now())


@dataclass(frozen=True, slots=True)
class _Asked:
    intent_id: str
    amount: int
    again: bool


def _made_before(asked: _Asked, refund_id: str) -> RefundFact | None:
    """The refund whose answer was lost. Stripe forgets a key after a day, and would then make a second one."""
    if not asked.again:
        return None
    made = payments().refunds_of_payment(asked.intent_id)
    return next((fact for fact in made if fact.metadata.get("refund") == refund_id), None)


@transaction
def _mark_submitted(refund_id: str) -> _Asked | None:
    """What to ask for, and whether it may have been asked for before; None when the refund is settled."""
    refund = db.session.get(Refund, refund_id, with_for_update=True, populate_existing=True)
    waiting = (RefundState.REQUESTED, RefundState.SUBMITTED)
    if refund is None or refund.state not in waiting or refund.stripe_refund_id is not None:
        return None
    again = refund.state is RefundState.SUBMITTED
    refund.state = RefundState.SUBMITTED
    return _Asked(refund.payment.stripe_payment_intent_id, refund.amount, again)


@transaction
def refuse_refund(refund_id: str, reason: str, now: datetime) -> None:
    """Write down that Stripe will not make this refund."""
    refund = db.session.get_one(Refund, refund_id, with_for_update=True, populate_existing=True)
    if refund.state is RefundState.SUBMITTED:
        fail_refund(refund, reason, now)


def submit_waiting(now: datetime) -> int:
    """The upkeep: ask again for every refund without an answer; returns how many there were."""
    waiting = _waiting(now)
    submit_refunds(waiting)
    return len(waiting)


@transaction
def _waiting(_now: datetime) -> list[str]:
    return list(
        db.session.scalars(
            sa.select(Refund.id).where(
                Refund.state.in_([RefundState.REQUESTED, RefundState.SUBMITTED]), Refund.stripe_refund_id.is_(None)
            )
        )
    )
