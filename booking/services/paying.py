"""Paying by card: commit what will be asked, ask Stripe outside any transaction, store the answer.

A crash anywhere in between is healed by asking again with the same key and the same frozen parameters.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from booking import clock
from booking.db import db, one_connection, run_alone, transaction
from booking.domain import holds
from booking.domain.errors import HoldCannotBeExtended, HoldLapsed
from booking.domain.states import AttemptState
from booking.gateways.checkout_params import checkout_params
from booking.gateways.payments import payments
from booking.gateways.stripe_facts import PaymentsRefused
from booking.models import CheckoutAttempt
from booking.services import awaited, failpoints, places
from booking.services.charging import charge_of, order_page
from booking.services.folding import fold_session
from booking.services.holding import Found, Held, find, take_slots, until_decided
from booking.services.lapsing import close_sessions
from booking.services.ordered import Asked, Ordered, held_order
from booking.services.ordering import Wish
from booking.services.refunding import submit_refunds
from booking.services.writing import Row, write


@dataclass(frozen=True, slots=True)
class Started:
    """An attempt as it is committed: what to send, and the address of the payment page once that is known."""

    id: str
    params: dict[str, Any]
    stripe_id: str | None = None
    url: str = ""


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt that is not written yet. `amount` is in minor units."""

    id: str
    params: dict[str, Any]
    amount: int
    currency: str
    expires_at: datetime
    created_at: datetime

    def row(self, order_id: int) -> Row:
        """It as a row to be written."""
        return CheckoutAttempt, {
            "id": self.id,
            "order_id": order_id,
            "params": self.params,
            "amount": self.amount,
            "currency": self.currency,
            "expires_at": self.expires_at,
            "created_at": self.created_at,
        }


@dataclass(frozen=True, slots=True)
class HeldToPay:
    """An order that was just held, and its attempt; None when the same form had made the order before."""

    public_id: str
    started: Started | None


buying = one_connection
"""A buyer's way from the look to the payment page, or to what else there is, on one connection. No transaction is open
while Stripe is asked."""


def start_payment(public_id: str, now: datetime) -> str:
    """The address of Stripe's payment page for a held order; pressing three times is one attempt and one page.

    Raises NotFound, HoldLapsed, PaymentUnderWay, PaymentsRefused, or PaymentsUnreachable (then try again: the hold
    stands and the attempt is the same).
    """
    return _page_of(_open_attempt(public_id, now), now)


def hold_to_pay(wish: Wish, now: datetime) -> HeldToPay:
    """Hold slots and commit what will be asked for them, in one act. Raises what `holding.hold` raises."""
    held, started = _hold_to_pay(wish, now)
    close_sessions(held.stale)
    return HeldToPay(held.public_id, started)


def payment_page(held: HeldToPay, now: datetime) -> str:
    """The address of Stripe's payment page for what was just held. Raises what `start_payment` raises."""
    if held.started is None:
        return start_payment(held.public_id, now)
    return _page_of(held.started, now)


def _find_to_pay(wish: Wish, now: datetime) -> tuple[Found, Attempt | None]:
    found = find(wish, now)
    return found, _new_attempt(found.asked, now) if found.asked else None


@until_decided(_find_to_pay)
@transaction
def _hold_to_pay(wish: Wish, found: tuple[Found, Attempt | None], now: datetime) -> tuple[Held, Started | None]:
    held = take_slots(wish, found[0], now, paying=True)
    if held.asked is None or held.order_id is None:
        # The order of a form that was pressed before may have come further: that is for `start_payment` to find out.
        return held, None
    attempt = found[1] or _new_attempt(held.asked, now)
    write([*held.rows, attempt.row(held.order_id)])
    return held, Started(attempt.id, attempt.params)


def _page_of(started: Started, now: datetime) -> str:
    if started.stripe_id is not None:
        return started.url
    failpoints.reached("attempt-committed")
    try:
        session = payments().create_session(started.params, started.id)
    except PaymentsRefused:
        # The same parameters would be refused again, so the next press starts a new attempt.
        _close_attempt(started.id, AttemptState.FAILED, now)
        raise
    failpoints.reached("session-created")
    run_alone(awaited.STORE, {"attempt": started.id, "object": session.id, "address": session.url})
    return session.url


@transaction
def _open_attempt(public_id: str, now: datetime) -> Started:
    order = held_order(public_id)
    attempt = awaited.open_attempt(order.id)
    if attempt is None:
        return _hold_longer(order, now)
    if attempt.expires_at <= now:
        attempt.state, attempt.closed_at = AttemptState.EXPIRED, now
        db.session.flush()
        return _hold_longer(order, now)
    return Started(attempt.id, attempt.params, attempt.stripe_id, attempt.url)


def _hold_longer(order: Ordered, now: datetime) -> Started:
    """A new attempt, for which the slots are held as long as it may take."""
    # In slot order, like every act that takes several slots.
    for line in sorted(order.lines, key=lambda line: line.slot_id):
        try:
            lease = holds.for_payment(line.lease, now)
        except HoldCannotBeExtended as error:
            # What is left of the hold is shorter than any payment page lives.
            raise HoldLapsed from error
        if not places.extend(line.booking_id, lease.until):
            raise HoldLapsed
    attempt = _new_attempt(order, now)
    write([attempt.row(order.id)])
    return Started(attempt.id, attempt.params)


def _new_attempt(asked: Asked, now: datetime) -> Attempt:
    attempt_id, expires_at = str(uuid.uuid4()), holds.session_expiry(now)
    charge = charge_of(asked, attempt_id, now)
    params = checkout_params(charge, order_page(asked.public_id), expires_at)
    return Attempt(attempt_id, params, sum(line.amount for line in charge.lines), asked.currency, expires_at, now)


@transaction
def _close_attempt(attempt_id: str, state: AttemptState, now: datetime) -> None:
    db.session.execute(
        sa.update(CheckoutAttempt)
        .where(CheckoutAttempt.id == attempt_id, CheckoutAttempt.state == AttemptState.OPEN)
        .values(state=state, closed_at=now)
    )


def sync_session(session_id: str, event_id: str = "") -> None:
    """Fold a Checkout Session in as it is at Stripe now: the one way for webhook, return page and reconciler alike.

    The event of the inbox that told of it is done by the same commit. Raises PaymentsRefused for a session that
    Stripe does not know, PaymentsUnreachable when it cannot be asked.
    """
    session = payments().session(session_id)
    submit_refunds(fold_session(session, clock.now(), event_id))
