"""What stands around the calendar on the storefront: placements and their prices, readers, policies, past sponsors."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple

import sqlalchemy as sa

from booking.db import read
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
from booking.prepared import Prepared

MOST_NAMED = 60
"""Past sponsors on the page; more would be a wall."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One placement on the rate card. `prices` are (valid from, minor units), in the order of their dates."""

    id: int
    kind: PlacementKind
    name: str
    description: str
    copy_limit: int
    example: str
    prices: tuple[tuple[date, int], ...]

    def price_on(self, day: date) -> int | None:
        """Minor units in an issue of that day; None before its first rate."""
        valid = [amount for since, amount in self.prices if since <= day]
        return valid[-1] if valid else None


@dataclass(frozen=True, slots=True, eq=False)
class Surroundings:
    """Everything on the storefront that is not the calendar. The same object as long as the rows are the same."""

    facts: tuple[tuple[str, str], ...]
    """(value, label) pairs about the readers."""
    steps: tuple[Step, ...]
    ladder: tuple[Rung, ...]
    named: tuple[str, ...]
    """Past sponsors who agreed to be named."""
    exceptions: dict[date, tuple[ExceptionKind, str]]
    """Dates that depart from the rule, with the note about them."""
    offers: tuple[Offer, ...]


class _Scrap(NamedTuple):
    """One row of any of the small tables: what it is, two numbers and four texts, each used as its table needs."""

    kind: str
    first: int
    second: int
    text: str
    more: str
    description: str
    example: str


def surroundings() -> Surroundings:
    """Read all the small tables in one statement: the page has eight queries to spend, and each costs a journey."""
    return _surroundings(tuple(read(_scraps())))


@functools.lru_cache(maxsize=16)
def _surroundings(rows: tuple[tuple[Any, ...], ...]) -> Surroundings:
    scraps = [_Scrap(*row) for row in rows]
    found = {kind: list(group) for kind, group in groupby(scraps, key=attrgetter("kind"))}
    return Surroundings(
        facts=tuple((scrap.text, scrap.more) for scrap in found.get("fact", ())),
        steps=tuple(Step(scrap.first, scrap.second) for scrap in found.get("step", ())),
        ladder=tuple(Rung(scrap.first, scrap.second) for scrap in reversed(found.get("rung", []))),
        named=tuple(scrap.text for scrap in found.get("named", ())),
        exceptions={
            date.fromisoformat(scrap.text): (ExceptionKind(scrap.more), scrap.description)
            for scrap in found.get("exception", ())
        },
        offers=_offers(found.get("offer", ()), found.get("rate", ())),
    )


def _offers(offers: Iterable[_Scrap], rates: Iterable[_Scrap]) -> tuple[Offer, ...]:
    prices: dict[int, list[tuple[date, int]]] = {}
    for rate in rates:
        prices.setdefault(rate.first, []).append((date.fromisoformat(rate.text), rate.second))
    for dated in prices.values():
        dated.sort()
    return tuple(
        Offer(
            scrap.second,
            PlacementKind(scrap.more.partition(" ")[0]),
            scrap.text,
            scrap.description,
            int(scrap.more.partition(" ")[2]),
            scrap.example,
            tuple(prices.get(scrap.second, ())),
        )
        for scrap in offers
    )


@functools.lru_cache(maxsize=1)
def _scraps() -> Prepared:
    fact, step, rung = ReaderFact.__table__.c, DiscountStep.__table__.c, CancellationStep.__table__.c
    rate, exception, offer = Rate.__table__.c, ScheduleException.__table__.c, Placement.__table__.c
    kind_and_limit = sa.cast(offer.kind, sa.String) + " " + sa.cast(offer.copy_limit, sa.String)
    parts = (
        _part("fact", fact.position, fact.id, fact.value, fact.label),
        _part("step", step.weeks, step.percent),
        _part("rung", rung.days, rung.percent),
        _part("named", 0, 0, _named().c.name),
        _part("rate", rate.placement_id, rate.amount, sa.cast(rate.valid_from, sa.String)),
        _part(
            "exception", 0, 0, sa.cast(exception.on_date, sa.String), sa.cast(exception.kind, sa.String), exception.note
        ),
        _part("offer", offer.position, offer.id, offer.name, kind_and_limit, offer.description, offer.example_copy),
    )
    return Prepared(sa.union_all(*parts).order_by("kind", "first", "second", "text"))


def _named() -> sa.Subquery:
    """The names in a query of their own, as a limited part of a union has to be."""
    advertiser, order, booking = Advertiser.__table__.c, Order.__table__.c, Booking.__table__.c
    ran = (
        sa.exists()
        .where(order.advertiser_id == advertiser.id, booking.order_id == order.id)
        .where(booking.state == BookingState.RAN)
    )
    return (
        sa.select(advertiser.name)
        .where(advertiser.may_be_named, advertiser.erased_at.is_(None), ran)
        .order_by(advertiser.name)
        .limit(MOST_NAMED)
        .subquery("named")
    )


def _part(kind: str, *values: object) -> sa.Select[*tuple[Any, ...]]:
    """One table's rows in the form of a scrap; what it has no use for is empty."""
    names = _Scrap._fields[1:]
    padded = (*values, *("" for _ in names[len(values) :]))
    columns = (value if isinstance(value, sa.ColumnElement) else sa.literal(value) for value in padded)
    labelled = (column.label(name) for column, name in zip(columns, names, strict=True))
    return sa.select(sa.literal(kind).label("kind"), *labelled)
