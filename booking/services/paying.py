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
from booking.db import db, transaction
from booking.domain import holds
from booking.domain.errors import HoldCannotBeExtended, HoldLapsed, PaymentUnderWay
from booking.domain.states import AttemptState
from booking.gateways.checkout_params import checkout_params
from booking.gateways.payments import payments
from booking.gateways.stripe_facts import PaymentsRefused
from booking.models import CheckoutAttempt, Order
from booking.services import failpoints, places
from booking.services.charging import charge_of, order_page
from booking.services.folding import fold_session
from booking.services.holding import held_order, lease_of
from booking.services.refunding import submit_refunds


@dataclass(frozen=True, slots=True)
class Started:
    """An attempt as it is committed: what to send, and the address of the payment page once that is known."""

    id: str
    params: dict[str, Any]
    stripe_id: str | None
    url: str


def start_payment(public_id: str, now: datetime) -> str:
    """The address of Stripe's payment page for a held order; pressing three times is one attempt and one page.

    Raises NotFound, HoldLapsed, PaymentUnderWay, PaymentsRefused, or PaymentsUnreachable (then try again: the hold
    stands and the attempt is the same).
    """
    started = _open_attempt(public_id, now)
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
    _store_session(started.id, session.id, session.url)
    return session.url


@transaction
def _open_attempt(public_id: str, now: datetime) -> Started:
    order = held_order(public_id)
    attempt = db.session.scalars(
        sa.select(CheckoutAttempt).where(
            CheckoutAttempt.order_id == order.id,
            CheckoutAttempt.state.in_([AttemptState.OPEN, AttemptState.PROCESSING]),
        )
    ).one_or_none()
    if attempt is not None and attempt.state is AttemptState.PROCESSING:
        raise PaymentUnderWay
    if attempt is not None and attempt.expires_at <= now:
        attempt.state, attempt.closed_at = AttemptState.EXPIRED, now
        db.session.flush()
        attempt = None
    if attempt is None:
        attempt = _new_attempt(order, now)
    return Started(attempt.id, attempt.params, attempt.stripe_id, attempt.url)


def _new_attempt(order: Order, now: datetime) -> CheckoutAttempt:
    expires_at = holds.session_expiry(now)
    # In slot order, like every act that takes several slots.
    for booking in sorted(order.bookings, key=lambda booking: booking.slot_id):
        try:
            lease = holds.for_payment(lease_of(booking), now)
        except HoldCannotBeExtended as error:
            # What is left of the hold is shorter than any payment page lives.
            raise HoldLapsed from error
        if not places.extend(booking.id, lease.until):
            raise HoldLapsed
    attempt_id = str(uuid.uuid4())
    charge = charge_of(order, attempt_id, now)
    attempt = CheckoutAttempt(
        id=attempt_id,
        order_id=order.id,
        params=checkout_params(charge, order_page(order.public_id), expires_at),
        amount=sum(line.amount for line in charge.lines),
        currency=order.currency,
        expires_at=expires_at,
        created_at=now,
    )
    db.session.add(attempt)
    db.session.flush()
    return attempt


@transaction
def _store_session(attempt_id: str, stripe_id: str, url: str) -> None:
    db.session.execute(
        sa.update(CheckoutAttempt)
        .where(CheckoutAttempt.id == attempt_id, CheckoutAttempt.stripe_id.is_(None))
        .values(stripe_id=stripe_id, url=url)
    )


@transaction
def _close_attempt(attempt_id: str, state: AttemptState, now: datetime) -> None:
    db.session.execute(
        sa.update(CheckoutAttempt)
        .where(CheckoutAttempt.id == attempt_id, CheckoutAttempt.state == AttemptState.OPEN)
        .values(state=state, closed_at=now)
    )


def sync_session(session_id: str) -> None:
    """Fold a Checkout Session in as it is at Stripe now: the one way for webhook, return page and reconciler alike.

    Raises PaymentsRefused for a session that Stripe does not know, PaymentsUnreachable when it cannot be asked.
    """
    session = payments().session(session_id)
    if session.ours:
        settled = fold_session(session, clock.now())
        submit_refunds(settled)
