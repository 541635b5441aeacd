"""Making our books whole from Stripe's: everything that happened there is folded in again, then the sums must agree.

Events are listed and objects too, because an event can fail to be generated. All folds are the ones that webhooks use,
so what is known already changes nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

import sqlalchemy as sa

from booking import clock
from booking.db import db, transaction
from booking.domain.money import Money
from booking.domain.states import AttemptKind, AttemptState, LedgerAccount
from booking.gateways.payments import payments
from booking.gateways.stripe_facts import EventFact, MovementFact, SessionFact
from booking.models import CheckoutAttempt, LedgerEntry, Payment
from booking.services.accounts import Cause, balance, move_money
from booking.services.disputes import fold_dispute
from booking.services.folding import fold_session
from booking.services.inbox import file_event, handle
from booking.services.invoices import sync_invoice
from booking.services.payment_sync import trace
from booking.services.refunding import submit_refunds, submit_waiting
from booking.services.settling import settle_refund
from booking.services.tasks_for_people import open_task

T = TypeVar("T")

log = logging.getLogger(__name__)

LATELY = timedelta(days=7)
"""How far back the worker looks each time; a command looks further."""

BOOKED_ELSEWHERE = ("refund", "payment_refund", "refund_failure", "payment_failure_refund", "adjustment")
"""Movements that the folds of refunds and disputes have booked."""


@dataclass(slots=True)
class Report:
    """What a reconciliation found. ``difference`` is Stripe's balance less our ledger's, by currency, minor units."""

    looked_at: int = 0
    troubles: list[str] = field(default_factory=list)
    difference: dict[str, int] = field(default_factory=dict)
    suspects: list[str] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        """Whether the books agree and nothing went wrong on the way."""
        return not self.troubles and not any(self.difference.values())

    @property
    def sentences(self) -> list[str]:
        """The report in words, the proof last."""
        said = [f"Looked at {self.looked_at} objects at Stripe.", *self.troubles]
        for currency, amount in sorted(self.difference.items()):
            said.append(f"Difference between Stripe's balance and our ledger: {Money(amount, currency)} ({amount}).")
        if any(self.difference.values()):
            said.append(f"Look at: {', '.join(self.suspects) or 'movements from before the time that was looked at'}.")
        return said


def reconcile(since: datetime, now: datetime) -> Report:
    """Fold in everything that happened at Stripe since then, and compare the balances.

    Raises PaymentsUnreachable when Stripe cannot be asked at all; then run it again.
    """
    report = Report()
    account = payments()
    _each(report, account.invoices_since(since), lambda fact: sync_invoice(fact.id) if account.made(fact) else None)
    _each(report, account.sessions_since(since), _fold_listed)
    _each(report, _open_attempts(now), _fold_attempt)
    unknown = (fact for fact in account.payments_since(since) if account.made(fact) and fact.status == "succeeded")
    _each(report, unknown, lambda fact: None if _is_filed(fact.id) else trace(fact))
    _each(report, account.refunds_since(since), lambda fact: settle_refund(fact, clock.now()))
    _each(report, account.disputes_since(since), lambda fact: fold_dispute(fact, clock.now()))
    submit_waiting(now)
    _each(report, reversed(list(account.events_since(since))), _handle_missed)
    _each(report, account.movements_since(since), book_movement)
    _compare(report, since)
    return report


def reconcile_lately(now: datetime) -> str:
    """The upkeep: look at the last week, and put trouble on the desk; returns what there is to say, "" for nothing."""
    report = reconcile(now - LATELY, now)
    if report.whole:
        return ""
    _ask_a_person(report, now)
    return " ".join(report.sentences)


@transaction
def _ask_a_person(report: Report, now: datetime) -> None:
    open_task(
        f"books-differ:{now.date()}",
        "Our books and Stripe's differ",
        " ".join(report.sentences)
        + " Reconcile the last 30 days from the money page; if it stays, look the objects up at Stripe.",
        None,
        now,
    )


def _each(report: Report, found: Iterable[T], act: Callable[[T], object]) -> None:
    for one in found:
        report.looked_at += 1
        try:
            act(one)
        # One object that cannot be folded must not keep the others from being folded.
        except Exception as error:
            db.session.rollback()
            log.exception("Could not fold %r in.", one)
            report.troubles.append(f"Could not fold {getattr(one, 'id', one)} in: {error}")


def _fold_listed(session: SessionFact) -> None:
    if payments().made(session):
        submit_refunds(fold_session(session, clock.now()))


@transaction
def _open_attempts(now: datetime) -> list[str]:
    """Sessions that we think are open and that should have ended by now, however long ago they were made."""
    waiting = (AttemptState.OPEN, AttemptState.PROCESSING)
    return [
        stripe_id
        for stripe_id in db.session.scalars(
            sa.select(CheckoutAttempt.stripe_id).where(
                CheckoutAttempt.kind == AttemptKind.CHECKOUT,
                CheckoutAttempt.state.in_(waiting),
                CheckoutAttempt.expires_at <= now,
            )
        )
        if stripe_id
    ]


def _fold_attempt(stripe_id: str) -> None:
    _fold_listed(payments().session(stripe_id))


@transaction
def _is_filed(intent_id: str) -> bool:
    known = sa.select(Payment.id).where(Payment.stripe_payment_intent_id == intent_id)
    return db.session.scalar(known) is not None


def _handle_missed(event: EventFact) -> None:
    if file_event(event, clock.now()):
        handle(event)


@transaction
def book_movement(movement: MovementFact) -> None:
    """Book what no object tells: Stripe's fees and what was paid out to the bank."""
    if movement.type in BOOKED_ELSEWHERE:
        return
    cause = Cause("movement", movement.id, None, clock.now())
    if db.session.scalar(
        sa.select(LedgerEntry.id).where(LedgerEntry.source_kind == "movement", LedgerEntry.source_id == movement.id)
    ):
        return
    if movement.type in ("charge", "payment"):
        fee = Money(movement.fee, movement.currency)
        move_money(cause, "fee", LedgerAccount.FEES, LedgerAccount.STRIPE, fee)
        return
    account = LedgerAccount.BANK if movement.type.startswith("payout") else LedgerAccount.FEES
    move_money(cause, "net", LedgerAccount.STRIPE, account, Money(movement.net, movement.currency))


def _compare(report: Report, since: datetime) -> None:
    ours = _booked()
    theirs = {fact.currency: fact.amount for fact in payments().balance()}
    report.difference = {
        currency: theirs.get(currency, 0) - ours.get(currency, 0) for currency in sorted({*ours, *theirs})
    }
    if any(report.difference.values()):
        report.suspects = [
            f"{fact.id} ({Money(fact.amount_received, fact.currency)})"
            for fact in payments().payments_since(since)
            if fact.status == "succeeded" and not _is_filed(fact.id)
        ]


@transaction
def _booked() -> dict[str, int]:
    return balance(LedgerAccount.STRIPE)
