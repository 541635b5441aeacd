"""Deadlines are wall time in the newsletter's zone, whatever the clocks do in between."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.domain.deadlines import MOST_DAYS, Deadline
from booking.domain.errors import RuleNotUsable
from booking.domain.localtime import instant, spell

LONDON = "Europe/London"
NEW_YORK = "America/New_York"


def due(deadline: Deadline, publishes_on: date, zone: str = LONDON) -> datetime:
    """Return the deadline of an issue that is sent at ten in the morning."""
    return deadline.moment(publishes_on, instant(publishes_on, time(10), zone), zone)


def test_copy_for_issue_475_is_due_on_thursday() -> None:
    moment = due(Deadline(3, time(17)), date(2020, 2, 2))
    assert spell(moment, LONDON) == "Thursday 30 January 2020, 17:00 London time"


@pytest.mark.parametrize(
    ("zone", "sunday", "utc_hour"),
    [
        (LONDON, date(2020, 3, 29), 17),
        (LONDON, date(2020, 4, 5), 16),
        (LONDON, date(2020, 10, 25), 16),
        (NEW_YORK, date(2020, 3, 8), 22),
        (NEW_YORK, date(2020, 3, 15), 21),
        (NEW_YORK, date(2020, 11, 1), 21),
    ],
)
def test_a_deadline_keeps_its_wall_time_when_clocks_change(zone: str, sunday: date, utc_hour: int) -> None:
    moment = due(Deadline(3, time(17)), sunday, zone)
    assert moment == datetime.combine(sunday - timedelta(days=3), time(utc_hour), UTC)


@pytest.mark.scenario(24)
def test_a_deadline_in_a_skipped_or_repeated_hour_is_the_later_instant() -> None:
    assert due(Deadline(0, time(1, 30)), date(2020, 3, 29)) == datetime(2020, 3, 29, 1, 30, tzinfo=UTC)
    assert due(Deadline(0, time(1, 30)), date(2020, 10, 25)) == datetime(2020, 10, 25, 1, 30, tzinfo=UTC)


def test_a_moved_issue_moves_its_deadline() -> None:
    deadline = Deadline(3, time(17))
    assert due(deadline, date(2013, 1, 7)) - due(deadline, date(2013, 1, 6)) == timedelta(days=1)


@given(st.integers(0, MOST_DAYS), st.times(), st.dates(date(1990, 1, 1), date(2100, 1, 1)))
def test_a_deadline_never_falls_after_sending(days: int, at: time, publishes_on: date) -> None:
    sends_at = instant(publishes_on, time(10), LONDON)
    assert Deadline(days, at).moment(publishes_on, sends_at, LONDON) <= sends_at


def test_a_deadline_on_the_day_but_after_sending_is_the_sending() -> None:
    assert due(Deadline(0, time(17)), date(2020, 2, 2)) == datetime(2020, 2, 2, 10, tzinfo=UTC)


@pytest.mark.parametrize("days", [-1, 366, 10**9])
def test_a_deadline_outside_the_year_before_is_refused(days: int) -> None:
    with pytest.raises(RuleNotUsable, match="0 to 365 days"):
        Deadline(days, time(17))


def test_a_deadline_with_a_zone_of_its_own_is_refused() -> None:
    with pytest.raises(RuleNotUsable, match="without a zone"):
        Deadline(3, time(17, tzinfo=UTC))


@pytest.mark.parametrize(
    ("deadline", "words"),
    [
        (Deadline(3, time(17)), "3 days before sending, 17:00"),
        (Deadline(1, time(9, 5)), "1 day before sending, 09:05"),
        (Deadline(0, time(8)), "On the day of sending, 08:00"),
    ],
)
def test_a_deadline_reads_as_it_was_entered(deadline: Deadline, words: str) -> None:
    assert str(deadline) == words
