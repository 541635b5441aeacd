"""The newsletter's settings as the rules of the domain understand them: its schedule, its deadlines and its prices.

Shared by every act that makes or changes issues; runs inside their transactions and commits nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from booking.db import db
from booking.domain import rates
from booking.domain.deadlines import Deadline
from booking.domain.errors import RuleNotUsable
from booking.domain.localtime import instant, spell_date
from booking.domain.money import Money
from booking.domain.schedule import Change, Extra, Move, Rule, Skip
from booking.domain.states import ExceptionKind
from booking.models import Newsletter, Placement, Rate, ScheduleException


@dataclass(frozen=True, slots=True)
class Times:
    """The date of an issue and the instants (UTC) that follow from it."""

    publishes_on: date
    sends_at: datetime
    booking_deadline: datetime
    copy_deadline: datetime


@dataclass(frozen=True, slots=True)
class Plan:
    """The rule, its exceptions and the two deadlines."""

    rule: Rule
    changes: tuple[Change, ...]
    booking: Deadline
    copy: Deadline

    def times(self, publishes_on: date) -> Times:
        """Everything that follows from the date of an issue."""
        zone = self.rule.zone
        sends_at = instant(publishes_on, self.rule.at, zone)
        return Times(
            publishes_on,
            sends_at,
            self.booking.moment(publishes_on, sends_at, zone),
            self.copy.moment(publishes_on, sends_at, zone),
        )


def current_plan() -> Plan:
    """Read the plan and keep others from changing the calendar until this transaction ends.

    Raises `RuleNotUsable` when the newsletter was not set up yet, or its settings contradict one another.
    """
    newsletter = db.session.scalar(sa.select(Newsletter).with_for_update())
    if newsletter is None:
        raise RuleNotUsable("The newsletter is not set up yet. Enter its name, weekday and first issue first.")
    exceptions = db.session.scalars(sa.select(ScheduleException).order_by(ScheduleException.on_date))
    return Plan(
        Rule(
            newsletter.weekday,
            newsletter.send_time,
            newsletter.zone,
            newsletter.starts_on,
            newsletter.first_number,
        ),
        tuple(change_of(exception) for exception in exceptions),
        Deadline(newsletter.booking_days_before, newsletter.booking_time),
        Deadline(newsletter.copy_days_before, newsletter.copy_time),
    )


def change_of(exception: ScheduleException) -> Change:
    """The exception as the domain knows it."""
    if exception.moves_to is not None:
        return Move(exception.on_date, exception.moves_to)
    return Skip(exception.on_date) if exception.kind is ExceptionKind.SKIP else Extra(exception.on_date)


@dataclass(frozen=True, slots=True)
class Prices:
    """The rate card, ready to be asked for a day."""

    rates: tuple[rates.Rate, ...]

    def on(self, placement: Placement, day: date) -> Money:
        """What `placement` costs in an issue of `day`. Raises `RuleNotUsable` when no rate is valid then."""
        price = rates.price_on(self.rates, placement.kind.value, day)
        if price is None:
            raise RuleNotUsable(
                f"{placement.name} has no price on {spell_date(day)}. Enter a rate that is valid from then or earlier."
            )
        return price


def current_prices() -> Prices:
    """Read the rate card."""
    rows = db.session.execute(
        sa.select(Placement.kind, Rate.amount, Newsletter.currency, Rate.valid_from)
        .join(Placement, Placement.id == Rate.placement_id)
        .join(Newsletter, sa.true())
        .order_by(Rate.valid_from)
    )
    return Prices(
        tuple(rates.Rate(kind.value, Money(amount, currency), since) for kind, amount, currency, since in rows)
    )
