"""A basket as it is printed: a line for each place, the discount, the total, and what one more week would save."""

from __future__ import annotations

from dataclasses import dataclass

from booking.domain.localtime import spell_date
from booking.domain.money import Money
from booking.services.queries.basket import Basket


@dataclass(frozen=True, slots=True)
class Sum:
    """What templates/components/order.html takes: (label, amount) pairs and sentences."""

    lines: list[tuple[str, str, str]]
    """(what, amount, its date spelled out): nobody shall buy the wrong week."""
    discount: tuple[str, str] | None
    total: str
    hint: str
    count_text: str


def printed(basket: Basket, currency: str) -> Sum:
    """The sum of a basket; of an empty one, nothing in the newsletter's currency."""
    quote = basket.quote
    if quote is None:
        return Sum([], None, str(Money.zero(currency)), "", "Tick the weeks you want")
    saved = quote.discount
    discount = (f"{quote.weeks} weeks, {quote.percent}% less", f"−{saved}") if saved else None
    more = f", one more saves {quote.one_more}" if quote.one_more else f", {saved} saved" if saved else ""
    lines = [
        (f"{line.name}, issue {line.issue}", str(line.price), spell_date(line.publishes_on)) for line in basket.lines
    ]
    return Sum(lines, discount, str(quote.total), quote.hint, f"{len(basket.lines)} chosen{more}")
