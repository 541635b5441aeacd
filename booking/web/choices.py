"""A ticked week as it travels in addresses and forms: "814-sponsor-50000", with the price that the buyer saw."""

from __future__ import annotations

import re
from collections.abc import Iterable

from booking.domain.errors import UnknownSlot
from booking.domain.states import PlacementKind
from booking.services.choosing import Choice
from booking.services.queries.calendar import COMING

FORM = re.compile(rf"([0-9]{{1,9}})-({'|'.join(PlacementKind)})-([0-9]{{1,8}})", re.ASCII)


MOST = COMING * len(PlacementKind)
"""Places on the calendar, each ticked. Pages are remembered by what was chosen, so a pile would stay in memory."""


def value_of(issue: int, kind: PlacementKind, price: int) -> str:
    """What the checkbox of a place sends."""
    return f"{issue}-{kind.value}-{price}"


def chosen(values: Iterable[str]) -> tuple[Choice, ...]:
    """The choices behind what was sent, each place once, in the order of their issues.

    Raises `UnknownSlot` for anything that no page of ours sends, a pile of choices included.
    """
    found: dict[tuple[int, PlacementKind], Choice] = {}
    for value in values:
        match = FORM.fullmatch(value)
        if match is None:
            raise UnknownSlot
        choice = Choice(int(match[1]), PlacementKind(match[2]), int(match[3]))
        found[choice.issue, choice.kind] = choice
        if len(found) > MOST:
            raise UnknownSlot
    return tuple(sorted(found.values(), key=lambda choice: (choice.issue, choice.kind)))
