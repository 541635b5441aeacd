"""Sets up the one newsletter of a deployment with defaults that the editor can change at any time on the desk."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time

import sqlalchemy as sa

from booking.db import db, transaction
from booking.domain.cancellation import DEFAULT_LADDER
from booking.domain.errors import RuleNotUsable
from booking.domain.frequency import DEFAULT_STEPS
from booking.domain.money import currency_code
from booking.domain.schedule import Rule
from booking.domain.states import PlacementKind
from booking.models import CancellationStep, DiscountStep, Newsletter, Placement, Rate
from booking.services import audit
from booking.services.booking_steps import By


@dataclass(frozen=True, slots=True)
class Start:
    """What only the editor knows, prices in minor units; the defaults are the habits of the model newsletter.

    The model newsletter is sent on Sundays at about 10:00 in London; neighbours sell the top of an issue for $500 to
    $1,000 and a job ad for about $250, and want copy two to five days ahead.
    """

    name: str
    starts_on: date
    first_number: int = 1
    weekday: int = 6
    send_time: time = time(10)
    zone: str = "Europe/London"
    currency: str = "USD"
    sponsor_price: int = 50_000
    event_price: int = 30_000
    job_price: int = 25_000
    contact_email: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """One placement as a new newsletter has it."""

    kind: PlacementKind
    name: str
    description: str
    slots: int
    copy_limit: int


OFFERS = (
    Offer(
        PlacementKind.SPONSOR,
        "Sponsor",
        "The first thing in the issue, under a heading with your name, and the same words once more above the footer.",
        1,
        300,
    ),
    Offer(PlacementKind.EVENT, "Sponsored event", "Your conference, meet-up or webinar among the events.", 0, 300),
    Offer(
        PlacementKind.JOB, "Job ad", "One opening in the Jobs section, with what it pays and where to apply.", 5, 750
    ),
)
"""Limits in characters: real sponsor copy runs from 119 to 262 of them, real job ads to 952 with a median of 461."""


@transaction
def start_newsletter(start: Start, by: By | None = None) -> None:
    """Write the newsletter, what it sells, and its default prices, discount and cancellation ladder; `by` an editor.

    Raises `RuleNotUsable` when there is one already or the weekday, zone or date cannot be used, and
    `CurrencyNotSold`.
    """
    if db.session.scalar(sa.select(sa.exists().where(Newsletter.id == 1))):
        raise RuleNotUsable("The newsletter is set up already. Change its settings on the desk.")
    Rule(start.weekday, start.send_time, start.zone, start.starts_on, start.first_number)
    currency_code(start.currency)
    db.session.add(
        Newsletter(
            name=start.name,
            contact_email=start.contact_email,
            zone=start.zone,
            weekday=start.weekday,
            send_time=start.send_time,
            starts_on=start.starts_on,
            first_number=start.first_number,
            booking_days_before=4,
            booking_time=time(17),
            copy_days_before=3,
            copy_time=time(17),
            currency=start.currency.upper(),
        )
    )
    db.session.add_all(_placements(start))
    db.session.add_all(DiscountStep(weeks=step.weeks, percent=step.percent) for step in DEFAULT_STEPS)
    db.session.add_all(CancellationStep(days=rung.days, percent=rung.percent) for rung in DEFAULT_LADDER)
    if by is not None:
        audit.record(by.actor, by.user_id, "settings.start", "settings", f"Set up “{start.name}”.", by.now)


def _placements(start: Start) -> Iterator[Placement]:
    prices = {
        PlacementKind.SPONSOR: start.sponsor_price,
        PlacementKind.EVENT: start.event_price,
        PlacementKind.JOB: start.job_price,
    }
    for position, offer in enumerate(OFFERS, 1):
        yield Placement(
            kind=offer.kind,
            name=offer.name,
            description=offer.description,
            position=position,
            slots_per_issue=offer.slots,
            copy_limit=offer.copy_limit,
            rates=[Rate(valid_from=start.starts_on, amount=prices[offer.kind])],
        )
