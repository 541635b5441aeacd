"""Every refusal reads as one or two whole English sentences and survives the way to another process."""

import copy
import inspect
from dataclasses import fields

import pytest

from booking.domain import copy_refusals, desk_refusals, errors, money_refusals
from booking.domain.errors import PriceChanged, Refusal, SlotClosed, SlotTaken, WrongState
from booking.domain.money import Money
from booking.domain.money_refusals import AmountNotUsable

SAMPLES: dict[str, object] = {"str": "Word.", "int": 475, "Money": Money(45000, "usd")}

MODULES = (errors, money_refusals, copy_refusals, desk_refusals)
REFUSALS = [
    kind
    for module in MODULES
    for _, kind in inspect.getmembers(module, inspect.isclass)
    if issubclass(kind, Refusal) and kind.__module__ == module.__name__
]


def sample(kind: type[Refusal]) -> Refusal:
    """Build one refusal of `kind` from its declared fields alone."""
    return kind(**{field.name: SAMPLES[str(field.type)] for field in fields(kind)})


@pytest.mark.parametrize("kind", REFUSALS, ids=lambda kind: kind.__name__)
def test_a_refusal_is_a_sentence_of_a_known_kind(kind: type[Refusal]) -> None:
    refusal = sample(kind)
    assert "{" not in str(refusal)
    assert str(refusal)[0].isupper() or str(refusal)[0] in "“$"
    assert str(refusal).endswith(".")
    assert refusal.kind in {"invalid", "conflict", "missing", "forbidden"}


@pytest.mark.parametrize("kind", REFUSALS, ids=lambda kind: kind.__name__)
def test_a_refusal_crosses_a_process_whole(kind: type[Refusal]) -> None:
    refusal = sample(kind)
    again = copy.copy(refusal)
    assert type(again) is kind
    assert str(again) == str(refusal)
    assert vars(again) == vars(refusal)


def test_a_taken_slot_names_what_went() -> None:
    assert str(SlotTaken("Sponsor", 475)) == "Sponsor, issue 475, has just gone to someone else. Choose another week."


def test_a_closed_slot_says_why() -> None:
    assert "its booking deadline has passed" in str(SlotClosed("Sponsor", 475))
    assert "it is blocked" in str(SlotClosed("Sponsor", 475, reason="it is blocked"))


def test_a_changed_price_names_both_prices() -> None:
    refusal = PriceChanged("Sponsor", 475, old=Money(45000, "usd"), new=Money(50000, "usd"))
    assert "now costs $500 instead of $450" in str(refusal)


def test_a_wrong_state_names_the_move() -> None:
    assert str(WrongState("booking", "ran", "held")).startswith("This booking cannot go from ran to held.")


def test_braces_in_what_was_typed_are_harmless() -> None:
    assert "{0}{x}" in str(AmountNotUsable("{0}{x}"))
