"""`expand[]`: ids replaced by the objects they name, and the parts that Stripe includes only on request."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from booking.stripe_simulator.errors import invalid
from booking.stripe_simulator.listing import cut
from booking.stripe_simulator.store import Json, public
from booking.stripe_simulator.world import World


def session_lines(world: World, session: Json) -> Json:
    """The `line_items` of a session."""
    return cut(lines_of(world, session), f"/v1/checkout/sessions/{session['id']}/line_items", {"limit": 100})


def lines_of(world: World, session: Json) -> list[Json]:
    """The lines of a session in their order."""
    stored = world.store.get("checkout.session", session["id"])
    return list(stored["_lines"]) if stored else []


def session_breakdown(world: World, session: Json) -> Json:
    """The `total_details` of a session with its `breakdown`."""
    stored = world.store.get("checkout.session", session["id"])
    breakdown = stored["_breakdown"] if stored else {"discounts": [], "taxes": []}
    return {**session["total_details"], "breakdown": breakdown}


def charge_refunds(world: World, charge: Json) -> Json:
    """The `refunds` of a charge, newest first."""
    found = world.store.select("refund", "json_extract(body, '$.charge') = ?", (charge["id"],))
    return cut(found[::-1], f"/v1/charges/{charge['id']}/refunds", {})


def invoice_payments(world: World, invoice: Json) -> Json:
    """The `payments` of an invoice."""
    found = world.store.select("invoice_payment", "json_extract(body, '$.invoice') = ?", (invoice["id"],))
    return cut(found[::-1], "/v1/invoice_payments", {})


def customer_tax_ids(world: World, customer: Json) -> Json:
    """The `tax_ids` of a customer."""
    found = world.store.select("tax_id", "json_extract(body, '$.customer') = ?", (customer["id"],))
    return cut(found[::-1], f"/v1/customers/{customer['id']}/tax_ids", {})


INCLUDED: dict[tuple[str, str], Callable[[World, Json], Json]] = {
    ("checkout.session", "line_items"): session_lines,
    ("checkout.session", "total_details"): session_breakdown,
    ("charge", "refunds"): charge_refunds,
    ("invoice", "payments"): invoice_payments,
    ("customer", "tax_ids"): customer_tax_ids,
}
"""What is left out until somebody asks for it."""


def expand(world: World, answer: Json, paths: list[str]) -> Json:
    """An answer with every path expanded. Raises StripeError for a path that cannot be, or is deeper than four."""
    for path in paths:
        steps = path.split(".")
        if len(steps) > 4 + (steps[0] == "data"):
            raise invalid("You cannot expand more than 4 levels of a property", "expand")
        follow(world, answer, steps, path)
    return answer


def follow(world: World, here: Json, steps: list[str], path: str) -> None:
    """Expand one path below one object, in place."""
    name, rest = steps[0], steps[1:]
    maker = INCLUDED.get((here.get("object", ""), name))
    if maker and not (isinstance(here.get(name), dict) and "breakdown" in here[name]):
        here[name] = maker(world, here)
    elif name not in here and name != "breakdown":
        raise invalid(f"This property cannot be expanded ({path}).", "expand")
    here[name] = opened(world, here.get(name))
    inside = here[name] if isinstance(here[name], list) else [here[name]]
    if rest:
        for entry in inside:
            if isinstance(entry, dict):
                follow(world, entry, rest, path)


def opened(world: World, value: Any) -> Any:
    """The object that an id names; lists are opened entry by entry; anything else stays."""
    if isinstance(value, str):
        found = world.store.anything(value)
        return public(found) if found else value
    if isinstance(value, list):
        return [opened(world, entry) for entry in value]
    return value
