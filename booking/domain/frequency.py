"""The frequency discount: several weeks of sponsorship at once cost less, and a quote says so line by line.

What counts: different issues with a sponsor slot in this one order. Job ads and sponsored events neither count nor
get cheaper; neighbouring newsletters give a quarter's discount on sponsorship only. Two sponsor slots of one issue
are one week, and both get the discount.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from booking.domain.errors import NothingChosen, RuleNotUsable
from booking.domain.money import Money, total
from booking.domain.states import PlacementKind

DISCOUNTED = PlacementKind.SPONSOR
NUMBERS = ("One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven", "Twelve")


@dataclass(frozen=True, slots=True)
class Step:
    """From `weeks` weeks on, `percent` off every one of them."""

    weeks: int
    percent: int


DEFAULT_STEPS = (Step(4, 5), Step(13, 10))
"""Neighbouring newsletters give 5% for a quarter and 10% for more. Here a month of weeks earns the first step already:
it is within reach of whoever tries the newsletter out."""


@dataclass(frozen=True, slots=True)
class Line:
    """One slot of a basket at its price on the rate card. `slot` is the caller's id for it."""

    slot: int
    kind: PlacementKind
    issue: int
    price: Money


@dataclass(frozen=True, slots=True)
class QuotedLine:
    """A line with its own part of the discount, so that it can be refunded on its own to the cent."""

    line: Line
    discount: Money

    @property
    def net(self) -> Money:
        """What the buyer pays for this line."""
        return self.line.price - self.discount


@dataclass(frozen=True, slots=True)
class Quote:
    """A basket worked out. `percent` is the discount reached, `hint` the sentence about the next step, or "";
    `one_more` is what a single week more would save in all, None when the next step is farther or there is none.
    """

    lines: tuple[QuotedLine, ...]
    weeks: int
    percent: int
    hint: str
    one_more: Money | None = None

    @property
    def subtotal(self) -> Money:
        """The sum of the rate card's prices."""
        return total((quoted.line.price for quoted in self.lines), self._currency)

    @property
    def discount(self) -> Money:
        """What the buyer saves in all."""
        return total((quoted.discount for quoted in self.lines), self._currency)

    @property
    def total(self) -> Money:
        """What the buyer pays in all."""
        return self.subtotal - self.discount

    @property
    def _currency(self) -> str:
        return self.lines[0].line.price.currency


def quote(lines: Sequence[Line], steps: Sequence[Step] = DEFAULT_STEPS) -> Quote:
    """Work out a basket. The discount is rounded once, on the sum, and spread over its lines without losing a cent.

    Raises `NothingChosen` for an empty basket and `MixedCurrencies` when its prices are not in one currency.
    """
    if not lines:
        raise NothingChosen
    currency = lines[0].price.currency
    total((line.price for line in lines), currency)
    eligible = [line for line in lines if line.kind is DISCOUNTED]
    weeks = len({line.issue for line in eligible})
    percent = percent_for(weeks, steps)
    whole = total((line.price for line in eligible), currency)
    # Lines without a discount weigh nothing; a basket of free weeks has nothing to split.
    weights = [line.price.amount if line.kind is DISCOUNTED else 0 for line in lines]
    parts = whole.share(percent).split(weights) if whole else [whole] * len(lines)
    quoted = tuple(QuotedLine(line, part) for line, part in zip(lines, parts, strict=True))
    ahead = _next_step(eligible, weeks, steps)
    one_more = ahead.saves if ahead and ahead.missing == 1 else None
    return Quote(quoted, weeks, percent, _hint(ahead, whole, percent), one_more)


def percent_for(weeks: int, steps: Sequence[Step]) -> int:
    """Return the percentage off for `weeks` weeks: that of the highest step reached, or 0."""
    return max((step.percent for step in steps if step.weeks <= weeks), default=0)


def check_steps(steps: Sequence[Step]) -> None:
    """Raise `RuleNotUsable` unless each step asks for more weeks than the one before and gives more."""
    for step in steps:
        if step.weeks < 2 or not 1 <= step.percent <= 90:
            raise RuleNotUsable("A discount step needs at least 2 weeks and 1 to 90 percent. Change the step.")
    for lower, higher in pairwise(steps):
        if higher.weeks <= lower.weeks or higher.percent <= lower.percent:
            raise RuleNotUsable("Each discount step needs more weeks and more percent than the one above it.")


def policy(steps: Sequence[Step]) -> list[str]:
    """Return one sentence for each step, for the rate card."""
    return [f"Book {step.weeks} weeks or more at once and each costs {step.percent}% less." for step in steps]


@dataclass(frozen=True, slots=True)
class _Ahead:
    """The next step: how many weeks it takes, what it gives, and what it would save in all."""

    missing: int
    percent: int
    saves: Money


def _next_step(eligible: Sequence[Line], weeks: int, steps: Sequence[Step]) -> _Ahead | None:
    """Work the next step out, taking further weeks at the price of the latest issue chosen."""
    further = next((step for step in sorted(steps, key=lambda step: step.weeks) if step.weeks > weeks), None)
    if not eligible or further is None:
        return None
    latest = max(eligible, key=lambda line: line.issue).price
    missing = further.weeks - weeks
    whole = total((line.price for line in eligible), latest.currency) + latest * missing
    return _Ahead(missing, further.percent, whole.share(further.percent))


def _hint(ahead: _Ahead | None, whole: Money, percent: int) -> str:
    """Say what the next step would save, or that there is no better price."""
    if ahead is None:
        return f"You have the best price: {percent}% off saves you {whole.share(percent)}." if percent else ""
    number = NUMBERS[ahead.missing - 1] if ahead.missing <= len(NUMBERS) else str(ahead.missing)
    more = f"{number} more week{'s' * (ahead.missing > 1)}"
    return f"{more} and all of them cost {ahead.percent}% less: you would save {ahead.saves}."
