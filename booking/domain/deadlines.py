"""Booking and copy deadlines: "three days before sending at 17:00", turned into the instant that decides."""

from dataclasses import dataclass
from datetime import date, datetime, time

from booking.domain.errors import RuleNotUsable
from booking.domain.localtime import instant

MOST_DAYS = 365
"""A deadline further ahead than a year is taken for a slip of the keyboard."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """A deadline as the editor enters it: so many days before the day of sending, at a local wall time.

    Raises `RuleNotUsable` when the days are negative or more than `MOST_DAYS`, or the time carries a zone of its own.
    """

    days_before: int
    at: time

    def __post_init__(self) -> None:
        if not 0 <= self.days_before <= MOST_DAYS:
            raise RuleNotUsable(f"A deadline lies 0 to {MOST_DAYS} days before sending. Enter a number in that range.")
        if self.at.tzinfo is not None:
            raise RuleNotUsable("A deadline is a time on the newsletter's own clock. Enter it without a zone.")

    def moment(self, publishes_on: date, sends_at: datetime, zone: str) -> datetime:
        """Return the UTC instant of this deadline for the issue of `publishes_on`, never later than `sends_at` (UTC).

        Days are calendar days in `zone`, so the wall time holds across a change of the clocks. Skipped and repeated
        hours resolve as in `localtime.instant`.
        """
        days = date.fromordinal(publishes_on.toordinal() - self.days_before)
        return min(instant(days, self.at, zone), sends_at)

    def __str__(self) -> str:
        """Return "3 days before sending, 17:00" or "On the day of sending, 08:00"."""
        if self.days_before == 0:
            return f"On the day of sending, {self.at:%H:%M}"
        return f"{self.days_before} day{'s' * (self.days_before > 1)} before sending, {self.at:%H:%M}"
