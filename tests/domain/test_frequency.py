"""Several sponsor weeks cost less, each line knows its own price, and the hint is true."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.domain.errors import NothingChosen, RuleNotUsable
from booking.domain.frequency import DEFAULT_STEPS, Line, Step, check_steps, percent_for, policy, quote
from booking.domain.money import Money, total
from booking.domain.money_refusals import MixedCurrencies
from booking.domain.states import PlacementKind

SPONSOR, JOB, EVENT = PlacementKind.SPONSOR, PlacementKind.JOB, PlacementKind.EVENT
FIVE_HUNDRED = Money(50000, "usd")


def dollars(whole: int) -> Money:
    """Return whole dollars."""
    return Money(whole * 100, "usd")


def sponsor_weeks(count: int, price: Money = FIVE_HUNDRED) -> list[Line]:
    """Return `count` sponsor weeks from issue 814 on, $500 each."""
    return [Line(slot, SPONSOR, 814 + slot, price) for slot in range(count)]


def test_three_weeks_pay_the_rate_card_and_hear_of_the_fourth() -> None:
    quoted = quote(sponsor_weeks(3))
    assert (quoted.subtotal, quoted.discount, quoted.total) == (dollars(1500), dollars(0), dollars(1500))
    assert quoted.percent == 0
    assert quoted.hint == "One more week and all of them cost 5% less: you would save $100."


def test_four_weeks_cost_five_percent_less() -> None:
    quoted = quote(sponsor_weeks(4))
    assert (quoted.weeks, quoted.percent) == (4, 5)
    assert (quoted.subtotal, quoted.discount, quoted.total) == (dollars(2000), dollars(100), dollars(1900))
    assert [line.net for line in quoted.lines] == [dollars(475)] * 4
    assert quoted.hint == "Nine more weeks and all of them cost 10% less: you would save $650."


def test_a_single_week_before_a_step_knows_what_it_would_save() -> None:
    saved = [quote(sponsor_weeks(weeks)).one_more for weeks in (2, 3, 4, 12, 13)]
    assert saved == [None, dollars(100), None, dollars(650), None]


def test_a_quarter_has_the_best_price() -> None:
    quoted = quote(sponsor_weeks(13))
    assert quoted.total == dollars(5850)
    assert quoted.hint == "You have the best price: 10% off saves you $650."


def test_a_long_way_to_the_next_step_is_written_in_figures() -> None:
    assert quote(sponsor_weeks(1), [Step(14, 10)]).hint.startswith("13 more weeks and")
    assert quote(sponsor_weeks(1), [Step(13, 10)]).hint.startswith("Twelve more weeks and")


def test_without_steps_there_is_no_discount_and_no_hint() -> None:
    quoted = quote(sponsor_weeks(20), [])
    assert (quoted.percent, quoted.discount, quoted.hint) == (0, dollars(0), "")


def test_job_ads_neither_count_nor_get_cheaper() -> None:
    jobs = [Line(100 + week, JOB, 814 + week, dollars(250)) for week in range(5)]
    alone = quote(jobs)
    assert (alone.weeks, alone.percent, alone.total, alone.hint) == (0, 0, dollars(1250), "")
    mixed = quote([*jobs, *sponsor_weeks(4), Line(200, EVENT, 820, dollars(300))])
    assert mixed.discount == dollars(100)
    assert all(bool(line.discount) == (line.line.kind is SPONSOR) for line in mixed.lines)


def test_two_sponsor_slots_of_one_issue_are_one_week() -> None:
    lines = [*sponsor_weeks(3), Line(99, SPONSOR, 814, dollars(500))]
    assert quote(lines).weeks == 3
    assert quote(lines).percent == 0


def test_the_next_weeks_are_reckoned_at_the_price_of_the_latest_issue() -> None:
    lines = [Line(1, SPONSOR, 900, dollars(600)), Line(2, SPONSOR, 814, dollars(500))]
    assert quote(lines, [Step(3, 10)]).hint == "One more week and all of them cost 10% less: you would save $170."


def test_a_free_week_is_quoted_at_nothing() -> None:
    quoted = quote(sponsor_weeks(4, dollars(0)))
    assert quoted.total == dollars(0)


def test_an_empty_basket_is_refused() -> None:
    with pytest.raises(NothingChosen):
        quote([])


def test_a_basket_in_two_currencies_is_refused() -> None:
    with pytest.raises(MixedCurrencies):
        quote([*sponsor_weeks(1), Line(9, JOB, 814, Money(100, "gbp"))])


lines_of_any_basket = st.lists(
    st.builds(
        Line,
        st.integers(0, 10**6),
        st.sampled_from(PlacementKind),
        st.integers(1, 30),
        st.builds(Money, st.integers(0, 300_000), st.just("usd")),
    ),
    min_size=1,
    max_size=40,
)
any_steps = st.lists(st.builds(Step, st.integers(2, 30), st.integers(1, 99)), max_size=4)


@given(lines_of_any_basket, any_steps)
def test_the_lines_add_up_to_the_total_to_the_cent(lines: list[Line], steps: list[Step]) -> None:
    quoted = quote(lines, steps)
    eligible = total((line.price for line in lines if line.kind is SPONSOR), "usd")
    assert [line.line for line in quoted.lines] == lines
    assert quoted.discount == eligible.share(quoted.percent)
    assert total((line.net for line in quoted.lines), "usd") == quoted.total
    for line in quoted.lines:
        exact = line.line.price.amount * quoted.percent / 100 if line.line.kind is SPONSOR else 0
        assert abs(line.discount.amount - exact) < 2
        assert Money.zero("usd") <= line.net <= line.line.price


@given(st.integers(0, 60), any_steps)
def test_more_weeks_never_mean_less_discount(weeks: int, steps: list[Step]) -> None:
    assert percent_for(weeks, steps) <= percent_for(weeks + 1, steps)


@given(st.integers(1, 20), st.integers(1, 200_000))
def test_the_saving_in_the_hint_is_what_the_next_step_saves(weeks: int, cents: int) -> None:
    price = Money(cents, "usd")
    further = next((step.weeks for step in DEFAULT_STEPS if step.weeks > weeks), weeks)
    assert str(quote(sponsor_weeks(further, price)).discount) in quote(sponsor_weeks(weeks, price)).hint


@pytest.mark.parametrize(
    ("steps", "says"),
    [
        ([Step(1, 5)], "at least 2 weeks"),
        ([Step(4, 0)], "1 to 90 percent"),
        ([Step(4, 91)], "1 to 90 percent"),
        ([Step(4, 5), Step(4, 6)], "more weeks and more percent"),
        ([Step(4, 5), Step(5, 5)], "more weeks and more percent"),
    ],
)
def test_steps_that_contradict_are_refused(steps: list[Step], says: str) -> None:
    with pytest.raises(RuleNotUsable, match=says):
        check_steps(steps)


def test_the_default_steps_hold_and_read_as_policy() -> None:
    check_steps(DEFAULT_STEPS)
    check_steps([])
    assert policy(DEFAULT_STEPS)[0] == "Book 4 weeks or more at once and each costs 5% less."
