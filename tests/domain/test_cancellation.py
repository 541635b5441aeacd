"""Cancelling gives back what the ladder says, by the newsletter's calendar, and says so first."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.domain.cancellation import (
    DEFAULT_LADDER,
    Cancellable,
    Outcome,
    Rung,
    Terms,
    check_ladder,
    outcome,
    policy,
    refund_of,
    sentence,
)
from booking.domain.errors import RuleNotUsable
from booking.domain.localtime import instant
from booking.domain.money import Money
from booking.domain.money_refusals import MixedCurrencies

LONDON = "Europe/London"
TERMS = Terms(LONDON)
SUNDAY = date(2020, 2, 2)
SENDS_AT = datetime(2020, 2, 2, 10, tzinfo=UTC)
UNTIL, ZONE, HALF = "This holds until the end of", "London time", "you get $225 of the $450 paid (50%)"
LINE = Cancellable(475, Money(45000, "usd"), SENDS_AT)


def cancelled(line: Cancellable, day: date, at: time = time(12), terms: Terms = TERMS) -> Outcome:
    """Return the outcome of cancelling at a wall time in London."""
    return outcome(line, terms, instant(day, at, LONDON))


@pytest.mark.parametrize(
    ("day", "at", "percent"),
    [
        (date(2020, 1, 1), time(12), 100),
        (date(2020, 1, 19), time(0), 100),
        (date(2020, 1, 19), time(23, 59, 59), 100),
        (date(2020, 1, 20), time(0), 50),
        (date(2020, 1, 26), time(23, 59, 59), 50),
        (date(2020, 1, 27), time(0), 0),
        (date(2020, 2, 2), time(9), 0),
        (date(2020, 2, 2), time(10), 0),
        (date(2020, 3, 2), time(9), 0),
    ],
)
def test_the_ladder_steps_at_midnight_of_the_newsletter(day: date, at: time, percent: int) -> None:
    result = cancelled(LINE, day, at)
    assert result.percent == percent
    assert result.refund == Money(45000 * percent // 100, "usd")


@pytest.mark.parametrize("sunday", [date(2020, 3, 29), date(2020, 4, 5), date(2020, 10, 25), date(2020, 11, 1)])
def test_a_change_of_the_clocks_costs_nobody_a_day(sunday: date) -> None:
    line = Cancellable(480, Money(45000, "usd"), instant(sunday, time(23, 30), LONDON))
    last = sunday - timedelta(days=14)
    assert cancelled(line, last, time(23, 59, 59)).percent == 100
    assert cancelled(line, last + timedelta(days=1), time(0)).percent == 50


def test_the_day_is_that_of_the_newsletter_not_of_utc() -> None:
    terms = Terms("America/New_York")
    late_evening = datetime(2020, 1, 20, 3, tzinfo=UTC)
    assert outcome(LINE, terms, late_evening).percent == 100
    assert outcome(LINE, TERMS, late_evening).percent == 50


def test_refused_copy_is_refunded_in_full_at_any_time() -> None:
    refused = Cancellable(475, Money(45000, "usd"), SENDS_AT, refused=True)
    for day in (date(2020, 1, 1), date(2020, 2, 2), date(2020, 2, 9)):
        assert cancelled(refused, day).refund == Money(45000, "usd")


def test_half_a_cent_is_the_buyers() -> None:
    assert cancelled(Cancellable(475, Money(4525, "usd"), SENDS_AT), date(2020, 1, 25)).refund == Money(2263, "usd")


def test_an_order_gives_back_the_sum_of_its_lines() -> None:
    weeks = [Cancellable(475 + week, Money(47501, "usd"), SENDS_AT + timedelta(weeks=week)) for week in range(4)]
    now = datetime(2020, 1, 22, tzinfo=UTC)
    assert [outcome(week, TERMS, now).percent for week in weeks] == [50, 100, 100, 100]
    assert refund_of(weeks, TERMS, now, "usd") == Money(23751 + 3 * 47501, "usd")
    assert refund_of([], TERMS, now, "usd") == Money(0, "usd")
    with pytest.raises(MixedCurrencies):
        refund_of(weeks, TERMS, now, "gbp")


@given(
    st.integers(0, 10**8),
    st.datetimes(datetime(2019, 12, 1), datetime(2020, 2, 10)),  # noqa: DTZ001  # Hypothesis takes naive bounds
    st.timedeltas(timedelta(0), timedelta(days=30)),
)
def test_waiting_never_brings_more_back_and_nothing_brings_more_than_was_paid(
    paid: int, moment: datetime, wait: timedelta
) -> None:
    line = Cancellable(475, Money(paid, "usd"), SENDS_AT)
    now = moment.replace(tzinfo=UTC)
    sooner, later = outcome(line, TERMS, now), outcome(line, TERMS, now + wait)
    assert Money(0, "usd") <= later.refund <= sooner.refund <= line.paid


@given(st.datetimes(datetime(2019, 12, 1), datetime(2020, 2, 1)))  # noqa: DTZ001  # Hypothesis takes naive bounds
def test_the_last_day_printed_is_the_last_day(moment: datetime) -> None:
    result = outcome(LINE, TERMS, moment.replace(tzinfo=UTC))
    if result.last_day is not None:
        assert cancelled(LINE, result.last_day, time(23, 59, 59)).percent == result.percent
        assert cancelled(LINE, result.last_day + timedelta(days=1), time(0)).percent < result.percent


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (
            date(2020, 1, 17),
            f"Issue 475: you get all $450 back, because it is sent in 16 days. {UNTIL} Sunday 19 January 2020, {ZONE}.",
        ),
        (
            date(2020, 1, 24),
            f"Issue 475: {HALF} back, because it is sent in 9 days. {UNTIL} Sunday 26 January 2020, {ZONE}.",
        ),
        (date(2020, 1, 30), "Issue 475: nothing is refunded, because it is sent in 3 days."),
        (date(2020, 2, 1), "Issue 475: nothing is refunded, because it is sent in 1 day."),
        (date(2020, 2, 2), "Issue 475: nothing is refunded, because it is sent today."),
        (date(2020, 2, 3), "Issue 475: nothing is refunded, because it was sent already."),
    ],
)
def test_the_buyer_reads_what_happens_to_the_money(day: date, words: str) -> None:
    assert sentence(cancelled(LINE, day, time(9)), LONDON) == words


def test_a_refused_or_free_line_has_its_own_sentence() -> None:
    refused = Cancellable(475, Money(45000, "usd"), SENDS_AT, refused=True)
    assert sentence(cancelled(refused, SUNDAY), LONDON).endswith("You are not charged for what we don’t run.")
    free = Cancellable(475, Money(0, "usd"), SENDS_AT)
    assert sentence(cancelled(free, SUNDAY), LONDON) == "Issue 475: nothing was paid, so nothing is refunded."


def test_a_ladder_that_gives_something_to_the_last_holds_until_sending() -> None:
    terms = Terms(LONDON, (Rung(7, 100), Rung(0, 25)))
    words = sentence(cancelled(LINE, SUNDAY, time(9, 59), terms), LONDON)
    assert words == (
        "Issue 475: you get $112.50 of the $450 paid (25%) back, because it is sent today. This holds until it is sent."
    )
    assert cancelled(LINE, SUNDAY, time(10), terms).percent == 0


def test_a_ladder_without_a_last_rung_gives_nothing_below_it() -> None:
    assert cancelled(LINE, SUNDAY - timedelta(days=3), terms=Terms(LONDON, (Rung(7, 100),))).percent == 0


def test_the_ladder_reads_as_policy() -> None:
    assert policy(DEFAULT_LADDER) == [
        "Cancel 14 days or more before sending: you get everything back.",
        "Cancel 7 to 13 days before sending: you get half back.",
        "Cancel 0 to 6 days before sending: nothing is refunded.",
        "Copy that we refuse to run is always refunded in full.",
    ]
    assert policy([Rung(8, 75), Rung(7, 25)])[:2] == [
        "Cancel 8 days or more before sending: you get 75% back.",
        "Cancel 7 days before sending: you get 25% back.",
    ]


@pytest.mark.parametrize(
    ("ladder", "says"),
    [
        ([], "Add it"),
        ([Rung(14, 100)], "Add it"),
        ([Rung(14, 101), Rung(0, 0)], "0 to 100 percent"),
        ([Rung(14, 100), Rung(0, -1)], "0 to 100 percent"),
        ([Rung(400, 100), Rung(0, 0)], "0 to 365 days"),
        ([Rung(7, 100), Rung(14, 50), Rung(0, 0)], "fewer days"),
        ([Rung(14, 50), Rung(7, 50), Rung(0, 0)], "gives less"),
    ],
)
def test_a_ladder_that_contradicts_itself_is_refused(ladder: list[Rung], says: str) -> None:
    with pytest.raises(RuleNotUsable, match=says):
        check_ladder(ladder)


def test_the_default_ladder_holds() -> None:
    check_ladder(DEFAULT_LADDER)


def test_a_moved_line_keeps_the_terms_it_had() -> None:
    moved = replace(LINE, most=50)
    early, late = cancelled(moved, date(2020, 1, 1)), cancelled(moved, date(2020, 1, 30))
    assert (early.percent, early.refund, late.percent) == (50, Money(22500, "usd"), 0)
    said = sentence(early, LONDON)
    assert said.startswith(f"Issue 475: {HALF} back, because that was the most when it was moved. {UNTIL}")


def test_moving_in_the_last_days_gives_nothing_back_later() -> None:
    result = cancelled(replace(LINE, most=0), date(2020, 1, 1))
    assert result.refund == Money(0, "usd")
    assert sentence(result, LONDON) == "Issue 475: nothing is refunded, because that was the most when it was moved."


def test_refused_copy_is_refunded_in_full_even_when_it_was_moved() -> None:
    assert cancelled(replace(LINE, most=0, refused=True), date(2020, 1, 1)).refund == LINE.paid
