"""Issues from a rule: one a week, with dates skipped, moved and slipped in.

A number and a date are separate facts: a skipped date uses up no number, a moved issue keeps its number, and an extra
issue takes the next one.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from booking.domain.errors import RuleNotUsable
from booking.domain.localtime import instant, spell_date, zone_named

WEEK = timedelta(weeks=1)
EARLIEST = date(1970, 1, 1)
FURTHEST = date(2199, 12, 31)
"""A date outside these two is taken for a slip of the keyboard."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One issue a week on `weekday` (Monday is 0) at the wall time `at` in the IANA `zone`.

    The first one falls on the first such weekday on or after `starts_on` and has `first_number`. A newsletter that
    changes its day begins a new rule. Raises `RuleNotUsable`.
    """

    weekday: int
    at: time
    zone: str
    starts_on: date
    first_number: int = 1

    def __post_init__(self) -> None:
        if not 0 <= self.weekday <= 6:
            raise RuleNotUsable("Choose one of the seven days of the week for sending.")
        if self.first_number < 0:
            raise RuleNotUsable("Issue numbers start at 0 or later. Enter the number of the first issue.")
        _refuse_slip(self.starts_on)
        zone_named(self.zone)

    @property
    def first_date(self) -> date:
        """The date of the first issue."""
        return self.starts_on + timedelta(days=(self.weekday - self.starts_on.weekday()) % 7)

    def falls_on(self, day: date) -> bool:
        """Return whether the rule alone, without exceptions, has an issue on `day`."""
        return day >= self.first_date and day.weekday() == self.weekday


@dataclass(frozen=True, slots=True)
class Skip:
    """No issue on a date of the rule; its number goes to the next one."""

    on: date


@dataclass(frozen=True, slots=True)
class Move:
    """The issue of a date of the rule is sent on another date, with the same number."""

    on: date
    to: date


@dataclass(frozen=True, slots=True)
class Extra:
    """One more issue on a date of its own; it takes the next number, later ones count on from it."""

    on: date


Change = Skip | Move | Extra


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One issue as the rule wants it: its number, its date in the newsletter's zone, its instant of sending in UTC.

    `rule_date` is the date before any move: it says which occurrence this is, whatever number and date become.
    """

    number: int
    rule_date: date
    publishes_on: date
    sends_at: datetime


def check(rule: Rule, changes: Sequence[Change]) -> None:
    """Raise `RuleNotUsable`, naming the date, when the exceptions contradict the rule or one another."""
    named = [change.on for change in changes]
    left = {change.on for change in changes if not isinstance(change, Extra)}
    arrivals = [change.to if isinstance(change, Move) else change.on for change in changes if type(change) is not Skip]
    for day in named + arrivals:
        _refuse_slip(day)
    for day in named:
        if named.count(day) > 1:
            raise RuleNotUsable(f"{spell_date(day)} has two exceptions. Keep one of them.")
    for day in left:
        if not rule.falls_on(day):
            raise RuleNotUsable(f"There is no issue on {spell_date(day)}. Choose a date that has one.")
    for day in arrivals:
        if arrivals.count(day) > 1 or (rule.falls_on(day) and day not in left):
            raise RuleNotUsable(f"There would be two issues on {spell_date(day)}. Choose another date.")


def occurrences(rule: Rule, changes: Sequence[Change] = ()) -> Iterator[Occurrence]:
    """Yield the issues of `rule` until `FURTHEST`, in order of number. Raises `RuleNotUsable` like `check`."""
    check(rule, changes)
    moved = {change.on: change.to for change in changes if isinstance(change, Move)}
    for number, rule_date in enumerate(_rule_dates(rule, changes), rule.first_number):
        publishes_on = moved.get(rule_date, rule_date)
        yield Occurrence(number, rule_date, publishes_on, instant(publishes_on, rule.at, rule.zone))


def has_issue_of(rule: Rule, changes: Sequence[Change], rule_date: date) -> bool:
    """Return whether there is an issue of this date before any move, sent already or still to come."""
    change = next((change for change in changes if change.on == rule_date), None)
    return rule.falls_on(rule_date) if change is None else not isinstance(change, Skip)


def upcoming(rule: Rule, changes: Sequence[Change], after: datetime, count: int) -> list[Occurrence]:
    """Return the next `count` issues that are sent later than `after` (an aware instant), in the order of sending.

    Raises `RuleNotUsable` like `check`.
    """
    settled = max((_last_date(change) for change in changes), default=rule.first_date)
    found: list[Occurrence] = []
    for issue in occurrences(rule, changes):
        # Beyond the last exception, order of numbers is order of sending; before it, a moved issue may yet come.
        if len(found) >= count and issue.publishes_on > settled:
            break
        if issue.sends_at > after:
            found.append(issue)
    return sorted(found, key=lambda issue: issue.sends_at)[:count]


def _rule_dates(rule: Rule, changes: Sequence[Change]) -> Iterator[date]:
    """Yield the dates that carry a number in order, moved issues still on their old date."""
    skipped = {change.on for change in changes if isinstance(change, Skip)}
    extras = deque(sorted(change.on for change in changes if isinstance(change, Extra)))
    day = rule.first_date
    while day <= FURTHEST:
        while extras and extras[0] < day:
            yield extras.popleft()
        if day not in skipped:
            yield day
        day += WEEK
    yield from extras


def _last_date(change: Change) -> date:
    return max(change.on, change.to) if isinstance(change, Move) else change.on


def _refuse_slip(day: date) -> None:
    if not EARLIEST <= day <= FURTHEST:
        raise RuleNotUsable(f"{spell_date(day)} cannot be the date of an issue. Check the year.")
