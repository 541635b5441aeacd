"""Money adds up, refuses what it cannot count, and never loses a cent."""

from contextlib import suppress

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from booking.domain.money import MOST, Money, currency_code, exponent, total
from booking.domain.money_refusals import AmountNotUsable, CurrencyNotSold, MixedCurrencies

amounts = st.integers(min_value=-MOST, max_value=MOST)
currencies = st.sampled_from(["usd", "gbp", "eur", "jpy", "chf"])
monies = st.builds(Money, amounts, st.just("usd"))


@pytest.mark.parametrize(
    ("money", "words"),
    [
        (Money(45000, "usd"), "$450"),
        (Money(45050, "usd"), "$450.50"),
        (Money(5, "usd"), "$0.05"),
        (Money(120000, "gbp"), "£1,200"),
        (Money(-50, "eur"), "-€0.50"),
        (Money(0, "usd"), "$0"),
        (Money(1200, "jpy"), "¥1,200"),
        (Money(99_999_999, "usd"), "$999,999.99"),
    ],
)
def test_money_prints_as_people_write_it(money: Money, words: str) -> None:
    assert str(money) == words
    assert f"{money}" == words


def test_a_currency_is_kept_in_upper_case_however_it_arrives() -> None:
    assert Money(1, "USD") == Money(1, "usd")
    assert Money(1, "usd").currency == "USD"


@pytest.mark.parametrize("currency", ["", "us", "usdx", "u$d", "kwd", "ÄÖÜ", "ßa", "x" * 5000])
def test_a_currency_that_cannot_be_counted_is_refused(currency: str) -> None:
    with pytest.raises(CurrencyNotSold) as refused:
        currency_code(currency)
    assert len(str(refused.value)) < 200


@pytest.mark.parametrize("amount", [4.5, 450.0, True, "450", None])
def test_only_a_whole_number_of_minor_units_is_money(amount: object) -> None:
    with pytest.raises(TypeError):
        Money(amount, "usd")  # type: ignore[arg-type]  # what an unchecked caller would pass


def test_a_float_never_multiplies_money() -> None:
    with pytest.raises(TypeError):
        Money(100, "usd") * 0.95  # type: ignore[operator]  # what an unchecked caller would pass


@given(monies, monies, monies)
def test_money_adds_up_like_integers(one: Money, two: Money, three: Money) -> None:
    assert (one + two) + three == one + (two + three)
    assert one + two - two == one
    assert one + -one == Money.zero("usd")
    assert total([one, two, three], "usd").amount == one.amount + two.amount + three.amount
    assert (one < two) == (one.amount < two.amount)
    assert (one <= two) == (one.amount <= two.amount)
    assert (one > two) == (one.amount > two.amount)
    assert (one >= two) == (one.amount >= two.amount)
    assert bool(one) == (one.amount != 0)
    assert one * 3 == one + one + one


def test_nothing_adds_up_to_zero_of_its_currency() -> None:
    assert total([], "gbp") == Money(0, "gbp")


def test_currencies_do_not_mix() -> None:
    dollars, pounds = Money(1, "usd"), Money(1, "gbp")
    for mix in (
        lambda: dollars + pounds,
        lambda: dollars - pounds,
        lambda: dollars < pounds,
        lambda: dollars <= pounds,
        lambda: total([pounds], "usd"),
    ):
        with pytest.raises(MixedCurrencies):
            mix()
    assert dollars != pounds


@given(amounts, st.integers(min_value=0, max_value=100))
def test_a_share_and_its_rest_differ_from_the_whole_by_no_more_than_a_cent(amount: int, percent: int) -> None:
    money = Money(amount, "usd")
    shared, rest = money.share(percent), money.share(100 - percent)
    assert abs((shared + rest - money).amount) <= 1
    assert 200 * abs(shared.amount) - 100 <= 2 * abs(amount) * percent <= 200 * abs(shared.amount) + 100
    assert (-money).share(percent) == -shared


def test_half_a_cent_goes_to_the_buyer() -> None:
    assert Money(45, "usd").share(50) == Money(23, "usd")
    assert Money(-45, "usd").share(50) == Money(-23, "usd")


@given(amounts, st.lists(st.integers(min_value=0, max_value=10**6), min_size=1, max_size=60))
def test_a_split_never_loses_a_cent(amount: int, weights: list[int]) -> None:
    assume(sum(weights) > 0)
    parts = Money(amount, "usd").split(weights)
    assert total(parts, "usd") == Money(amount, "usd")
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part.amount * sum(weights) - amount * weight) < sum(weights)
        assert weight or not part


def test_an_uneven_split_gives_the_odd_cent_to_the_earliest_largest_remainder() -> None:
    assert [part.amount for part in Money(100, "usd").split([1, 1, 1])] == [34, 33, 33]
    assert [part.amount for part in Money(-100, "usd").split([1, 1, 1])] == [-34, -33, -33]
    assert [part.amount for part in Money(5, "usd").split([1, 2])] == [2, 3]


@pytest.mark.parametrize("weights", [[], [0], [0, 0], [2, -1], [-1]])
def test_weights_that_divide_nothing_are_refused(weights: list[int]) -> None:
    with pytest.raises(ValueError, match="split"):
        Money(100, "usd").split(weights)


@given(st.integers(min_value=0, max_value=MOST), currencies)
def test_what_is_printed_can_be_typed_again(amount: int, currency: str) -> None:
    money = Money(amount, currency)
    assert Money.parse(str(money), currency) == money


@pytest.mark.parametrize(
    ("text", "amount"),
    [("12.50", 1250), ("12.5", 1250), ("450", 45000), ("1,200", 120000), (" $450 ", 45000), ("$ 7", 700), ("0", 0)],
)
def test_an_amount_is_read_as_people_type_it(text: str, amount: int) -> None:
    assert Money.parse(text, "usd") == Money(amount, "usd")


@pytest.mark.parametrize(
    "text",
    ["", " ", "-5", "+5", "12,50", "1,2,3", "1e3", "12.", ".5", "£5", "five", "١٢", "9" * 30, "1 000", "nan", "1_000"],
)
def test_what_is_not_an_amount_is_refused_with_a_hint(text: str) -> None:
    with pytest.raises(AmountNotUsable) as refused:
        Money.parse(text, "usd")
    assert str(refused.value).endswith(".")
    assert len(str(refused.value)) < 140


def test_more_decimals_than_the_currency_has_are_refused() -> None:
    with pytest.raises(AmountNotUsable, match="at most 2 decimals"):
        Money.parse("12.505", "usd")
    with pytest.raises(AmountNotUsable, match="at most 0 decimals"):
        Money.parse("12.5", "jpy")
    assert Money.parse("12", "jpy") == Money(12, "jpy")


def test_more_than_stripe_charges_is_refused() -> None:
    assert Money.parse("999,999.99", "usd").amount == MOST
    with pytest.raises(AmountNotUsable, match=r"The most we can charge at once is \$999,999\.99"):
        Money.parse("1,000,000", "usd")


def test_currencies_without_cents_have_none() -> None:
    assert (exponent("jpy"), exponent("USD")) == (0, 2)


@given(st.text(max_size=40))
def test_any_text_is_either_an_amount_or_refused(text: str) -> None:
    with suppress(AmountNotUsable):
        assert 0 <= Money.parse(text, "usd").amount <= MOST
