"""Writing an order with its bookings, as few statements as can be: this is what two hundred buyers do at once."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from booking.db import read, run
from booking.domain import holds
from booking.domain.frequency import Line, Quote, Step, quote
from booking.domain.money import Money
from booking.domain.states import NONE, Actor, BookingState, Fallback
from booking.models import Booking, BookingEvent, DiscountStep, Order
from booking.services.buyers import Buyer, Known, advertiser_for
from booking.services.choosing import Choice, Groups, Picked
from booking.services.ordered import HEAD, Ordered, OrderedLine

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


STEPS = sa.select(DiscountStep.weeks, DiscountStep.percent)
NEW_ORDER = sa.insert(Order).returning(Order.id)
NEW_BOOKINGS = sa.insert(Booking)
NEW_EVENTS = sa.insert(BookingEvent)
EARLIER = (
    sa.select(Booking.slot_id, Booking.created_at, BookingEvent.at)
    .join(Order, Order.id == Booking.order_id)
    .join(BookingEvent, BookingEvent.booking_id == Booking.id)
    .where(
        Order.user_id == sa.bindparam("user_id"),
        Booking.slot_id.in_(sa.bindparam("slot_ids", expanding=True)),
        Booking.state == BookingState.LAPSED,
        BookingEvent.to_state == BookingState.LAPSED,
        BookingEvent.at > sa.bindparam("since"),
    )
)


def earlier_holds(user_id: int, groups: Groups, now: datetime) -> dict[int, list[holds.Past]]:
    """This buyer's holds of each of the slots that came to nothing, as far back as the cap and the waiting look."""
    asked = {
        "user_id": user_id,
        "slot_ids": [slot.id for _, group in groups for slot in group],
        "since": now - holds.LONGEST - holds.COOL_OFF,
    }
    earlier: dict[int, list[holds.Past]] = {}
    for slot_id, began_at, ended_at in read(EARLIER, asked):
        earlier.setdefault(slot_id, []).append(holds.Past(began_at, ended_at))
    return earlier


def write_order(wish: Wish, user: Known, claimed: Mapping[int, Picked], now: datetime) -> Ordered:
    """Add the order and its bookings, held, each with its first event; returns what now stands in the database.

    `claimed` is what each booking has, by the id that its claim has kept for it.
    """
    quoted = _quote(claimed.values())
    order = _columns(wish, user, quoted, now)
    order_id = run(NEW_ORDER, order).scalar_one()
    bookings = [
        {
            "id": booking_id,
            "order_id": order_id,
            "slot_id": one.slot.id,
            "state": BookingState.HELD,
            "price": one.choice.price,
            "discount": line.discount.amount,
            "fallback": wish.fallback,
            "created_at": now,
        }
        for (booking_id, one), line in zip(claimed.items(), quoted.lines, strict=True)
    ]
    run(NEW_BOOKINGS, bookings)
    event = {"seq": 1, "from_state": NONE, "to_state": BookingState.HELD.value, "actor": Actor.ADVERTISER, "at": now}
    run(NEW_EVENTS, [{"booking_id": booking_id, **event} for booking_id in claimed])
    lines = (_line(*each) for each in zip(claimed.values(), bookings, strict=True))
    return Ordered(tuple(lines), order_id, *(order[column.key] for column in HEAD[1:]))


def _line(one: Picked, booking: Mapping[str, Any]) -> OrderedLine:
    slot, lease = one.slot, one.lease
    return OrderedLine(
        booking_id=booking["id"],
        state=booking["state"],
        price=booking["price"],
        discount=booking["discount"],
        fallback=booking["fallback"],
        slot_id=slot.id,
        ordinal=slot.ordinal,
        occupant=booking["id"],
        held_until=lease.until,
        hold_hard_until=lease.hard_until,
        kind=slot.kind,
        placement=slot.label,
        issue=slot.issue,
        publishes_on=slot.publishes_on,
        copy_deadline=slot.copy_deadline,
    )


def new_public_id() -> str:
    """A name for an order that nobody guesses: 60 random bits."""
    return "".join(ALPHABET[byte % len(ALPHABET)] for byte in secrets.token_bytes(12))


def _quote(picked: Iterable[Picked]) -> Quote:
    # The price seen is the price asked: the claim refuses it if it is not the price any more.
    lines = [
        Line(one.slot.id, one.choice.kind, one.choice.issue, Money(one.choice.price, one.slot.currency))
        for one in picked
    ]
    # One slot is never enough for a discount: the steps begin at two weeks.
    rows = run(STEPS) if len(lines) > 1 else ()
    return quote(lines, [Step(weeks, percent) for weeks, percent in rows])


def _columns(wish: Wish, user: Known, quoted: Quote, now: datetime) -> dict[str, Any]:
    buyer = wish.buyer
    return {
        "public_id": new_public_id(),
        "request_key": wish.request_key,
        "advertiser_id": advertiser_for(user, buyer, now),
        "user_id": user.id,
        "company": buyer.company,
        "buyer_name": buyer.name,
        "buyer_email": buyer.address,
        "vat_number": buyer.vat_number,
        "po_number": buyer.po_number,
        "currency": quoted.subtotal.currency,
        "subtotal": quoted.subtotal.amount,
        "discount": quoted.discount.amount,
        "created_at": now,
    }
