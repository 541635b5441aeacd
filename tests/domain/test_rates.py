"""The price is that of the newest row that is valid on the date of the issue."""

from datetime import date

import pytest

from booking.domain.money import Money
from booking.domain.rates import Rate, price_on

CARD = [
    Rate("sponsor", Money(50000, "usd"), date(2027, 1, 1)),
    Rate("sponsor", Money(45000, "usd"), date(2026, 1, 1)),
    Rate("job", Money(25000, "usd"), date(2026, 1, 1)),
]


@pytest.mark.parametrize(
    ("placement", "publishes_on", "amount"),
    [
        ("sponsor", date(2026, 12, 31), 45000),
        ("sponsor", date(2027, 1, 1), 50000),
        ("sponsor", date(2030, 1, 1), 50000),
        ("job", date(2027, 1, 3), 25000),
    ],
)
def test_the_newest_valid_row_is_the_price(placement: str, publishes_on: date, amount: int) -> None:
    assert price_on(CARD, placement, publishes_on) == Money(amount, "usd")


def test_a_placement_without_a_valid_row_has_no_price() -> None:
    assert price_on(CARD, "sponsor", date(2025, 12, 31)) is None
    assert price_on(CARD, "event", date(2027, 1, 1)) is None
    assert price_on([], "sponsor", date(2027, 1, 1)) is None


def test_of_two_rows_for_one_day_the_last_is_the_price() -> None:
    corrected = [*CARD, Rate("sponsor", Money(51000, "usd"), date(2027, 1, 1))]
    assert price_on(corrected, "sponsor", date(2027, 1, 3)) == Money(51000, "usd")
