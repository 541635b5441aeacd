"""Issues as the rows of the desk's calendar: who has which place, how far its copy is, and what is left to sell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from flask import url_for

from booking.domain.localtime import spell_date
from booking.domain.states import ExceptionKind, IssueState, OrderPayment, PlacementKind
from booking.services.queries.desk_places import IssueLine, Place
from booking.web.desk import existing
from booking.web.filters import clock_time, money

SHORT = {PlacementKind.SPONSOR: "Sponsor", PlacementKind.EVENT: "Event", PlacementKind.JOB: "Jobs"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One place, or several that are alike: a badge, who has it, and where it leads."""

    state: str
    word: str
    who: str
    href: str


@dataclass(frozen=True, slots=True)
class Column:
    """One placement."""

    kind: PlacementKind
    name: str


@dataclass(frozen=True, slots=True)
class Row:
    """One issue, or without a number a date that has none."""

    number: int | None
    iso: str
    day: str
    note: str
    href: str
    entries: Mapping[PlacementKind, Sequence[Entry]]


def columns(issues: Iterable[IssueLine]) -> list[Column]:
    """The placements that stand in any of the issues, in the order of the placements."""
    kinds = dict.fromkeys(place.kind for issue in issues for place in issue.places)
    return [Column(kind, SHORT[kind]) for kind in kinds]


def rows(issues: Iterable[IssueLine], now: datetime) -> list[Row]:
    """One row for each issue, in their order."""
    return [_row(issue, now) for issue in issues]


def skipped(dates: Mapping[date, tuple[ExceptionKind, str]], since: date, until: date) -> list[Row]:
    """A row for each date without an issue between two dates."""
    return [
        Row(None, day.isoformat(), spell_date(day), f"No issue{f': {note}' if note else ''}", "", {})
        for day, (kind, note) in dates.items()
        if kind is ExceptionKind.SKIP and since <= day <= until
    ]


def _row(issue: IssueLine, now: datetime) -> Row:
    entries = {
        kind: list(_entries(places, now)) for kind, places in groupby(issue.places, key=lambda place: place.kind)
    }
    note = "" if issue.state is IssueState.OPEN else issue.state.label
    if issue.publishes_on != issue.rule_date:
        note = f"{note}{', moved' if note else 'Moved'} from {spell_date(issue.rule_date)}"
    href = existing("desk.issue", number=issue.number)
    return Row(issue.number, issue.publishes_on.isoformat(), spell_date(issue.publishes_on), note, href, entries)


def _entries(places: Iterable[Place], now: datetime) -> Iterator[Entry]:
    """Each place that somebody has, then the others, those alike as one."""
    empty: dict[tuple[str, str], list[Place]] = {}
    for place in places:
        state = place.state(now)
        href = url_for("desk.slot", slot_id=place.id)
        if place.is_booked:
            gift = place.paid_by in (OrderPayment.COMPLIMENTARY, OrderPayment.MAKE_GOOD) and place.paid_by
            yield Entry(state, "", f"{place.company}{f', {gift.label.lower()}' if gift else ''}", href)
        elif state == "held" and place.held_until:
            yield Entry(state, f"Held until {clock_time(place.held_until)}", place.company or "", href)
        else:
            about = place.block_reason if state == "blocked" else ("" if state == "closed" else money(place.price))
            empty.setdefault((state, about), []).append(place)
    yield from (_alike(state, about, alike) for (state, about), alike in empty.items())


def _alike(state: str, about: str, places: list[Place]) -> Entry:
    first = places[0]
    if first.house_ad:
        about = f"house ad {first.house_ad}"
    word = {"open": "open", "blocked": "blocked", "closed": "not sold"}[state]
    count = f"{len(places)} {word}" if len(places) > 1 else word.capitalize()
    return Entry(state, count, about, url_for("desk.slot", slot_id=first.id))
