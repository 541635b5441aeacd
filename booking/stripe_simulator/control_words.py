"""What the control plane's acts share: their one refusal, and finding the object that is meant."""

from __future__ import annotations

from booking.stripe_simulator.store import Json
from booking.stripe_simulator.world import World


class NotPossible(Exception):
    """The control plane was asked for something that cannot be; the text says what can."""


def the(world: World, kind: str, key: str) -> Json:
    """The object of a kind that an id means, directly or by the session or intent it belongs to."""
    found = world.store.anything(key)
    if found is not None and found["object"] != kind:
        found = world.store.anything(related(world, kind, found))
    if found is None or found["object"] != kind:
        raise NotPossible(f"There is no {kind} for {key}.")
    return found


def related(world: World, kind: str, found: Json) -> str:
    """The id of the object of a kind that belongs to another."""
    if found["object"] == "invoice":
        paid = world.store.select("invoice_payment", "json_extract(body, '$.invoice') = ?", (found["id"],))
        found = {"payment_intent": paid[-1]["payment"]["payment_intent"]} if paid else {}
    if kind == "checkout.session":
        sessions = world.store.select(kind, "json_extract(body, '$.payment_intent') = ?", (found.get("id"),))
        return sessions[0]["id"] if sessions else ""
    intent = found.get("payment_intent")
    if kind == "charge" and intent:
        found = world.store.anything(intent) or {}
    names = {"payment_intent": "payment_intent", "charge": "latest_charge"}
    return found.get(names.get(kind, ""), "") or ""
