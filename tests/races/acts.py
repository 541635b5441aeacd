"""What the processes of a race do. Each act runs in a process of its own, with its own app and connections."""

from __future__ import annotations

import os
import signal
import time
import uuid
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from multiprocessing.connection import Connection
from typing import Any

import sqlalchemy as sa
from flask import Flask

from booking import clock, create_app, engine
from booking.db import db, transaction
from booking.domain.errors import Refusal
from booking.domain.states import Actor, Fallback, PlacementKind
from booking.gateways import payments
from booking.gateways.stripe_facts import EventFact
from booking.models import CheckoutAttempt, Issue, Payment, Slot
from booking.services import (
    cancelling,
    copywriting,
    failpoints,
    freezing,
    giving,
    holding,
    inventory,
    moving,
    paying,
    refunding,
    reviewing,
)
from booking.services.availability import free
from booking.services.booking_steps import By
from booking.services.buyers import Buyer
from booking.services.copywriting import Submission, Words
from booking.services.inbox import handle
from booking.services.reviewing import Seen
from config import Test

LOOKED = "has looked"
"""What a control says between looking and acting."""

_line: ContextVar[Connection] = ContextVar("_line")


@dataclass(frozen=True, slots=True)
class Place:
    """Where and when a race is run."""

    database_url: str
    stripe: str
    moment: datetime

    @property
    def site(self) -> tuple[str, str]:
        """What an app is made for."""
        return self.database_url, self.stripe


@cache
def first_app() -> Flask:
    """The app that the server makes before it forks: half of what a process of a race would otherwise do."""
    return create_app(Test())


def app_at(place: Place) -> Flask:
    """An app at this place: a copy of the first one, joined to a database and to a Stripe as `create_app` does it."""
    app = copy(first_app())
    app.config, app.extensions = copy(app.config), {**app.extensions}
    del app.extensions["sqlalchemy"]
    app.config.update(SQLALCHEMY_DATABASE_URI=place.database_url, STRIPE_API_BASE=place.stripe)
    db.init_app(app)
    with app.app_context():
        engine.prepare(db.engine)
    payments.connect(app)
    return app


def serve(line: Connection) -> None:
    """The whole life of a runner: get ready for an act, act at the given moment, answer; until the line is closed."""
    _line.set(line)
    apps: dict[tuple[str, str], Flask] = {}
    while True:
        try:
            place, act, args = line.recv()
        except EOFError:
            return
        if place.site not in apps:
            apps[place.site] = app_at(place)
        with apps[place.site].app_context(), clock.frozen_at(place.moment):
            db.session.execute(sa.text("SELECT 1"))
            db.session.rollback()
            line.send("ready")
            time.sleep(max(0, line.recv() - time.monotonic()))
            line.send(_outcome(act, args))
            failpoints.hooks.clear()
            db.session.remove()
            # A file is put back between two races, which no connection may see; a server's rows are put back around it.
            if db.engine.dialect.name == "sqlite":
                db.engine.dispose()


def _outcome(act: str, args: Sequence[Any]) -> Any:
    try:
        return ACTS[act](*args)
    except Refusal as refusal:
        return type(refusal).__name__
    except Exception as error:  # noqa: BLE001 - the race reports every other end as it is
        return f"!{type(error).__name__}: {error}"


def die_at(name: str) -> None:
    """Make this process kill itself, as the kernel would, when it reaches a failpoint."""
    failpoints.hooks[name] = lambda: os.kill(os.getpid(), signal.SIGKILL)


def wait_until_all_have_looked() -> None:
    """In a control: go on once everybody in the race has looked or is done, however busy the machine."""
    line = _line.get()
    line.send(LOOKED)
    line.recv()


def hold(key: str, company: str, choices: Sequence[tuple[int, str, int]]) -> str:
    """Hold slots for a company; answers ``held`` and the order."""
    chosen = tuple(holding.Choice(number, PlacementKind(kind), price) for number, kind, price in choices)
    buyer = Buyer(company, f"{company} desk", f"{company.lower().replace(' ', '-')}@example.com")
    wish = holding.Wish(key, chosen, buyer, Fallback.CREDIT)
    return "held " + holding.hold(wish, clock.now())


def hold_after_looking(slot_id: int) -> str:
    """The control: look whether the slot is free, and then take it."""
    now = clock.now()
    looks_free = db.session.scalar(sa.select(Slot.id).where(Slot.id == slot_id, free(now)))
    db.session.rollback()
    if looks_free is None:
        return "SlotTaken"
    wait_until_all_have_looked()
    _take(slot_id)
    return "held"


@transaction
def _take(slot_id: int) -> None:
    db.session.execute(sa.update(Slot).where(Slot.id == slot_id).values(block_reason=str(os.getpid())))


def attempt_after_looking(order_id: int) -> str:
    """The control: look whether an attempt is open, and then open one."""
    is_open = sa.select(CheckoutAttempt.id).where(CheckoutAttempt.order_id == order_id, CheckoutAttempt.state == "open")
    found = db.session.scalar(is_open)
    db.session.rollback()
    if found is not None:
        return "looked"
    wait_until_all_have_looked()
    return _open_attempt(order_id)


@transaction
def _open_attempt(order_id: int) -> str:
    now = clock.now()
    attempt_id = str(uuid.uuid4())
    db.session.add(
        CheckoutAttempt(
            id=attempt_id, order_id=order_id, params={}, amount=0, currency="USD", expires_at=now, created_at=now
        )
    )
    return "opened"


def reserve_after_looking(payment_id: int, amount: int) -> str:
    """The control: look how much is left of a payment, and then set aside what was asked."""
    payment = db.session.get_one(Payment, payment_id)
    reserved = payment.refund_reserved
    left = payment.amount - reserved
    db.session.rollback()
    if left < amount:
        return "RefundTooLarge"
    wait_until_all_have_looked()
    _reserve(payment_id, reserved + amount)
    return "reserved"


@transaction
def _reserve(payment_id: int, reserved: int) -> None:
    db.session.execute(sa.update(Payment).where(Payment.id == payment_id).values(refund_reserved=reserved))


def reserve(payment_id: int, amount: int) -> str:
    """Set aside part of a payment for a refund, by the one UPDATE that may."""
    return "reserved" if _reserve_guarded(payment_id, amount) else "RefundTooLarge"


@transaction
def _reserve_guarded(payment_id: int, amount: int) -> bool:
    return refunding.reserve(payment_id, amount)


def confirm_after_looking(slot_id: int) -> str:
    """The control: look whether the issue is frozen, and then sell the slot."""
    state = db.session.scalar(sa.select(Issue.state).join(Slot).where(Slot.id == slot_id))
    db.session.rollback()
    if state != "open":
        return "IssueFrozen"
    wait_until_all_have_looked()
    _take(slot_id)
    return "confirmed"


def start_payment(public_id: str, dies_at: str = "") -> str:
    """Press *Pay*; answers with the address of the payment page."""
    if dies_at:
        die_at(dies_at)
    return paying.start_payment(public_id, clock.now())


def sync_session(session_id: str, dies_at: str = "") -> str:
    """Come back from the payment page."""
    if dies_at:
        die_at(dies_at)
    paying.sync_session(session_id)
    return "folded"


def handle_event(event: EventFact, dies_at: str = "") -> str:
    """Act on an event of the inbox."""
    if dies_at:
        die_at(dies_at)
    handle(event)
    return "folded"


def submit_refund(refund_id: str, dies_at: str = "") -> str:
    """Ask Stripe for a refund."""
    if dies_at:
        die_at(dies_at)
    refunding.submit_refund(refund_id)
    return "submitted"


def freeze(number: int, editor_id: int) -> str:
    """Freeze an issue."""
    freezing.freeze(number, By(Actor.EDITOR, clock.now(), editor_id))
    return "frozen"


def decide(revision_id: int, digest: str, approve: bool, editor_id: int) -> str:
    """Approve or refuse copy as it was on this editor's screen."""
    seen, by = Seen(revision_id, digest), By(Actor.EDITOR, clock.now(), editor_id)
    reviewing.approve(seen, by) if approve else reviewing.reject(seen, "Not for our readers.", by)
    return "approved" if approve else "refused"


def submit(booking_id: int, words: Words, user_id: int) -> str:
    """Send copy in for a booking."""
    copywriting.submit(Submission((booking_id,), words), By(Actor.ADVERTISER, clock.now(), user_id))
    return "submitted"


def give(slot_id: int, key: str, editor_id: int) -> str:
    """Give a place to a company of that name for nothing."""
    buyer = Buyer(key, f"{key} desk", f"{key}@example.com")
    giving.give(giving.Gift(key, slot_id, buyer, "A race."), By(Actor.EDITOR, clock.now(), editor_id))
    return "given"


def move(booking_id: int, to: int) -> str:
    """Move a booking to another issue."""
    moving.move(booking_id, to, By(Actor.ADVERTISER, clock.now()))
    return "moved"


def cancel(booking_id: int, editor_id: int) -> str:
    """Cancel a booking by the terms."""
    now = clock.now()
    cancelling.cancel(booking_id, By(Actor.EDITOR, now, editor_id), now)
    return "cancelled"


def take_back(slot_id: int, editor_id: int) -> str:
    """Take a place back from whoever holds it."""
    ended = inventory.block_now(slot_id, "A race.", editor_id, clock.now())
    return "taken back" if ended else "blocked"


ACTS: dict[str, Callable[..., Any]] = {
    act.__name__: act
    for act in (
        hold,
        hold_after_looking,
        start_payment,
        sync_session,
        handle_event,
        submit_refund,
        freeze,
        decide,
        submit,
        attempt_after_looking,
        reserve,
        reserve_after_looking,
        confirm_after_looking,
        give,
        move,
        cancel,
        take_back,
    )
}
