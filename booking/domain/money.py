"""Money as a value: whole minor units and a currency, so that no amount is ever a float or loses a cent."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Final

from babel.numbers import format_currency

from booking.domain.money_refusals import AmountNotUsable, CurrencyNotSold, MixedCurrencies

ZERO_DECIMAL: Final = frozenset(
    {"BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"}
)
"""Currencies that Stripe counts in whole units (https://docs.stripe.com/currencies#zero-decimal)."""

THREE_DECIMAL: Final = frozenset({"BHD", "JOD", "KWD", "OMR", "TND"})
"""Currencies of three decimals; not sold, because Stripe takes only some of their amounts."""

MOST: Final = 99_999_999
"""The largest amount that Stripe charges, in minor units (https://docs.stripe.com/currencies#minimum-and-maximum)."""


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units (45000 is $450) and its ISO 4217 currency, kept in upper case: "USD".

    Raises `CurrencyNotSold` for a currency that cannot be counted and `TypeError` for an amount that is not an int.
    """

    amount: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.amount) is not int:
            raise TypeError(f"Money is counted in whole minor units, not {self.amount!r}")
        object.__setattr__(self, "currency", currency_code(self.currency))

    @classmethod
    def zero(cls, currency: str) -> Money:
        """Return no money in `currency`."""
        return cls(0, currency)

    @classmethod
    def parse(cls, text: str, currency: str) -> Money:
        """Read what a person typed: "12.50", "1,200", "$450". Never negative.

        Raises `AmountNotUsable` for anything else, also for more decimals than the currency has or above `MOST`.
        """
        code = currency_code(currency)
        symbol = format_currency(0, code, "¤", locale="en", currency_digits=False)
        bare = text.strip().removeprefix(symbol).strip()
        match = re.fullmatch(r"([0-9]{1,9}|[0-9]{1,3}(?:,[0-9]{3}){1,2})(?:\.([0-9]+))?", bare)
        if match is None:
            raise AmountNotUsable(text[:40])
        decimals = match[2] or ""
        if len(decimals) > exponent(code):
            raise AmountNotUsable(text[:40], f"Write it with at most {exponent(code)} decimals.")
        amount = int(match[1].replace(",", "") + decimals.ljust(exponent(code), "0"))
        if amount > MOST:
            raise AmountNotUsable(text[:40], f"The most we can charge at once is {cls(MOST, code)}.")
        return cls(amount, code)

    def __add__(self, other: Money) -> Money:
        return Money(self.amount + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.amount - self._same(other), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.amount, self.currency)

    def __mul__(self, times: int) -> Money:
        return Money(self.amount * times, self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.amount < self._same(other)

    def __le__(self, other: Money) -> bool:
        return self.amount <= self._same(other)

    def __bool__(self) -> bool:
        return self.amount != 0

    def share(self, percent: int) -> Money:
        """Return `percent` hundredths of this, to the nearest minor unit; a half rounds away from zero.

        Both shares that the app takes, discounts and refunds, are the buyer's: the half cent is theirs.
        """
        half_up = (2 * abs(self.amount) * percent + 100) // 200
        return Money(half_up if self.amount >= 0 else -half_up, self.currency)

    def split(self, weights: Sequence[int]) -> list[Money]:
        """Divide this in proportion to `weights` (not negative, not all 0); the parts add up to this exactly.

        Minor units that do not divide go to the largest remainders, the earliest first. Raises `ValueError` for
        weights that nothing can be divided by.
        """
        whole = sum(weights)
        if whole <= 0 or min(weights) < 0:
            raise ValueError(f"Money cannot be split by {list(weights)}")
        exact = [Fraction(abs(self.amount) * weight, whole) for weight in weights]
        parts = [int(part) for part in exact]
        by_remainder = sorted(range(len(parts)), key=lambda i: parts[i] - exact[i])
        for i in by_remainder[: abs(self.amount) - sum(parts)]:
            parts[i] += 1
        sign = 1 if self.amount >= 0 else -1
        return [Money(sign * part, self.currency) for part in parts]

    def __str__(self) -> str:
        """Return "$450", "$450.50" or "£1,200": decimals only where there are any."""
        return _printed(self.amount, self.currency)

    def _same(self, other: Money) -> int:
        if other.currency != self.currency:
            raise MixedCurrencies(self.currency, other.currency)
        return other.amount


def total(amounts: Iterable[Money], currency: str) -> Money:
    """Add up `amounts`, which may be none at all. Raises `MixedCurrencies` when one is not in `currency`."""
    return sum(amounts, start=Money.zero(currency))


# Every sum of money is checked, and few newsletters know more than one currency.
@lru_cache(maxsize=64)
def currency_code(text: str) -> str:
    """Return the ISO 4217 code in upper case; Stripe's "usd" is our "USD".

    Raises `CurrencyNotSold` when it is no code, or one of three decimals.
    """
    if re.fullmatch("[A-Za-z]{3}", text) is None or text.upper() in THREE_DECIMAL:
        raise CurrencyNotSold(text[:40])
    return text.upper()


def exponent(currency: str) -> int:
    """Return how many decimals the currency has: 0 or 2."""
    return 0 if currency.upper() in ZERO_DECIMAL else 2


# The storefront prints the same few prices in every row; formatting by locale costs more than the rest of a row.
@lru_cache(maxsize=4096)
def _printed(amount: int, currency: str) -> str:
    digits = exponent(currency)
    pattern = "¤#,##0." + "0" * digits if amount % 10**digits else "¤#,##0"
    return format_currency(Decimal(amount).scaleb(-digits), currency, pattern, locale="en", currency_digits=False)
