"""Measures two things in turns, so that whatever else the machine does hits both, and reports a ratio."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from time import monotonic
from typing import TypedDict

FEWEST = 3
ENOUGH = 8.0
"""Rounds that a median needs, and seconds after which there is no further one."""


class Row(TypedDict):
    """One line of the table and of build/bench.json."""

    name: str
    value: float
    unit: str
    target: float
    holds: bool


@dataclass(frozen=True, slots=True)
class Pairs:
    """What each round gave: first the floor, then ours."""

    rounds: tuple[tuple[float, float], ...]

    @property
    def ratio(self) -> float:
        """Ours in terms of the floor: the median of the rounds."""
        return median(ours / floor for floor, ours in self.rounds)

    def note(self, unit: str) -> str:
        """The figures behind the ratio, and how far its rounds lie apart."""
        floor, ours = (median(column) for column in zip(*self.rounds, strict=True))
        ratios = sorted(ours / floor for floor, ours in self.rounds)
        return f"{floor:.3g} and {ours:.3g} {unit}; rounds from {ratios[0]:.2f} to {ratios[-1]:.2f}"


def in_turns(rounds: int, floor: Callable[[], float], ours: Callable[[], float]) -> Pairs:
    """Measure the floor and ours in turns, so often at most, and no more than three times on a machine that is slow."""
    measured: list[tuple[float, float]] = []
    began = monotonic()
    while len(measured) < rounds and (len(measured) < FEWEST or monotonic() < began + ENOUGH):
        measured.append((floor(), ours()))
    return Pairs(tuple(measured))


def at_least(name: str, value: float, unit: str, target: float) -> Row:
    """A row that holds when the value reaches the target."""
    return {"name": name, "value": round(value, 3), "unit": unit, "target": target, "holds": value >= target}


def at_most(name: str, value: float, unit: str, target: float) -> Row:
    """A row that holds when the value stays within the target."""
    return {"name": name, "value": round(value, 3), "unit": unit, "target": target, "holds": value <= target}
