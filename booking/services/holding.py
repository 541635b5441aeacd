"""Holding slots: one act turns chosen slots into an order that has all of them for a while, or into nothing."""

from __future__ import annotations

import functools
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from booking.db import db, transaction
from booking.domain import holds
from booking.domain.errors import HoldLapsed, NotFound, SlotTaken
from booking.domain.states import Actor, AttemptState, BookingState, OrderPayment
from booking.models import Booking, CheckoutAttempt, Order
from booking.services import places
from booking.services.booking_steps import By, step
from booking.services.buyers import Buyer, Known, Owner, advertiser_for, newcomer
from booking.services.choosing import Choice, Picked, look, pick
from booking.services.lapsing import close_sessions, lapse_overtaken, open_sessions_of
from booking.services.ordered import Asked, held_order
from booking.services.ordering import Wish, ask, earlier_holds, rows_of
from booking.services.places import Kept
from booking.services.writing import Row, write

F = TypeVar("F")
R = TypeVar("R")

TRIES = 10
"""How often somebody may be overtaken between looking and claiming; every time, somebody else was served."""


class Overtaken(SlotTaken):
    """Somebody was faster between the look and the claim: it is time to look again."""


def hold(wish: Wish, now: datetime) -> str:
    """Hold every chosen slot for this buyer, or none; returns the order's public id.

    The same ``request_key`` is the same order, however often it is pressed. Raises SlotTaken, SlotClosed, PriceChanged,
    IssueFrozen, UnknownSlot, CoolingOff, NothingChosen or TooManyChosen; then nothing was changed.
    """
    held = _hold(wish, now)
    close_sessions(held.stale)
    return held.public_id


@dataclass(frozen=True, slots=True)
class Held:
    """An order that holds its slots, the rows to write of it, and the sessions to close after the commit.

    `asked` is what it says and `order_id` what it is to be written by: both None when the same form had made it before.
    """

    public_id: str
    stale: list[str]
    rows: list[Row]
    asked: Asked | None = None
    order_id: int | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What an order is to get, as far as a look can tell: `order` is what the same form has made before.

    `asked` is what the order will say, None while nothing is picked.
    """

    order: str | None
    user_id: int | None
    picked: list[Picked]
    asked: Asked | None


def find(wish: Wish, now: datetime) -> Found:
    """Look for the slots of an order and work out what it will say, and lock nothing. Raises as `hold` does.

    What this browser holds itself has to be given back first, so nothing is picked until then.
    """
    seen = look(wish.choices, wish.request_key, wish.buyer.address)
    if seen.order is not None or wish.replaces:
        return Found(seen.order, seen.user_id, [], None)
    earlier = earlier_holds(seen.user_id, seen.groups, now) if seen.user_id else {}
    picked = pick(seen.groups, earlier, now)
    return Found(None, seen.user_id, picked, ask(wish, picked, now))


def until_decided(
    looking: Callable[[Wish, datetime], F],
) -> Callable[[Callable[[Wish, F, datetime], R]], Callable[[Wish, datetime], R]]:
    """Look, and run an act that holds what was found; again when it was overtaken, or another tab has just written.

    All that can be worked out beforehand belongs into the look: on SQLite everybody waits while an act writes.
    """

    def decided(act: Callable[[Wish, F, datetime], R]) -> Callable[[Wish, datetime], R]:
        @functools.wraps(act)
        def run(wish: Wish, now: datetime) -> R:
            for _ in range(TRIES):
                # What was written meanwhile is seen by the next look.
                with suppress(IntegrityError, Overtaken):
                    return act(wish, looking(wish, now), now)
            return act(wish, looking(wish, now), now)

        return run

    return decided


@until_decided(find)
@transaction
def _hold(wish: Wish, found: Found, now: datetime) -> Held:
    held = take_slots(wish, found, now)
    write(held.rows)
    return held


def take_slots(wish: Wish, found: Found, now: datetime, *, paying: bool = False) -> Held:
    """The work of `hold` but for writing its rows, for acts that write more; raises as `hold` does, or Overtaken.

    `paying` holds as long as a payment that starts now may take.
    """
    stale: list[str] = []
    if wish.replaces and found.order is None:
        stale = _give_back(wish.replaces, By(Actor.ADVERTISER, now))
        found = find(replace(wish, replaces=()), now)
    if found.order is not None:
        return Held(found.order, stale, [])
    assert found.asked is not None
    kept = [_claim(one, now, paying=paying) for one in found.picked]
    owner, rows = _owner(wish.buyer, found.user_id, kept[0], now)
    rows += rows_of(found.asked, wish.request_key, owner, kept)
    for one, ids in zip(found.picked, kept, strict=True):
        if one.slot.booking_id is not None:
            stale += lapse_overtaken(one.slot.id, ids.booking, now)
    return Held(found.asked.public_id, stale, rows, found.asked, kept[0].order)


def _owner(buyer: Buyer, user_id: int | None, kept: Kept, now: datetime) -> tuple[Owner, list[Row]]:
    if user_id is None:
        owner = Owner(kept.user, kept.advertiser)
        return owner, newcomer(buyer, owner, now)
    return Owner(user_id, advertiser_for(Known(user_id, is_new=False), buyer, now)), []


def _claim(one: Picked, now: datetime, *, paying: bool) -> Kept:
    """Claim what was picked, or as long as a payment may take; the ids that are kept for what is to be written."""
    lease = holds.for_payment(one.lease, now) if paying else one.lease
    kept = places.claim(one.slot.id, one.choice.price, now, lease)
    if kept is None:
        raise Overtaken(one.slot.label, one.slot.issue)
    return kept


def _give_back(public_ids: tuple[str, ...], by: By) -> list[str]:
    """Lapse what this browser still holds from earlier tries; returns their open sessions, to be closed.

    An order that waits for a bank or for its invoice is no try that was left.
    """
    under_way = sa.exists().where(
        CheckoutAttempt.order_id == Order.id, CheckoutAttempt.state == AttemptState.PROCESSING
    )
    orders = db.session.scalars(
        sa.select(Order)
        .join(Booking, Booking.order_id == Order.id)
        .where(Order.public_id.in_(public_ids), Order.paid_by == OrderPayment.CARD, sa.not_(under_way))
        .where(Booking.state == BookingState.HELD)
        .distinct()
    ).all()
    stale: list[str] = []
    for order in orders:
        stale += open_sessions_of(order.id)
        for booking in order.bookings:
            if booking.state is BookingState.HELD:
                places.release(booking.id)
                step(booking, BookingState.LAPSED, by, "The buyer chose again.")
    return stale


@transaction
def extend(public_id: str, now: datetime) -> datetime:
    """Give the buyer more time, once; returns until when. Raises NotFound, HoldLapsed or HoldCannotBeExtended."""
    order = held_order(public_id)
    before = not places.changed(
        sa.update(Order).where(Order.id == order.id, Order.extended_at.is_(None)).values(extended_at=now)
    )
    longer = [(line.booking_id, holds.extended(line.lease, now, before)) for line in order.lines]
    for booking_id, lease in longer:
        if not places.extend(booking_id, lease.until):
            raise HoldLapsed
    return min(lease.until for _, lease in longer)


def give_up(public_id: str, now: datetime) -> None:
    """The buyer wants the hold no more: its slots are free at once. Nothing to give up is fine too. Raises NotFound."""
    close_sessions(_give_up(public_id, now))


@transaction
def _give_up(public_id: str, now: datetime) -> list[str]:
    order = locked_order(public_id)
    stale: list[str] = []
    for booking in order.bookings:
        if booking.state is BookingState.HELD:
            stale = open_sessions_of(order.id)
            places.release(booking.id)
            step(booking, BookingState.LAPSED, By(Actor.ADVERTISER, now), "The buyer gave the hold up.")
    return stale


def locked_order(public_id: str) -> Order:
    """The order, its row locked until the act ends where the database can. Raises NotFound."""
    order = db.session.scalars(sa.select(Order).where(Order.public_id == public_id).with_for_update()).one_or_none()
    if order is None:
        raise NotFound("order")
    return order


__all__ = ["Buyer", "Choice", "Wish", "extend", "give_up", "hold"]
