"""What Stripe says of a refund, folded in: ours or one made in its dashboard, done, failed, or failed after all."""

from __future__ import annotations

import uuid
from datetime import datetime

import sqlalchemy as sa

from booking.db import db, transaction
from booking.domain.money import Money
from booking.domain.states import Actor, LedgerAccount, RefundState
from booking.gateways.stripe_facts import RefundFact
from booking.models import LedgerEntry, Payment, Refund
from booking.services import letters
from booking.services.accounts import Cause, move_money
from booking.services.awaited import APPLIED
from booking.services.outbox import post
from booking.services.places import changed
from booking.services.tasks_for_people import open_task

GONE_WRONG = ("failed", "canceled")


@transaction
def settle_refund(fact: RefundFact, now: datetime) -> bool:
    """Bring a refund to where Stripe has it; False when its payment is not known here yet."""
    payment = db.session.scalars(
        sa.select(Payment).where(Payment.stripe_payment_intent_id == fact.intent_id).with_for_update()
    ).one_or_none()
    if payment is None:
        return False
    refund = _ours(fact) or _from_dashboard(fact, payment, now)
    if refund is None:
        return True
    refund.stripe_refund_id = fact.id
    db.session.flush()
    if fact.status in GONE_WRONG:
        if refund.state is not RefundState.FAILED:
            fail_refund(refund, fact.failure or fact.status, now)
    elif refund.state is not RefundState.FAILED:
        _leave_stripe(refund, payment, now)
        if fact.status == "succeeded" and refund.state is not RefundState.SUCCEEDED:
            _succeed(refund, now)
    return True


def _ours(fact: RefundFact) -> Refund | None:
    key = fact.metadata.get("refund", "")
    same = sa.or_(Refund.stripe_refund_id == fact.id, Refund.id == key)
    return db.session.scalars(sa.select(Refund).where(same).execution_options(populate_existing=True)).one_or_none()


def _from_dashboard(fact: RefundFact, payment: Payment, now: datetime) -> Refund | None:
    """Write down a refund that somebody made at Stripe; None for one that came to nothing before we heard of it."""
    if fact.status in GONE_WRONG:
        return None
    _make_room(payment, fact.amount, now)
    refund = Refund(
        # Of a restored backup's refund the id is still known at Stripe; a new row keeps it.
        id=fact.metadata.get("refund") or str(uuid.uuid4()),
        payment_id=payment.id,
        amount=fact.amount,
        reason="Refunded in Stripe's dashboard.",
        state=RefundState.SUBMITTED,
        actor=Actor.STRIPE,
        requested_at=fact.created,
    )
    db.session.add(refund)
    db.session.flush()
    account = stands_in(payment, refund.amount)
    money = Money(refund.amount, payment.currency)
    move_money(Cause("refund", refund.id, payment.order_id, now), "owed", account, LedgerAccount.REFUNDS, money)
    if payment.disposition in APPLIED and payment.refund_reserved >= payment.amount:
        open_task(
            f"refunded-at-stripe:{payment.stripe_payment_intent_id}",
            "An order was refunded in full at Stripe",
            "Its bookings still stand. Cancel them if they should not run, or leave them as they are.",
            payment.order_id,
            now,
        )
    return refund


def stands_in(payment: Payment, amount: int) -> LedgerAccount:
    """The account in which so much of a payment (minor units) is counted until it goes back.

    What was paid for a place that was gone never became revenue: it waits as receivable, and goes first.
    """
    if payment.disposition not in APPLIED:
        return LedgerAccount.UNAPPLIED
    signed = sa.case((LedgerEntry.credit == LedgerAccount.RECEIVABLE, LedgerEntry.amount), else_=-LedgerEntry.amount)
    waiting = db.session.scalar(
        sa.select(sa.func.sum(signed)).where(
            LedgerEntry.order_id == payment.order_id,
            sa.or_(
                LedgerEntry.credit == LedgerAccount.RECEIVABLE,
                LedgerEntry.debit == LedgerAccount.RECEIVABLE,
            ),
        )
    )
    return LedgerAccount.RECEIVABLE if int(waiting or 0) >= amount else LedgerAccount.REVENUE


def _make_room(payment: Payment, amount: int, now: datetime) -> None:
    """Reserve for a refund that is a fact already. Refunds that we only planned give way: Stripe would refuse them."""
    planned = db.session.scalars(
        sa.select(Refund)
        .where(Refund.payment_id == payment.id, Refund.stripe_refund_id.is_(None))
        .where(Refund.state.in_([RefundState.REQUESTED, RefundState.SUBMITTED]))
        .order_by(Refund.requested_at.desc())
    ).all()
    for refund in planned:
        db.session.refresh(payment)
        if payment.refund_reserved + amount <= payment.amount:
            break
        fail_refund(refund, "The money was refunded in Stripe's dashboard instead.", now)
    changed(sa.update(Payment).where(Payment.id == payment.id).values(refund_reserved=Payment.refund_reserved + amount))
    db.session.refresh(payment)


def _leave_stripe(refund: Refund, payment: Payment, now: datetime) -> None:
    """The money has left our balance: Stripe takes it when the refund is made, not when the bank has it."""
    if _moved(refund, "sent").one_or_none():
        return
    money = Money(refund.amount, payment.currency)
    cause = Cause("refund", refund.id, payment.order_id, now)
    move_money(cause, "sent", LedgerAccount.REFUNDS, LedgerAccount.STRIPE, money)


def _succeed(refund: Refund, now: datetime) -> None:
    refund.state, refund.settled_at = RefundState.SUCCEEDED, now
    db.session.flush()
    # Money that belongs to no order has nobody that could be told.
    if refund.payment.order is not None:
        post(letters.refunded(refund.payment.order, refund), f"refunded:{refund.id}", now)


def fail_refund(refund: Refund, reason: str, now: datetime) -> None:
    """The money stays: undo what was booked, release the reservation, and ask a person. Runs inside an act."""
    payment = refund.payment
    money = Money(refund.amount, payment.currency)
    cause = Cause("refund", refund.id, payment.order_id, now)
    if _moved(refund, "sent").one_or_none():
        move_money(cause, "returned", LedgerAccount.STRIPE, LedgerAccount.REFUNDS, money)
    move_money(cause, "not-owed", LedgerAccount.REFUNDS, _moved(refund, "owed").one().debit, money)
    refund.state, refund.failure, refund.settled_at = RefundState.FAILED, reason[:300], now
    changed(
        sa.update(Payment)
        .where(Payment.id == payment.id)
        .values(refund_reserved=Payment.refund_reserved - refund.amount)
    )
    db.session.flush()
    open_task(
        f"refund-failed:{refund.id}",
        f"A refund of {money} failed",
        f"Stripe says: {reason}. Refund it again from the order's page, or agree with the buyer on another way.",
        payment.order_id,
        now,
    )


def _moved(refund: Refund, leg: str) -> sa.ScalarResult[LedgerEntry]:
    return db.session.scalars(
        sa.select(LedgerEntry).where(
            LedgerEntry.source_kind == "refund", LedgerEntry.source_id == refund.id, LedgerEntry.leg == leg
        )
    )
