"""Wall time becomes the right instant, also when clocks change, and words always name the zone."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.domain.errors import RuleNotUsable
from booking.domain.localtime import (
    instant,
    local_date,
    relative,
    spell,
    spell_clock,
    spell_date,
    spell_short,
    zone_label,
    zone_named,
)

LONDON = "Europe/London"
NEW_YORK = "America/New_York"
NOW = datetime(2020, 1, 27, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "at", "zone", "utc"),
    [
        (date(2020, 1, 30), time(17), LONDON, datetime(2020, 1, 30, 17, tzinfo=UTC)),
        (date(2020, 7, 30), time(17), LONDON, datetime(2020, 7, 30, 16, tzinfo=UTC)),
        (date(2020, 1, 30), time(17), NEW_YORK, datetime(2020, 1, 30, 22, tzinfo=UTC)),
        (date(2020, 7, 30), time(17), NEW_YORK, datetime(2020, 7, 30, 21, tzinfo=UTC)),
        (date(2020, 1, 30), time(17), "UTC", datetime(2020, 1, 30, 17, tzinfo=UTC)),
    ],
)
def test_wall_time_becomes_an_instant(day: date, at: time, zone: str, utc: datetime) -> None:
    assert instant(day, at, zone) == utc


@pytest.mark.scenario(24)
@pytest.mark.parametrize(
    ("day", "at", "zone", "utc", "words"),
    [
        # 29 March 2020, London: 01:00 is followed by 02:00. New York: 8 March, 02:00 by 03:00.
        (date(2020, 3, 29), time(1, 30), LONDON, datetime(2020, 3, 29, 1, 30, tzinfo=UTC), "02:30 London time"),
        (date(2020, 3, 8), time(2, 30), NEW_YORK, datetime(2020, 3, 8, 7, 30, tzinfo=UTC), "03:30 New York time"),
    ],
)
def test_a_skipped_hour_resolves_to_the_later_instant(
    day: date, at: time, zone: str, utc: datetime, words: str
) -> None:
    assert instant(day, at, zone) == utc
    assert spell_clock(utc, zone) == words


@pytest.mark.scenario(24)
@pytest.mark.parametrize(
    ("day", "at", "zone", "utc", "later", "earlier"),
    [
        (
            date(2020, 10, 25),
            time(1, 30),
            LONDON,
            datetime(2020, 10, 25, 1, 30, tzinfo=UTC),
            "01:30 London time (GMT)",
            "01:30 London time (BST)",
        ),
        (
            date(2020, 11, 1),
            time(1, 30),
            NEW_YORK,
            datetime(2020, 11, 1, 6, 30, tzinfo=UTC),
            "01:30 New York time (EST)",
            "01:30 New York time (EDT)",
        ),
    ],
)
def test_a_repeated_hour_resolves_to_the_later_instant_and_says_which(
    day: date, at: time, zone: str, utc: datetime, later: str, earlier: str
) -> None:
    assert instant(day, at, zone) == utc
    assert spell_clock(utc, zone) == later
    assert spell_clock(utc - timedelta(hours=1), zone) == earlier


@given(
    st.dates(date(1970, 1, 2), date(2199, 12, 30)),
    st.times(),
    st.sampled_from([LONDON, NEW_YORK, "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"]),
)
def test_an_instant_reads_back_as_its_wall_time_or_later(day: date, at: time, zone: str) -> None:
    moment = instant(day, at, zone)
    wall = moment.astimezone(zone_named(zone)).replace(tzinfo=None)
    entered = datetime.combine(day, at)
    assert moment.tzinfo is UTC
    assert wall == entered or timedelta(0) < wall - entered <= timedelta(hours=1)


@pytest.mark.parametrize("name", ["", "Mars/Olympus", "../../etc/passwd", "/etc/passwd", "Europe", "a\0b", "z" * 500])
def test_a_zone_that_does_not_exist_is_refused(name: str) -> None:
    with pytest.raises(RuleNotUsable, match="is not a time zone"):
        zone_named(name)


def test_the_date_is_that_of_the_newsletter_not_of_utc() -> None:
    moment = datetime(2020, 7, 1, 23, 30, tzinfo=UTC)
    assert local_date(moment, LONDON) == date(2020, 7, 2)
    assert local_date(moment, NEW_YORK) == date(2020, 7, 1)


@pytest.mark.scenario(24)
def test_a_moment_is_spelled_with_its_zone() -> None:
    moment = datetime(2020, 1, 30, 17, tzinfo=UTC)
    assert spell(moment, LONDON) == "Thursday 30 January 2020, 17:00 London time"
    assert spell(moment, NEW_YORK) == "Thursday 30 January 2020, 12:00 New York time"
    assert spell_short(moment, LONDON) == "Thu 30 Jan, 17:00 London time"
    assert spell_date(date(2020, 2, 2)) == "Sunday 2 February 2020"


@pytest.mark.parametrize(
    ("zone", "label"),
    [(LONDON, "London time"), (NEW_YORK, "New York time"), ("UTC", "UTC"), ("Etc/UTC", "UTC")],
)
def test_a_zone_is_printed_by_its_city(zone: str, label: str) -> None:
    assert zone_label(zone) == label


@pytest.mark.parametrize(
    ("apart", "words"),
    [
        (timedelta(0), "now"),
        (timedelta(seconds=59), "now"),
        (timedelta(seconds=-59), "now"),
        (timedelta(minutes=1), "in 1 minute"),
        (timedelta(minutes=119, seconds=59), "in 119 minutes"),
        (timedelta(hours=2), "in 2 hours"),
        (timedelta(hours=47, minutes=59), "in 47 hours"),
        (timedelta(days=2), "in 2 days"),
        (timedelta(days=3, hours=23), "in 3 days"),
        (timedelta(minutes=-5), "5 minutes ago"),
        (timedelta(days=-2, hours=-5), "2 days ago"),
    ],
)
def test_time_left_is_rounded_down_in_words(apart: timedelta, words: str) -> None:
    assert relative(NOW + apart, NOW) == words
