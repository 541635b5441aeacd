"""Lists as Stripe gives them: newest first, in pages, from a cursor, within a span of time."""

from __future__ import annotations

import json
from typing import Any

from booking.stripe_simulator.errors import invalid
from booking.stripe_simulator.store import Json, public
from booking.stripe_simulator.world import World

COMPARISONS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
PAGING = ("limit", "starting_after", "ending_before", "expand")


def page_of(world: World, kind: str, url: str, params: Json, **also: Any) -> Json:
    """One page of the objects of a kind. Every parameter that is not about paging filters the field of its name."""
    filters = {name: value for name, value in {**params, **also}.items() if name not in PAGING and value is not None}
    conditions, values = where(filters)
    backwards = "ending_before" in params
    for cursor, comparison in (("starting_after", "<"), ("ending_before", ">")):
        if cursor in params:
            conditions.append(f"seq {comparison} ?")
            values.append(place(world, kind, params[cursor], cursor))
    limit = size(params)
    rows = world.store.rows(
        f"SELECT body FROM object WHERE kind = ? AND {' AND '.join(conditions)}"
        f" ORDER BY seq {'ASC' if backwards else 'DESC'} LIMIT ?",
        (kind, *values, limit + 1),
    )
    found = [public(json.loads(row["body"])) for row in rows[:limit]]
    return envelope(found[::-1] if backwards else found, len(rows) > limit, url)


def where(filters: Json) -> tuple[list[str], list[Any]]:
    """SQL conditions and their values for filters of equality, of a span, or of a set."""
    conditions, values = ["1"], list[Any]()
    for name, value in filters.items():
        field = f"json_extract(body, '$.{name}')"
        if isinstance(value, dict):
            conditions += [f"{field} {COMPARISONS[word]} ?" for word in value]
            values += value.values()
        elif isinstance(value, list):
            conditions.append(f"{field} IN ({', '.join('?' * len(value))})")
            values += value
        else:
            conditions.append(f"{field} = ?")
            values.append(value)
    return conditions, values


def place(world: World, kind: str, key: str, param: str) -> int:
    """Where a cursor stands. Raises StripeError when it names no object of the kind."""
    found = world.store.rows("SELECT seq FROM object WHERE id = ? AND kind = ?", (key, kind))
    if not found:
        raise invalid(f"No such {kind}: '{key}'", param, "resource_missing")
    return int(found[0]["seq"])


def size(params: Json) -> int:
    """The number of objects on a page: 1 to 100, 10 by default."""
    limit = int(params.get("limit", 10))
    if not 1 <= limit <= 100:
        raise invalid("This value must be between 1 and 100 (inclusive).", "limit", "parameter_invalid_integer")
    return limit


def cut(found: list[Json], url: str, params: Json) -> Json:
    """A page of a list that is held within another object."""
    start = 0
    if "starting_after" in params:
        start = next((at + 1 for at, entry in enumerate(found) if entry["id"] == params["starting_after"]), len(found))
    chosen = found[start : start + size(params)]
    return envelope([public(entry) for entry in chosen], start + len(chosen) < len(found), url)


def envelope(data: list[Json], more: bool, url: str) -> Json:
    """The object that Stripe calls a list."""
    return {"object": "list", "data": data, "has_more": more, "url": url}
