"""What the editor's settings pages show: the small tables as they stand now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from hashlib import sha256

import sqlalchemy as sa

from booking.db import db
from booking.domain.errors import NotFound
from booking.domain.states import ExceptionKind, PlacementKind
from booking.models import (
    ApiToken,
    CancellationStep,
    DiscountStep,
    HouseAd,
    Newsletter,
    Placement,
    Rate,
    ReaderFact,
    ScheduleException,
)


def fingerprint(shown: object) -> str:
    """A short mark of what a page showed, to be sent back with its form. Equal values have equal marks."""
    return sha256(repr(shown).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Card:
    """A placement on the rate card: (valid from, minor units) in the order of dates."""

    kind: PlacementKind
    name: str
    prices: tuple[tuple[date, int], ...]


def rate_card() -> list[Card]:
    """Every placement with its prices."""
    rows = db.session.execute(
        sa.select(Placement.kind, Placement.name, Rate.valid_from, Rate.amount)
        .join(Rate, Rate.placement_id == Placement.id)
        .order_by(Placement.position, Placement.id, Rate.valid_from)
    )
    cards: dict[tuple[PlacementKind, str], list[tuple[date, int]]] = {}
    for kind, name, since, amount in rows:
        cards.setdefault((kind, name), []).append((since, amount))
    return [Card(kind, name, tuple(prices)) for (kind, name), prices in cards.items()]


def exceptions() -> dict[date, tuple[ExceptionKind, str]]:
    """The dates that depart from the rule, with the note about each."""
    rows = db.session.execute(
        sa.select(ScheduleException.on_date, ScheduleException.kind, ScheduleException.note).order_by(
            ScheduleException.on_date
        )
    )
    return {day: (kind, note) for day, kind, note in rows}


@dataclass(frozen=True, slots=True)
class NewsletterSettings:
    """The newsletter's own row, as its form knows it."""

    name: str
    tagline: str
    editor_name: str
    contact_email: str
    zone: str
    weekday: int
    send_time: time
    starts_on: date
    first_number: int
    booking_days_before: int
    booking_time: time
    copy_days_before: int
    copy_time: time
    label_foot: bool
    archive_url: str
    utm_source: str
    utm_medium: str
    utm_campaign: str
    policies: str


def newsletter_settings() -> NewsletterSettings | None:
    """The newsletter, None when it is not set up yet."""
    columns = [getattr(Newsletter, name) for name in NewsletterSettings.__slots__]
    row = db.session.execute(sa.select(*columns)).one_or_none()
    return NewsletterSettings(*row) if row else None


@dataclass(frozen=True, slots=True)
class PlacementSettings:
    """One placement, as its form knows it."""

    kind: PlacementKind
    name: str
    description: str
    position: int
    slots_per_issue: int
    copy_limit: int
    example_copy: str


def placements() -> list[PlacementSettings]:
    """What is sold, in its order."""
    columns = [getattr(Placement, name) for name in PlacementSettings.__slots__]
    return [PlacementSettings(*row) for row in db.session.execute(sa.select(*columns).order_by(Placement.position))]


def placement(kind: PlacementKind) -> PlacementSettings:
    """One placement. Raises NotFound."""
    found = next((each for each in placements() if each.kind is kind), None)
    if found is None:
        raise NotFound("placement")
    return found


def discount_steps() -> list[tuple[int, int]]:
    """The frequency discount as (weeks, percent), fewest weeks first."""
    rows = db.session.execute(sa.select(DiscountStep.weeks, DiscountStep.percent).order_by(DiscountStep.weeks))
    return [(weeks, percent) for weeks, percent in rows]


def ladder() -> list[tuple[int, int]]:
    """The cancellation ladder as (days, percent), the kindest rung first."""
    rows = db.session.execute(
        sa.select(CancellationStep.days, CancellationStep.percent).order_by(CancellationStep.days.desc())
    )
    return [(days, percent) for days, percent in rows]


def reader_facts() -> list[tuple[str, str]]:
    """The figures about the readers as (value, label)."""
    rows = db.session.execute(
        sa.select(ReaderFact.value, ReaderFact.label).order_by(ReaderFact.position, ReaderFact.id)
    )
    return [(value, label) for value, label in rows]


@dataclass(frozen=True, slots=True)
class AdLine:
    """One house ad."""

    id: int
    name: str
    body: str
    link: str
    active: bool


def all_house_ads() -> list[AdLine]:
    """Every house ad, those that may run first."""
    rows = db.session.execute(
        sa.select(HouseAd.id, HouseAd.name, HouseAd.body, HouseAd.link, HouseAd.active).order_by(
            HouseAd.active.desc(), HouseAd.id
        )
    )
    return [AdLine(*row) for row in rows]


def house_ad(ad_id: int) -> AdLine:
    """One house ad. Raises NotFound."""
    found = next((ad for ad in all_house_ads() if ad.id == ad_id), None)
    if found is None:
        raise NotFound("house ad")
    return found


@dataclass(frozen=True, slots=True)
class TokenLine:
    """One key of a program; the key itself is nowhere."""

    id: int
    name: str
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


def api_tokens() -> list[TokenLine]:
    """The keys of programs, those that work first."""
    rows = db.session.execute(
        sa.select(ApiToken.id, ApiToken.name, ApiToken.created_at, ApiToken.last_used_at, ApiToken.revoked_at).order_by(
            ApiToken.revoked_at.is_not(None), ApiToken.id.desc()
        )
    )
    return [TokenLine(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class ExceptionLine:
    """One date that departs from the rule."""

    on: date
    kind: ExceptionKind
    moves_to: date | None
    note: str


def schedule_exceptions() -> list[ExceptionLine]:
    """The dates that depart from the rule, in order."""
    rows = db.session.execute(
        sa.select(
            ScheduleException.on_date, ScheduleException.kind, ScheduleException.moves_to, ScheduleException.note
        ).order_by(ScheduleException.on_date)
    )
    return [ExceptionLine(*row) for row in rows]
