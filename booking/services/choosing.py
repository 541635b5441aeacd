"""What a buyer chose, found on the calendar: which slots can fill each choice, and why one could not be had."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from booking.db import db
from booking.domain.errors import (
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
from booking.models import Issue, Placement, Slot

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
    """A slot as the order finds it."""

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


def candidates(choices: Sequence[Choice]) -> list[tuple[Choice, list[Candidate]]]:
    """The slots that each choice may be given, lowest place first; places for two jobs of one issue are not the same.

    Raises NothingChosen, TooManyChosen or UnknownSlot.
    """
    if not choices:
        raise NothingChosen
    if len(choices) > MOST_SLOTS:
        raise TooManyChosen(chosen=len(choices), limit=MOST_SLOTS)
    rows = db.session.execute(
        sa.select(
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
        )
        .join(Issue, Issue.id == Slot.issue_id)
        .join(Placement, Placement.id == Slot.placement_id)
        .where(
            Issue.number.in_({choice.issue for choice in choices}),
            Placement.kind.in_({choice.kind for choice in choices}),
        )
        .order_by(Slot.id)
        # Not only for the claim's sake: a booking that is inserted locks its slot's key in PostgreSQL, and two that
        # did so before either claimed would wait for each other. SQLite has one writer and needs no lock.
        .with_for_update(of=Slot)
    )
    slots: dict[tuple[int, PlacementKind], list[Candidate]] = {}
    for row in rows:
        slot = Candidate(**row._mapping)
        slots.setdefault((slot.issue, slot.kind), []).append(slot)
    for group in slots.values():
        group.sort(key=lambda slot: slot.ordinal)
    found = [(choice, slots.get((choice.issue, choice.kind), [])) for choice in choices]
    if any(not group for _, group in found):
        raise UnknownSlot
    return found


def why_not(group: Sequence[Candidate], price: int, now: datetime) -> Refusal:
    """The sentence for a claim that changed no row: what about the slot is not as the buyer saw it."""
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
