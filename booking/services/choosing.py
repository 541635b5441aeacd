"""What a buyer chose, found on the calendar: which slots can fill each choice, and why one could not be had."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from booking.db import read
from booking.domain import holds
from booking.domain.errors import (
    CoolingOff,
    IssueFrozen,
    NothingChosen,
    PriceChanged,
    Refusal,
    SlotClosed,
    SlotTaken,
    TooManyChosen,
    UnknownSlot,
)
from booking.domain.money import Money
from booking.domain.states import PlacementKind
from booking.models import Issue, Order, Placement, Slot, User
from booking.prepared import Prepared

MOST_SLOTS = 40
"""Slots in one order: a year of Sundays is bought in two. More would not fit Stripe's page of 100 lines with jobs."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One slot of an issue that the buyer ticked, and the price they saw (minor units)."""

    issue: int
    kind: PlacementKind
    price: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """A slot as a look finds it."""

    id: int
    ordinal: int
    issue: int
    kind: PlacementKind
    label: str
    price: int
    currency: str
    on_sale: bool
    locked: bool
    sales_close_at: datetime
    booking_id: int | None
    held_until: datetime | None
    publishes_on: date
    copy_deadline: datetime

    def is_free(self, now: datetime) -> bool:
        """Whether it seems worth claiming. The claim itself decides."""
        over = self.held_until is not None and self.held_until <= now
        return self.on_sale and not self.locked and (self.booking_id is None or over)


@dataclass(frozen=True, slots=True)
class Picked:
    """The slot that one choice is to get, and for how long it is held."""

    choice: Choice
    slot: Candidate
    lease: holds.Lease


Groups = list[tuple[Choice, list[Candidate]]]


@dataclass(frozen=True, slots=True)
class Seen:
    """The slots that each choice may be given, lowest place first; and who is asking, where that is known.

    `order` is what the same form has made before, `user_id` the user that the buyer is.
    """

    groups: Groups
    order: str | None
    user_id: int | None


@functools.cache
def _statement(choices: int) -> Prepared:
    """What a look at so many choices asks.

    One statement, so that it sees one moment: a slot that the same form has taken is never seen without its order.
    """
    # Not one list of any length, which cannot be prepared.
    numbers: list[sa.BindParameter[int]] = [sa.bindparam(f"number_{nth}") for nth in range(choices)]
    kinds: list[sa.BindParameter[PlacementKind]] = [sa.bindparam(f"kind_{nth}") for nth in range(choices)]
    return Prepared(
        sa.select(
            sa.select(Order.public_id).where(Order.request_key == sa.bindparam("key")).scalar_subquery(),
            sa.select(User.id).where(User.email == sa.bindparam("email")).scalar_subquery(),
            Slot.id,
            Slot.ordinal,
            Issue.number.label("issue"),
            Placement.kind,
            Placement.name.label("label"),
            Slot.price,
            Slot.currency,
            Slot.on_sale,
            Slot.locked,
            Slot.sales_close_at,
            Slot.booking_id,
            Slot.held_until,
            Issue.publishes_on,
            Issue.copy_deadline,
        )
        .join_from(Slot, Issue, Issue.id == Slot.issue_id)
        .join(Placement, Placement.id == Slot.placement_id)
        .where(Issue.number.in_(numbers), Placement.kind.in_(kinds))
    )


def look(choices: Sequence[Choice], request_key: str, address: str) -> Seen:
    """What an order of these choices finds; nothing is locked, so whoever is late is refused at no cost to others.

    Raises NothingChosen, TooManyChosen or UnknownSlot.
    """
    if not choices:
        raise NothingChosen
    if len(choices) > MOST_SLOTS:
        raise TooManyChosen(chosen=len(choices), limit=MOST_SLOTS)
    asked: dict[str, Any] = {"key": request_key, "email": address}
    for nth, choice in enumerate(choices):
        asked |= {f"number_{nth}": choice.issue, f"kind_{nth}": choice.kind}
    rows = read(_statement(len(choices)), asked)
    slots: dict[tuple[int, PlacementKind], list[Candidate]] = {}
    for row in rows:
        slot = Candidate(*row[2:])
        slots.setdefault((slot.issue, slot.kind), []).append(slot)
    found = [(choice, sorted(slots.get((choice.issue, choice.kind), []), key=_place)) for choice in choices]
    if any(not group for _, group in found):
        raise UnknownSlot
    order, user_id = rows[0][:2]
    return Seen(found, order, user_id)


def _place(slot: Candidate) -> int:
    return slot.ordinal


def pick(groups: Groups, earlier: Mapping[int, Sequence[holds.Past]], now: datetime) -> list[Picked]:
    """A free slot for each choice, no slot twice, in slot order. Raises what `why_not` says, or CoolingOff."""
    taken: set[int] = set()
    picked = []
    for choice, group in groups:
        one = _first_free(choice, [slot for slot in group if slot.id not in taken], earlier, now)
        if one is None:
            raise why_not(group, choice.price, now)
        taken.add(one.slot.id)
        picked.append(one)
    # Claimed in one order by everybody: two orders for the same weeks never wait for each other in a circle.
    return sorted(picked, key=lambda one: one.slot.id)


def _first_free(
    choice: Choice, group: Sequence[Candidate], earlier: Mapping[int, Sequence[holds.Past]], now: datetime
) -> Picked | None:
    waiting: CoolingOff | None = None
    for slot in group:
        if slot.is_free(now) and slot.price == choice.price and slot.sales_close_at > now:
            past = earlier.get(slot.id, ())
            wait = holds.cooling_off_until(now, past)
            if wait is None:
                return Picked(choice, slot, holds.new_lease(now, past))
            waiting = CoolingOff(slot.label, slot.issue, holds.minutes_to_wait(wait, now))
    if waiting is not None:
        raise waiting
    return None


def why_not(group: Sequence[Candidate], price: int, now: datetime) -> Refusal:
    """What about the slots of a choice is not as the buyer saw it."""
    slot = group[0]
    if all(one.locked for one in group):
        return IssueFrozen(slot.issue)
    if slot.sales_close_at <= now:
        return SlotClosed(slot.label, slot.issue)
    on_sale = [one for one in group if one.on_sale]
    if not on_sale:
        return SlotClosed(slot.label, slot.issue, "it is not for sale in this issue")
    if all(one.price != price for one in on_sale):
        new = on_sale[0]
        return PriceChanged(slot.label, slot.issue, Money(price, new.currency), Money(new.price, new.currency))
    return SlotTaken(slot.label, slot.issue)
