"""What a buyer gets back on cancelling: a ladder of days before sending, worked out line by line.

Days are those of the calendar in the newsletter's zone, counted whole: whoever cancels at any time of the day 14 days
before the day of sending cancels 14 days before. That is never later than a buyer expects and mostly earlier in their
favour than counting 24 hours back from the minute of sending, and the last day can be printed as a date. A moved issue
is counted from its new date. Refused copy is always refunded in full: nobody is charged for what does not run.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from booking.domain.errors import RuleNotUsable
from booking.domain.localtime import local_date, spell_date, zone_label
from booking.domain.money import Money, total


@dataclass(frozen=True, slots=True)
class Rung:
    """From `days` days before sending on, or earlier, `percent` of the price is refunded."""

    days: int
    percent: int


DEFAULT_LADDER = (Rung(14, 100), Rung(7, 50), Rung(0, 0))
"""The ladder of the product: all until 14 days before sending, half until 7, nothing after."""


@dataclass(frozen=True, slots=True)
class Cancellable:
    """One paid line of an order. `paid` is its net price less what was refunded on it already.

    `refused` says that the editor refuses to run it, `sends_at` is the instant of sending in UTC. `most` is the largest
    percentage that is still given back: a line that its buyer moved to a later issue keeps the terms it had by then,
    because the ladder could otherwise be climbed again by moving first and cancelling after.
    """

    issue: int
    paid: Money
    sends_at: datetime
    refused: bool = False
    most: int = 100


@dataclass(frozen=True, slots=True)
class Terms:
    """The ladder and the zone whose calendar it counts in."""

    zone: str
    ladder: tuple[Rung, ...] = DEFAULT_LADDER


@dataclass(frozen=True, slots=True)
class Outcome:
    """What cancelling one line gives back; `last_day` is the last date on which it still does, None if until sending.

    `days` are the whole days before sending, negative once the day of sending is over.
    """

    line: Cancellable
    percent: int
    refund: Money
    days: int
    last_day: date | None


def outcome(line: Cancellable, terms: Terms, now: datetime) -> Outcome:
    """Work out what cancelling `line` at the aware instant `now` gives back. Half a cent is the buyer's."""
    sends_on = local_date(line.sends_at, terms.zone)
    days = (sends_on - local_date(now, terms.zone)).days
    if line.refused:
        return Outcome(line, 100, line.paid, days, None)
    rung = _rung(terms.ladder, days) if now < line.sends_at else None
    percent = min(rung.percent, line.most) if rung else 0
    if rung is None or percent == 0:
        return Outcome(line, 0, Money.zero(line.paid.currency), days, None)
    last_day = sends_on - timedelta(days=rung.days) if rung.days else None
    return Outcome(line, percent, line.paid.share(percent), days, last_day)


def refund_of(lines: Iterable[Cancellable], terms: Terms, now: datetime, currency: str) -> Money:
    """Return what cancelling all `lines` gives back in all: the sum of the lines, each rounded on its own.

    Raises `MixedCurrencies` when a line is not in `currency`.
    """
    return total((outcome(line, terms, now).refund for line in lines), currency)


def sentence(result: Outcome, zone: str) -> str:
    """Say before the buyer confirms what happens to the money, and until when in the IANA `zone`."""
    issue, paid = f"Issue {result.line.issue}", result.line.paid
    if not paid:
        return f"{issue}: nothing was paid, so nothing is refunded."
    if result.line.refused:
        return f"{issue}: you get all {paid} back. You are not charged for what we don’t run."
    capped = result.percent == result.line.most < 100
    reason = "that was the most when it was moved" if capped else _distance(result.days)
    if result.percent == 0:
        return f"{issue}: nothing is refunded, because {reason}."
    part = f"all {paid}" if result.percent == 100 else f"{result.refund} of the {paid} paid ({result.percent}%)"
    until = "it is sent" if result.last_day is None else f"the end of {spell_date(result.last_day)}, {zone_label(zone)}"
    return f"{issue}: you get {part} back, because {reason}. This holds until {until}."


def policy(ladder: Sequence[Rung]) -> list[str]:
    """Return the ladder in sentences for the policies page, the kindest rung first."""
    spoken: list[str] = []
    above: Rung | None = None
    for rung in ladder:
        span = f"{rung.days} days or more before sending" if above is None else _span(rung.days, above.days - 1)
        spoken.append(f"Cancel {span}: {_gives(rung.percent)}.")
        above = rung
    spoken.append("Copy that we refuse to run is always refunded in full.")
    return spoken


def check_ladder(ladder: Sequence[Rung]) -> None:
    """Raise `RuleNotUsable` unless days and percentages go down from rung to rung and the last rung is 0 days."""
    if not ladder or ladder[-1].days != 0:
        raise RuleNotUsable("The last row of the cancellation ladder is 0 days before sending. Add it.")
    if any(not 0 <= rung.percent <= 100 or not 0 <= rung.days <= 365 for rung in ladder):
        raise RuleNotUsable("The cancellation ladder takes 0 to 365 days and 0 to 100 percent. Change the row.")
    if any(lower.days >= upper.days or lower.percent >= upper.percent for upper, lower in pairwise(ladder)):
        raise RuleNotUsable("Each row of the cancellation ladder has fewer days and gives less than the one above it.")


def _rung(ladder: Sequence[Rung], days: int) -> Rung | None:
    return max((rung for rung in ladder if rung.days <= days), key=lambda rung: rung.days, default=None)


def _distance(days: int) -> str:
    if days < 0:
        return "it was sent already"
    return "it is sent today" if days == 0 else f"it is sent in {days} day{'s' * (days > 1)}"


def _span(least: int, most: int) -> str:
    return f"{least} days before sending" if least == most else f"{least} to {most} days before sending"


def _gives(percent: int) -> str:
    return {100: "you get everything back", 50: "you get half back", 0: "nothing is refunded"}.get(
        percent, f"you get {percent}% back"
    )
