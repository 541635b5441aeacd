"""Holding slots: one act turns chosen slots into an order that has all of them for a while, or into nothing."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from booking.db import db, transaction
from booking.domain import holds
from booking.domain.errors import (
    CoolingOff,
    HoldLapsed,
    NotFound,
    Refusal,
)
from booking.domain.frequency import Line, Quote, Step, quote
from booking.domain.money import Money
from booking.domain.states import Actor, BookingState, Fallback
from booking.models import Booking, BookingEvent, DiscountStep, Order
from booking.services import places
from booking.services.booking_steps import By, began, step
from booking.services.buyers import Buyer, advertiser_for, user_for
from booking.services.choosing import Candidate, Choice, candidates, why_not
from booking.services.lapsing import close_sessions, lapse_overtaken, open_sessions_of

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Letters and digits that nobody mixes up on the telephone."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What one press of *Hold and pay* asks for. ``replaces`` are the public ids of this browser's earlier orders."""

    request_key: str
    choices: tuple[Choice, ...]
    buyer: Buyer
    fallback: Fallback
    replaces: tuple[str, ...] = ()


def hold(wish: Wish, now: datetime) -> str:
    """Hold every chosen slot for this buyer, or none; returns the order's public id.

    The same ``request_key`` is the same order, however often it is pressed. Raises SlotTaken, SlotClosed, PriceChanged,
    IssueFrozen, UnknownSlot, CoolingOff, NothingChosen or TooManyChosen; then nothing was changed.
    """
    try:
        public_id, stale = _hold(wish, now)
    except IntegrityError:
        # Another tab has just written the same key, or the same new e-mail address: now it can be read.
        public_id, stale = _hold(wish, now)
    close_sessions(stale)
    return public_id


@transaction
def _hold(wish: Wish, now: datetime) -> tuple[str, list[str]]:
    known = db.session.scalar(sa.select(Order.public_id).where(Order.request_key == wish.request_key))
    if known is not None:
        return known, []
    by = By(Actor.ADVERTISER, now)
    stale = _give_back(wish.replaces, by)
    groups = candidates(wish.choices)
    order, quoted = _write_order(wish, groups, now)
    earlier = _earlier_holds(order.user_id, [slot.id for _, group in groups for slot in group], now)
    # In slot order, so that two orders for the same weeks never wait for each other in a circle.
    for (choice, group), line in sorted(zip(groups, quoted.lines, strict=True), key=lambda pair: pair[0][1][0].id):
        booking = Booking(
            order_id=order.id,
            slot_id=group[0].id,
            state=BookingState.HELD,
            price=choice.price,
            discount=line.discount.amount,
            fallback=wish.fallback,
            created_at=now,
        )
        db.session.add(booking)
        began(booking, by)
        stale += _claim_one_of(group, booking, earlier, now)
    return order.public_id, stale


def _write_order(wish: Wish, groups: list[tuple[Choice, list[Candidate]]], now: datetime) -> tuple[Order, Quote]:
    currency = groups[0][1][0].currency
    steps = [Step(row.weeks, row.percent) for row in db.session.scalars(sa.select(DiscountStep))]
    # The price seen is the price asked: the claim refuses it if it is not the price any more.
    quoted = quote(
        [Line(group[0].id, choice.kind, choice.issue, Money(choice.price, currency)) for choice, group in groups], steps
    )
    buyer = wish.buyer
    user = user_for(buyer.email, buyer.name, now)
    advertiser = advertiser_for(user, buyer, now)
    order = Order(
        public_id="".join(secrets.choice(ALPHABET) for _ in range(12)),
        request_key=wish.request_key,
        advertiser_id=advertiser.id,
        user_id=user.id,
        company=buyer.company,
        buyer_name=buyer.name,
        buyer_email=user.email,
        vat_number=buyer.vat_number,
        po_number=buyer.po_number,
        currency=currency,
        subtotal=quoted.subtotal.amount,
        discount=quoted.discount.amount,
        created_at=now,
    )
    db.session.add(order)
    db.session.flush()
    return order, quoted


def _claim_one_of(
    group: list[Candidate], booking: Booking, earlier: dict[int, list[holds.Past]], now: datetime
) -> list[str]:
    """Claim the first free slot of the group; returns the sessions of whoever overstayed there. Raises a refusal."""
    refusal: Refusal | None = None
    for slot in group:
        past = earlier.get(slot.id, [])
        wait = holds.cooling_off_until(now, past)
        if wait is not None:
            refusal = CoolingOff(slot.label, slot.issue, holds.minutes_to_wait(wait, now))
            continue
        booking.slot_id = slot.id
        db.session.flush()
        if places.claim(booking, now, holds.new_lease(now, past)):
            return lapse_overtaken(slot.id, booking.id, now)
    raise refusal or why_not(group, booking.price, now)


def _earlier_holds(user_id: int, slot_ids: Iterable[int], now: datetime) -> dict[int, list[holds.Past]]:
    """This buyer's holds of each of the slots that came to nothing, as far back as the cap and the waiting look."""
    rows = db.session.execute(
        sa.select(Booking.slot_id, Booking.created_at, BookingEvent.at)
        .join(Order, Order.id == Booking.order_id)
        .join(BookingEvent, BookingEvent.booking_id == Booking.id)
        .where(
            Order.user_id == user_id,
            Booking.slot_id.in_(list(slot_ids)),
            Booking.state == BookingState.LAPSED,
            BookingEvent.to_state == BookingState.LAPSED,
            BookingEvent.at > now - holds.LONGEST - holds.COOL_OFF,
        )
    )
    earlier: dict[int, list[holds.Past]] = {}
    for slot_id, began_at, ended_at in rows:
        earlier.setdefault(slot_id, []).append(holds.Past(began_at, ended_at))
    return earlier


def _give_back(public_ids: tuple[str, ...], by: By) -> list[str]:
    """Lapse what this browser still holds from earlier tries; returns their open sessions, to be closed."""
    if not public_ids:
        return []
    orders = db.session.scalars(
        sa.select(Order)
        .join(Booking, Booking.order_id == Order.id)
        .where(Order.public_id.in_(public_ids), Booking.state == BookingState.HELD)
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
    leases = [(booking, lease_of(booking)) for booking in order.bookings]
    longer = [(booking, holds.extended(lease, now, order.extended_at is not None)) for booking, lease in leases]
    for booking, lease in longer:
        if not places.extend(booking.id, lease.until):
            raise HoldLapsed
    order.extended_at = now
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


def held_order(public_id: str) -> Order:
    """The order, locked, with a hold that still stands in every booking. Raises NotFound or HoldLapsed."""
    order = locked_order(public_id)
    if not order.bookings or any(booking.state is not BookingState.HELD for booking in order.bookings):
        raise HoldLapsed
    return order


def lease_of(booking: Booking) -> holds.Lease:
    """The lease of a held booking. Raises HoldLapsed when the slot is somebody else's by now."""
    slot = booking.slot
    if slot.booking_id != booking.id or slot.held_until is None or slot.hold_hard_until is None:
        raise HoldLapsed
    return holds.Lease(slot.held_until, slot.hold_hard_until)


__all__ = ["Buyer", "Choice", "Wish", "extend", "give_up", "hold"]
