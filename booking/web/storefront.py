"""The storefront: what is for sale, what it costs, who reads it, and the policies. Nobody has to sign in to look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, render_template, request, session
from flask.typing import ResponseReturnValue

from booking import clock
from booking.domain import cancellation, frequency
from booking.domain.errors import Refusal, UnknownSlot
from booking.domain.localtime import spell_date
from booking.domain.money import Money
from booking.domain.states import PlacementKind
from booking.services.choosing import Choice
from booking.services.queries import calendar, orders
from booking.services.queries.basket import Shelf, fill
from booking.services.queries.storefront import surroundings
from booking.web import calendar_rows, sums
from booking.web.choices import chosen
from booking.web.context import newsletter
from booking.web.proofs import Example, examples
from booking.web.sums import Sum

blueprint = Blueprint("storefront", __name__)

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@blueprint.get("/")
def front() -> ResponseReturnValue:
    """Everything on one page; ticked weeks in the address are ticked, so that Back and a shared link work."""
    choices, refusals = ticked()
    return front_page(choices, refusals=refusals)


@blueprint.get("/jobs")
def jobs() -> ResponseReturnValue:
    """The same calendar for recruiters, with nothing on it but jobs."""
    choices, refusals = ticked()
    return front_page(choices, refusals=refusals, only=PlacementKind.JOB)


@blueprint.get("/policies")
def policies() -> ResponseReturnValue:
    """What a buyer agrees to, in plain words."""
    return render_template("storefront/policies.html", rules=rules(shelf()))


@dataclass(frozen=True, slots=True)
class Rules:
    """The policies in sentences."""

    discount: list[str]
    cancelling: list[str]
    own: list[str]


@dataclass(frozen=True, slots=True)
class Front:
    """What the front page shows beside the calendar."""

    heading: str
    columns: tuple[calendar_rows.Column, ...]
    rows: list[calendar_rows.Row]
    sum: Sum
    rates: list[tuple[str, str]]
    examples: list[Example]
    rules: Rules
    zone_note: str


def shelf() -> Shelf:
    """The calendar and all around it, as it is now."""
    now = clock.now()
    holds = orders.own_holds(session.get("orders", ()), now)
    return Shelf(calendar.coming_weeks(now), surroundings(), newsletter().currency, holds)


def ticked() -> tuple[tuple[Choice, ...], list[Refusal]]:
    """The weeks in the address; a refusal instead when they cannot be read."""
    try:
        return chosen(request.args.getlist("slot")), []
    except UnknownSlot as refusal:
        return (), [refusal]


def front_page(
    choices: Sequence[Choice],
    *,
    refusals: Sequence[Refusal] = (),
    status: int = 200,
    only: PlacementKind | None = None,
) -> ResponseReturnValue:
    """The storefront with these weeks ticked and these refusals on top; `only` leaves one column in focus."""
    stock, settings = shelf(), newsletter()
    ink = calendar_rows.Ink(
        tuple(column for column in calendar_rows.columns(stock.weeks, stock.around) if only in (None, column.kind)),
        settings.zone,
        settings.currency,
    )
    basket = fill(choices, stock)
    page = Front(
        heading(stock, ink.columns, only),
        ink.columns,
        calendar_rows.rows(stock.weeks, stock.around, ink, choices),
        sums.printed(basket, settings.currency),
        rate_card(stock, ink),
        examples(stock.around, ink.columns),
        rules(stock),
        calendar_rows.zone_note(settings),
    )
    return render_template(
        "storefront/front.html",
        page=page,
        around=stock.around,
        holds=stock.holds,
        refusals=list(dict.fromkeys(map(str, (*refusals, *basket.refusals)))),
        only=only,
    ), status


def heading(stock: Shelf, columns: Sequence[calendar_rows.Column], only: PlacementKind | None) -> str:
    """The first thing a visitor reads: how rare a place is and when it comes out."""
    if only is PlacementKind.JOB:
        return "Post a job"
    offered = {column.kind: column for column in columns}
    if not stock.weeks or PlacementKind.SPONSOR not in offered:
        return f"Sponsor {newsletter().name}"
    few = "One sponsor an issue" if offered[PlacementKind.SPONSOR].most == 1 else "A few sponsors an issue"
    return f"{few}. Every {WEEKDAYS[stock.weeks[0].rule_date.weekday()]}."


def rules(stock: Shelf) -> Rules:
    """The policies as they are set now."""
    return Rules(
        frequency.policy(stock.around.steps),
        cancellation.policy(stock.around.ladder),
        [line for line in newsletter().policies.splitlines() if line.strip()],
    )


def rate_card(stock: Shelf, ink: calendar_rows.Ink) -> list[tuple[str, str]]:
    """(what, price) for each placement that is for sale, and for each price that is announced for later issues."""
    first = stock.weeks[0].publishes_on if stock.weeks else clock.now().date()
    card = []
    offered = {column.id for column in ink.columns}
    for offer in stock.around.offers:
        now_costs = offer.price_on(first)
        if offer.id in offered and now_costs is not None:
            card.append((f"{offer.name}, one issue", str(Money(now_costs, stock.currency))))
            card += [
                (f"{offer.name}, issues from {spell_date(since)} on", str(Money(amount, stock.currency)))
                for since, amount in offer.prices
                if since > first
            ]
    if PlacementKind.SPONSOR in {column.kind for column in ink.columns}:
        card += [(f"{step.weeks} weeks or more at once, each", f"{step.percent}% less") for step in stock.around.steps]
    return card
