"""Draws the main part of the storefront, and only again when something on it has changed.

It is a pure function of what was read and asked for, so a page that was drawn is good as long as both are the same;
every request reads the database, so nothing shown is ever old.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Sequence
from dataclasses import dataclass

from flask import render_template
from markupsafe import Markup

from booking.domain import cancellation, frequency
from booking.domain.frequency import Step
from booking.domain.localtime import spell_date
from booking.domain.money import Money
from booking.domain.states import PlacementKind
from booking.services.choosing import Choice
from booking.services.queries.basket import Shelf, fill
from booking.services.queries.newsletter import Settings
from booking.services.queries.storefront import Surroundings
from booking.web import calendar_rows, sums
from booking.web.calendar_rows import Column, Ink
from booking.web.proofs import examples

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True, slots=True)
class Asked:
    """What this visitor wants to see: weeks that are ticked, sentences on top, one placement only or all."""

    choices: tuple[Choice, ...]
    refusals: tuple[str, ...]
    only: PlacementKind | None
    settings: Settings


@dataclass(frozen=True, slots=True)
class Drawn:
    """The heading, everything below it as HTML, and the sentences that make it an error page."""

    heading: str
    lede: str
    refusals: tuple[str, ...]
    main: Markup


@dataclass(frozen=True, slots=True)
class Rules:
    """The policies in sentences."""

    discount: list[str]
    cancelling: list[str]
    own: list[str]


def draw(shelf: Shelf, asked: Asked, _script_root: str) -> Drawn:
    """Draw it. `_script_root` is where the app is mounted, which every link on the page begins with."""
    columns = calendar_rows.columns(shelf.calendar.weeks, shelf.around)
    if asked.only is not None:
        columns = tuple(column for column in columns if column.kind is asked.only)
    ink = Ink(columns, asked.settings.zone, shelf.currency)
    basket = fill(asked.choices, shelf)
    refusals = tuple(dict.fromkeys((*asked.refusals, *map(str, basket.refusals))))
    rows = calendar_rows.rows(shelf.calendar.weeks, shelf.around, ink, asked.choices)
    main = render_template(
        "storefront/_main.html",
        columns=columns,
        rows=rows,
        on_sale=any(cell.value for row in rows for cell in row.cells),
        zone_note=calendar_rows.zone_note(asked.settings),
        sum=sums.printed(basket, shelf.currency),
        around=shelf.around,
        rates=rate_card(shelf, columns),
        steps=discounts(shelf.around.steps, columns),
        examples=examples(shelf.around, columns),
        rules=rules(shelf.around, asked.settings),
        holds=shelf.holds,
        refusals=refusals,
        only=asked.only,
    )
    return Drawn(heading(shelf, columns, asked), lede(asked), refusals, Markup(main))  # noqa: S704 - our own template, which escaped what it was given


_remembered = functools.lru_cache(maxsize=64)(draw)
_drawing = threading.Lock()


def drawn(shelf: Shelf, asked: Asked, script_root: str) -> Drawn:
    """What `draw` draws, remembered. One thread draws: when a place goes, everybody who wanted it asks at once."""
    with _drawing:
        return _remembered(shelf, asked, script_root)


def heading(shelf: Shelf, columns: Sequence[Column], asked: Asked) -> str:
    """The first thing a visitor reads: how rare a place is and when it comes out."""
    if asked.only is PlacementKind.JOB:
        return "Post a job"
    offered = {column.kind: column for column in columns}
    if not shelf.calendar.weeks or PlacementKind.SPONSOR not in offered:
        return f"Sponsor {asked.settings.name}"
    few = "One sponsor an issue" if offered[PlacementKind.SPONSOR].most == 1 else "A few sponsors an issue"
    return f"{few}. Every {WEEKDAYS[shelf.calendar.weeks[0].rule_date.weekday()]}."


def lede(asked: Asked) -> str:
    """What follows the heading: the newsletter's own words, or how little a job ad takes."""
    if asked.only is PlacementKind.JOB:
        return (
            "Three minutes, no account: choose the issue, pay, and write the ad now or later. "
            f"It stands in the Jobs section of {asked.settings.name}."
        )
    return asked.settings.tagline


def rules(around: Surroundings, settings: Settings) -> Rules:
    """The policies as they are set now."""
    return Rules(
        frequency.policy(around.steps),
        cancellation.policy(around.ladder),
        [line for line in settings.policies.splitlines() if line.strip()],
    )


def rate_card(shelf: Shelf, columns: Sequence[Column]) -> list[tuple[str, str]]:
    """(what, price) for each placement that is for sale, and for each price that is announced for later issues."""
    offered = {column.id for column in columns}
    first = shelf.calendar.weeks[0].publishes_on if shelf.calendar.weeks else None
    card: list[tuple[str, str]] = []
    for offer in shelf.around.offers:
        if first is None or offer.id not in offered:
            continue
        valid, later = offer.price_on(first), [(since, amount) for since, amount in offer.prices if since > first]
        if valid is not None:
            card.append((f"{offer.name}, one issue", str(Money(valid, shelf.currency))))
        for since, amount in later:
            card.append((f"{offer.name}, issues from {spell_date(since)} on", str(Money(amount, shelf.currency))))
    return card


def discounts(steps: Sequence[Step], columns: Sequence[Column]) -> list[tuple[str, str]]:
    """(how many, how much less) for each step of the frequency discount, where sponsor slots are for sale."""
    if frequency.DISCOUNTED not in {column.kind for column in columns}:
        return []
    return [(f"{step.weeks} weeks or more at once, each", f"{step.percent}% less") for step in steps]
