"""The rate card: which price a placement has in the issue of a given date."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from booking.domain.money import Money


@dataclass(frozen=True, slots=True)
class Rate:
    """One row of the rate card: `placement` (its stored key) costs `amount` in issues from `valid_from` on."""

    placement: str
    amount: Money
    valid_from: date


def price_on(rates: Iterable[Rate], placement: str, publishes_on: date) -> Money | None:
    """Return the price of `placement` in the issue of `publishes_on`: the newest row that is valid by then.

    It is the date of the issue that counts, not the day of booking, so a buyer can read next year's price today. None
    when no row is valid yet: the placement is then not for sale in that issue. Of two rows for one day the last wins.
    """
    valid = [rate for rate in rates if rate.placement == placement and rate.valid_from <= publishes_on]
    newest = max((rate.valid_from for rate in valid), default=None)
    return next((rate.amount for rate in reversed(valid) if rate.valid_from == newest), None)
