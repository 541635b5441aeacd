"""What an order with its bookings is written as: rows that are complete before the first of them is written."""

from __future__ import annotations

import functools
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from booking.db import read
from booking.domain import holds
from booking.domain.frequency import Line, Step, quote
from booking.domain.money import Money
from booking.domain.states import NONE, Actor, BookingState, Fallback
from booking.models import Booking, BookingEvent, DiscountStep, Order
from booking.prepared import Prepared
from booking.services.buyers import Buyer, Owner
from booking.services.choosing import Choice, Groups, Picked
from booking.services.ordered import Asked, AskedLine
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


STEPS = Prepared(sa.select(DiscountStep.weeks, DiscountStep.percent))


@functools.cache
def _earlier(slots: int) -> Prepared:
    # Not one list of any length, which cannot be prepared.
    ids: list[sa.BindParameter[int]] = [sa.bindparam(f"slot_{nth}") for nth in range(slots)]
    return Prepared(
        sa.select(Booking.slot_id, Booking.created_at, BookingEvent.at)
        .join(Order, Order.id == Booking.order_id)
        .join(BookingEvent, BookingEvent.booking_id == Booking.id)
        .where(
            Order.user_id == sa.bindparam("user_id"),
            Booking.slot_id.in_(ids),
            Booking.state == BookingState.LAPSED,
            BookingEvent.to_state == BookingState.LAPSED,
            BookingEvent.at > sa.bindparam("since"),
        )
    )


def earlier_holds(user_id: int, groups: Groups, now: datetime) -> dict[int, list[holds.Past]]:
    """This buyer's holds of each of the slots that came to nothing, as far back as the cap and the waiting look."""
    ids = [slot.id for _, group in groups for slot in group]
    asked = {"user_id": user_id, "since": now - holds.LONGEST - holds.COOL_OFF}
    asked |= {f"slot_{nth}": slot_id for nth, slot_id in enumerate(ids)}
    earlier: dict[int, list[holds.Past]] = {}
    for slot_id, began_at, ended_at in read(_earlier(len(ids)), asked):
        earlier.setdefault(slot_id, []).append(holds.Past(began_at, ended_at))
    return earlier


def ask(wish: Wish, picked: Sequence[Picked], now: datetime) -> Asked:
    """The order that this is to become: what it asks for each slot, and who for."""
    buyer, discounts = wish.buyer, _discounts(picked)
    return Asked(
        tuple([_line(one, discount, wish.fallback) for one, discount in zip(picked, discounts, strict=True)]),
        public_id=new_public_id(),
        company=buyer.company,
        buyer_name=buyer.name,
        buyer_email=buyer.address,
        vat_number=buyer.vat_number,
        po_number=buyer.po_number,
        currency=picked[0].slot.currency,
        created_at=now,
    )


def _line(one: Picked, discount: int, fallback: Fallback) -> AskedLine:
    slot = one.slot
    return AskedLine(
        price=one.choice.price,
        discount=discount,
        fallback=fallback,
        slot_id=slot.id,
        ordinal=slot.ordinal,
        kind=slot.kind,
        placement=slot.label,
        issue=slot.issue,
        publishes_on=slot.publishes_on,
        copy_deadline=slot.copy_deadline,
    )


def rows_of(asked: Asked, request_key: str, owner: Owner, kept: Sequence[Kept]) -> list[Row]:
    """The order with its bookings, held, each with its first event, as rows to be written.

    `kept` are the ids that the claim of each line has kept; the first one's are the order's.
    """
    order_id, now = kept[0].order, asked.created_at
    order = {
        "id": order_id,
        "public_id": asked.public_id,
        "request_key": request_key,
        "advertiser_id": owner.advertiser_id,
        "user_id": owner.user_id,
        "company": asked.company,
        "buyer_name": asked.buyer_name,
        "buyer_email": asked.buyer_email,
        "vat_number": asked.vat_number,
        "po_number": asked.po_number,
        "currency": asked.currency,
        "subtotal": sum(line.price for line in asked.lines),
        "discount": sum(line.discount for line in asked.lines),
        "created_at": now,
    }
    event = {"seq": 1, "from_state": NONE, "to_state": BookingState.HELD.value, "actor": Actor.ADVERTISER, "at": now}
    lines = [(ids.booking, line) for ids, line in zip(kept, asked.lines, strict=True)]
    rows: list[Row] = [(Order, order)]
    rows += [(Booking, _held(booking_id, order_id, line, now)) for booking_id, line in lines]
    return rows + [(BookingEvent, {"booking_id": booking_id, **event}) for booking_id, _ in lines]


def _held(booking_id: int, order_id: int, line: AskedLine, now: datetime) -> dict[str, Any]:
    return {
        "id": booking_id,
        "order_id": order_id,
        "slot_id": line.slot_id,
        "state": BookingState.HELD,
        "price": line.price,
        "discount": line.discount,
        "fallback": line.fallback,
        "created_at": now,
    }


def new_public_id() -> str:
    """A name for an order that nobody guesses: 60 random bits."""
    return "".join(ALPHABET[byte % len(ALPHABET)] for byte in secrets.token_bytes(12))


def _discounts(picked: Sequence[Picked]) -> list[int]:
    """What each slot costs less, minor units."""
    # One week is never enough for a discount: the steps begin at two.
    if len(picked) == 1:
        return [0]
    # The price seen is the price asked: the claim refuses it if it is not the price any more.
    lines = [
        Line(one.slot.id, one.choice.kind, one.choice.issue, Money(one.choice.price, one.slot.currency))
        for one in picked
    ]
    quoted = quote(lines, [Step(weeks, percent) for weeks, percent in read(STEPS)])
    return [line.discount.amount for line in quoted.lines]
