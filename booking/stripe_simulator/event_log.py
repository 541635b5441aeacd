"""Events through the API: snapshots under /v1, thin ones under /v2."""

from __future__ import annotations

from booking.stripe_simulator import deliveries, events
from booking.stripe_simulator.errors import StripeError, invalid
from booking.stripe_simulator.listing import page_of
from booking.stripe_simulator.store import Json, public
from booking.stripe_simulator.world import World

KEPT_FOR = 30 * 24 * 60 * 60
"""Seconds for which Stripe lists events."""


def retrieve(world: World, params: Json, key: str) -> Json:
    """`GET /v1/events/{id}`."""
    return current(world, public(world.need("event", key, "id", in_path=True)))


def listed(world: World, params: Json) -> Json:
    """`GET /v1/events`, newest first; `type` may end in a star, `types` names up to twenty."""
    flat = {name: value for name, value in params.items() if name != "types"}
    if "type" in params and "types" in params:
        raise invalid("You may only specify one of these parameters: type, types.", "types")
    if flat.get("type", "").endswith(".*"):
        flat["type"] = types_like(world, flat["type"])
    elif "types" in params:
        flat["type"] = params["types"]
    flat["created"] = {"gt": world.now() - KEPT_FOR, **flat.get("created", {})}
    page = page_of(world, "event", "/v1/events", flat)
    page["data"] = [current(world, event) for event in page["data"]]
    return page


def types_like(world: World, pattern: str) -> list[str]:
    """The event types that begin as a pattern does before its star."""
    rows = world.store.rows("SELECT DISTINCT json_extract(body, '$.type') AS type FROM object WHERE kind = 'event'")
    return [row["type"] for row in rows if row["type"].startswith(pattern[:-1])] or ["none"]


def current(world: World, event: Json) -> Json:
    """An event with the number of deliveries that still wait."""
    return event | {"pending_webhooks": deliveries.open_for(world, event["id"])}


def retrieve_thin(world: World, params: Json, key: str) -> Json:
    """`GET /v2/core/events/{id}`. Its refusal has the newer form of /v2."""
    found = events.thin_event(world, key)
    if found is None:
        raise StripeError(f"Event {key} not found.", status=404, stored=False, code="not_found", type="not_found")
    return found
