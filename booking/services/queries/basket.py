"""What a buyer has ticked, held against the calendar as it stands: the lines, the total, and what has changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from booking.domain.errors import PriceChanged, Refusal, SlotClosed, SlotTaken, UnknownSlot
from booking.domain.frequency import Line, Quote, quote
from booking.domain.money import Money
from booking.domain.states import PlacementKind
from booking.services.choosing import Choice
from booking.services.queries.calendar import Availability, Calendar
from booking.services.queries.orders import OwnHold
from booking.services.queries.storefront import Offer, Surroundings


@dataclass(frozen=True, slots=True)
class Chosen:
    """One place that can be booked, at the price that it has now."""

    issue: int
    kind: PlacementKind
    name: str
    publishes_on: date
    copy_deadline: datetime
    price: Money


@dataclass(frozen=True, slots=True)
class Basket:
    """The places that can be booked, what they cost together (None for no place), and a refusal for each change."""

    lines: tuple[Chosen, ...]
    quote: Quote | None
    refusals: tuple[Refusal, ...]


@dataclass(frozen=True, slots=True)
class Shelf:
    """The calendar as it is now. `holds` are this browser's own: to itself, what it holds is open."""

    calendar: Calendar
    around: Surroundings
    currency: str
    holds: Sequence[OwnHold] = ()

    def is_own(self, choice: Choice) -> bool:
        """Whether this browser holds that place already."""
        return any((choice.issue, choice.kind) in hold.places for hold in self.holds)


def fill(choices: Iterable[Choice], shelf: Shelf) -> Basket:
    """Work out what the choices come to. What cannot be had is left out and said; a new price is taken and said."""
    lines: list[Chosen] = []
    refusals: list[Refusal] = []
    offers = {offer.kind: offer for offer in shelf.around.offers}
    weeks = {week.number: week for week in shelf.calendar.weeks}
    for choice in choices:
        week, offer = weeks.get(choice.issue), offers.get(choice.kind)
        place = week.places.get(offer.id) if week and offer else None
        if week is None or offer is None or place is None:
            refusals.append(UnknownSlot())
            continue
        refusal = _refusal(choice, offer, place, shelf)
        if refusal is not None:
            refusals.append(refusal)
        if refusal is None or isinstance(refusal, PriceChanged):
            price = Money(place.price, shelf.currency)
            lines.append(Chosen(week.number, choice.kind, offer.name, week.publishes_on, week.copy_deadline, price))
    priced = [Line(number, line.kind, line.issue, line.price) for number, line in enumerate(lines)]
    return Basket(tuple(lines), quote(priced, shelf.around.steps) if priced else None, tuple(refusals))


def _refusal(choice: Choice, offer: Offer, place: Availability, shelf: Shelf) -> Refusal | None:
    if place.state == "blocked":
        return SlotClosed(offer.name, choice.issue, "it is not for sale in this issue")
    if place.state == "closed":
        return SlotClosed(offer.name, choice.issue)
    if place.state != "open" and not shelf.is_own(choice):
        return SlotTaken(offer.name, choice.issue)
    if place.price != choice.price:
        old, new = Money(choice.price, shelf.currency), Money(place.price, shelf.currency)
        return PriceChanged(offer.name, choice.issue, old, new)
    return None
