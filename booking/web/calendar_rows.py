"""The calendar as it is printed: dates spelled out, prices written, states in words."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from booking.domain import localtime
from booking.domain.money import Money
from booking.domain.states import ExceptionKind, PlacementKind
from booking.services.choosing import Choice
from booking.services.queries.calendar import NOT_OFFERED, Availability, Week
from booking.services.queries.newsletter import Settings
from booking.services.queries.storefront import Surroundings
from booking.web.choices import value_of


@dataclass(frozen=True, slots=True)
class Column:
    """One placement at the head of the calendar; `most` is how many places an issue has of it."""

    id: int
    kind: PlacementKind
    name: str
    most: int

    @property
    def note(self) -> str:
        """How many there are, in words."""
        return f"{'one' if self.most == 1 else self.most} an issue"


@dataclass(frozen=True, slots=True)
class Cell:
    """One placement in one issue, as templates/components/calendar.html takes it."""

    state: str
    word: str
    price: str
    value: str
    amount: int
    kind: str
    checked: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One issue, or (without a number) a date that has none."""

    number: int | None
    iso: str
    day: str
    note: str
    book_by: str = ""
    copy_due: str = ""
    cells: tuple[Cell, ...] = ()


@dataclass(frozen=True, slots=True)
class Ink:
    """What printing needs to know beside the week itself."""

    columns: tuple[Column, ...]
    zone: str
    currency: str


def columns(weeks: Sequence[Week], around: Surroundings) -> tuple[Column, ...]:
    """A column for each placement that any of the weeks offers."""
    most: dict[int, int] = {}
    for week in weeks:
        for placement_id, place in week.places.items():
            most[placement_id] = max(most.get(placement_id, 0), place.offered)
    return tuple(
        Column(offer.id, offer.kind, offer.name, most[offer.id]) for offer in around.offers if most.get(offer.id)
    )


def rows(weeks: Sequence[Week], around: Surroundings, ink: Ink, picked: Collection[Choice] = ()) -> list[Row]:
    """The rows in the order of their dates, with the dates between them that are skipped."""
    printed = [(week.publishes_on, _printed(week, _note(week, around), ink)) for week in weeks]
    skipped = [day for day, (kind, _) in around.exceptions.items() if kind is ExceptionKind.SKIP]
    if weeks and skipped:
        span = weeks[0].publishes_on, weeks[-1].publishes_on
        printed += [(day, _skipped(day, around)) for day in skipped if span[0] < day < span[1]]
        printed.sort(key=lambda dated: dated[0])
    ticked = {(choice.issue, choice.kind.value) for choice in picked}
    return [_ticked(row, ticked) if ticked else row for _, row in printed]


def zone_note(settings: Settings) -> str:
    """The sentence that gives all times of the calendar their zone."""
    return f"All times are {localtime.zone_label(settings.zone)}."


def _printed(week: Week, note: str, ink: Ink) -> Row:
    return Row(
        week.number,
        week.publishes_on.isoformat(),
        localtime.spell_date(week.publishes_on),
        note,
        _moment(week.booking_deadline, ink.zone),
        _moment(week.copy_deadline, ink.zone),
        tuple(_cell(week.number, column, week.places.get(column.id, NOT_OFFERED), ink) for column in ink.columns),
    )


def _cell(number: int, column: Column, place: Availability, ink: Ink) -> Cell:
    kind = column.kind.value
    price = str(Money(place.price, ink.currency)) if place.state in ("open", "held") else ""
    value = value_of(number, column.kind, place.price) if place.state == "open" else ""
    return Cell(place.state, _word(place, ink.zone), price, value, place.price, kind)


def _word(place: Availability, zone: str) -> str:
    if place.state == "open" and place.offered > 1:
        return f"{place.left} of {place.offered} left"
    if place.state == "held" and place.held_until is not None:
        return f"Held until {_without_zone(localtime.spell_clock(place.held_until, zone), zone)}"
    if place.state == "sold" and place.offered > 1:
        return f"All {place.offered} sold"
    return {"blocked": "Not offered", "closed": "Booking closed"}.get(place.state, "")


def _moment(moment: datetime, zone: str) -> str:
    return _without_zone(localtime.spell_short(moment, zone), zone)


def _without_zone(printed: str, zone: str) -> str:
    # The zone stands once, at the head of the calendar.
    return printed.removesuffix(f" {localtime.zone_label(zone)}")


def _note(week: Week, around: Surroundings) -> str:
    if week.rule_date not in around.exceptions:
        return ""
    kind, reason = around.exceptions[week.rule_date]
    if kind is ExceptionKind.MOVE:
        return f"moved from {localtime.spell_date(week.rule_date)}" + (f": {reason}" if reason else "")
    return f"extra issue: {reason}" if reason else "extra issue"


def _skipped(day: date, around: Surroundings) -> Row:
    reason = around.exceptions[day][1]
    return Row(None, day.isoformat(), localtime.spell_date(day), f"No issue: {reason}" if reason else "No issue")


def _ticked(row: Row, ticked: set[tuple[int, str]]) -> Row:
    if not any((row.number, cell.kind) in ticked for cell in row.cells):
        return row
    cells = tuple(replace(cell, checked=bool(cell.value) and (row.number, cell.kind) in ticked) for cell in row.cells)
    return replace(row, cells=cells)
