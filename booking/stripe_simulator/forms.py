"""Stripe's bracketed forms: `line_items[0][price_data][currency]=usd` becomes nested dictionaries of text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TypeAlias
from urllib.parse import parse_qsl

from booking.stripe_simulator.errors import invalid

Raw: TypeAlias = "str | dict[str, Raw]"

NAME = re.compile(r"^([^\[\]]+)((?:\[[^\[\]]*\])*)$")
PARTS = re.compile(r"\[([^\[\]]*)\]")


def decode(encoded: str) -> dict[str, Raw]:
    """A query string or form body as nested dictionaries; lists become dictionaries with the keys "0", "1", ..."""
    return nest(parse_qsl(encoded, keep_blank_values=True))


def nest(pairs: Iterable[tuple[str, str]]) -> dict[str, Raw]:
    """Bracketed names and their values, nested. Raises StripeError for a name that is both a value and a group."""
    form: dict[str, Raw] = {}
    for name, value in pairs:
        place(form, split(name), value, name)
    return form


def split(name: str) -> list[str]:
    """`a[b][0]` as ["a", "b", "0"]; a name that is not bracketed properly stays whole (and is unknown later)."""
    match = NAME.match(name)
    return [match[1], *PARTS.findall(match[2])] if match else [name]


def place(form: dict[str, Raw], path: list[str], value: str, name: str) -> None:
    """Put one value at its path; an empty bracket appends."""
    here = form
    for part in path[:-1]:
        inner = here.setdefault(part, {})
        if not isinstance(inner, dict):
            raise invalid(f"Invalid object: {name}", name)
        here = inner
    last = path[-1] or str(len(here))
    if isinstance(here.get(last), dict):
        raise invalid(f"Invalid object: {name}", name)
    here[last] = value
