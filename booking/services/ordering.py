"""What an order with its bookings is written as: rows that are complete before the first of them is written."""

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
from booking.services.buyers import Buyer, Owner
from booking.services.choosing import Choice, Groups, Picked
from booking.services.ordered import HEAD, Ordered, OrderedLine
from booking.services.places import Kept
from booking.services.writing import Row

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


def new_order(wish: Wish, owner: Owner, claimed: Mapping[Kept, Picked], now: datetime) -> tuple[Ordered, list[Row]]:
    """An order with its bookings, held, each with its first event: as it will stand, and the rows to be written.

    `claimed` is what each booking has, by the ids that its claim has kept for it; the first one's are the order's.
    """
    quoted = _quote(claimed.values())
    order_id = next(iter(claimed)).order
    order = {"id": order_id, **_columns(wish, owner, quoted, now)}
    bookings = [
        {
            "id": kept.booking,
            "order_id": order_id,
            "slot_id": one.slot.id,
            "state": BookingState.HELD,
            "price": one.choice.price,
            "discount": line.discount.amount,
            "fallback": wish.fallback,
            "created_at": now,
        }
        for (kept, one), line in zip(claimed.items(), quoted.lines, strict=True)
    ]
    event = {"seq": 1, "from_state": NONE, "to_state": BookingState.HELD.value, "actor": Actor.ADVERTISER, "at": now}
    rows: list[Row] = [(Order, order), *((Booking, booking) for booking in bookings)]
    rows += [(BookingEvent, {"booking_id": kept.booking, **event}) for kept in claimed]
    lines = (_line(*each) for each in zip(claimed.values(), bookings, strict=True))
    return Ordered(tuple(lines), *(order[column.key] for column in HEAD)), rows


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


def _columns(wish: Wish, owner: Owner, quoted: Quote, now: datetime) -> dict[str, Any]:
    buyer = wish.buyer
    return {
        "public_id": new_public_id(),
        "request_key": wish.request_key,
        "advertiser_id": owner.advertiser_id,
        "user_id": owner.user_id,
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
