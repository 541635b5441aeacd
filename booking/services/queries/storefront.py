"""What stands around the calendar on the storefront: placements and their prices, readers, policies, past sponsors."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import attrgetter
from typing import Any

import sqlalchemy as sa

from booking.db import db
from booking.domain.cancellation import Rung
from booking.domain.frequency import Step
from booking.domain.states import BookingState, ExceptionKind, PlacementKind
from booking.models import (
    Advertiser,
    Booking,
    CancellationStep,
    DiscountStep,
    Order,
    Placement,
    Rate,
    ReaderFact,
    ScheduleException,
)

MOST_NAMED = 60
"""Past sponsors on the page; more would be a wall."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One placement on the rate card. `prices` are (valid from, minor units), in the order of their dates."""

    id: int
    kind: PlacementKind
    name: str
    description: str
    slots: int
    copy_limit: int
    example: str
    prices: tuple[tuple[date, int], ...]

    def price_on(self, day: date) -> int | None:
        """Minor units in an issue of that day; None before its first rate."""
        valid = [amount for since, amount in self.prices if since <= day]
        return valid[-1] if valid else None


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Everything on the storefront that is not the calendar."""

    facts: tuple[tuple[str, str], ...]
    """(value, label) pairs about the readers."""
    steps: tuple[Step, ...]
    ladder: tuple[Rung, ...]
    named: tuple[str, ...]
    """Past sponsors who agreed to be named."""
    exceptions: dict[date, tuple[ExceptionKind, str]]
    """Dates that depart from the rule, with the note about them."""
    offers: tuple[Offer, ...]


@dataclass(frozen=True, slots=True)
class _Scrap:
    """One row of any of the small tables."""

    kind: str
    first: int
    second: int
    text: str
    more: str


def surroundings() -> Surroundings:
    """Read the small tables in one statement and the placements in another: the page has eight queries to spend."""
    scraps = [_Scrap(*row) for row in db.session.execute(_scraps())]
    found = {kind: list(group) for kind, group in groupby(scraps, key=attrgetter("kind"))}
    return Surroundings(
        facts=tuple((scrap.text, scrap.more) for scrap in found.get("fact", ())),
        steps=tuple(Step(scrap.first, scrap.second) for scrap in found.get("step", ())),
        ladder=tuple(Rung(scrap.first, scrap.second) for scrap in reversed(found.get("rung", []))),
        named=tuple(scrap.text for scrap in found.get("named", ())),
        exceptions={
            date.fromisoformat(scrap.text): (ExceptionKind(scrap.more.partition(":")[0]), scrap.more.partition(":")[2])
            for scrap in found.get("exception", ())
        },
        offers=_offers(found.get("rate", ())),
    )


def _offers(rates: Iterable[_Scrap]) -> tuple[Offer, ...]:
    prices: dict[int, list[tuple[date, int]]] = {}
    for rate in rates:
        prices.setdefault(rate.first, []).append((date.fromisoformat(rate.text), rate.second))
    for dated in prices.values():
        dated.sort()
    return tuple(
        Offer(key, kind, name, description, slots, copy_limit, example, tuple(prices.get(key, ())))
        for key, kind, name, description, slots, copy_limit, example in db.session.execute(_placements())
    )


@functools.lru_cache(maxsize=1)
def _placements() -> sa.Select[*tuple[Any, ...]]:
    return sa.select(
        Placement.id,
        Placement.kind,
        Placement.name,
        Placement.description,
        Placement.slots_per_issue,
        Placement.copy_limit,
        Placement.example_copy,
    ).order_by(Placement.position, Placement.id)


@functools.lru_cache(maxsize=1)
def _scraps() -> sa.CompoundSelect[*tuple[Any, ...]]:
    ran = (
        sa.exists()
        .where(Order.advertiser_id == Advertiser.id, Booking.order_id == Order.id)
        .where(Booking.state == BookingState.RAN)
    )
    # A limited part of a union has to stand in a query of its own.
    named = (
        sa.select(Advertiser.name)
        .where(Advertiser.may_be_named, Advertiser.erased_at.is_(None), ran)
        .order_by(Advertiser.name)
        .limit(MOST_NAMED)
        .subquery("named")
    )
    date_text = sa.String(10)
    both = sa.cast(ScheduleException.kind, sa.String) + ":" + ScheduleException.note
    parts = (
        _part("fact", ReaderFact.position, ReaderFact.id, ReaderFact.value, ReaderFact.label),
        _part("step", DiscountStep.weeks, DiscountStep.percent, "", ""),
        _part("rung", CancellationStep.days, CancellationStep.percent, "", ""),
        _part("named", 0, 0, named.c.name, ""),
        _part("rate", Rate.placement_id, Rate.amount, sa.cast(Rate.valid_from, date_text), ""),
        _part("exception", 0, 0, sa.cast(ScheduleException.on_date, date_text), both),
    )
    return sa.union_all(*parts).order_by("kind", "first", "second", "text")


def _part(kind: str, first: object, second: object, text: object, more: object) -> sa.Select[*tuple[Any, ...]]:
    names = ("first", "second", "text", "more")
    values = (value if hasattr(value, "label") else sa.literal(value) for value in (first, second, text, more))
    return sa.select(
        sa.literal(kind).label("kind"), *(value.label(name) for name, value in zip(names, values, strict=True))
    )
