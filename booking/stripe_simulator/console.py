"""The console at /_sim/: what the simulated account holds, and buttons for what buyers and banks would do."""

from __future__ import annotations

from flask import Blueprint, redirect
from werkzeug.wrappers import Response as AnyResponse

from booking.stripe_simulator import deliveries
from booking.stripe_simulator.pages import account, shown
from booking.stripe_simulator.store import Json
from booking.stripe_simulator.world import World

blueprint = Blueprint("console", __name__)

SHOWN = 30
"""How many of each are listed, newest first."""


@blueprint.get("/")
def front() -> AnyResponse:
    """Whoever opens the bare address wants the console."""
    return redirect("/_sim/", 303)


@blueprint.get("/_sim/")
def console() -> AnyResponse:
    """Everything at a glance."""
    world = account()
    with world.act():
        return shown(
            "console.html",
            None,
            now=world.now(),
            dials=world.dials,
            sessions=latest(world, "checkout.session"),
            payments=[with_charge(world, intent) for intent in latest(world, "payment_intent")],
            invoices=latest(world, "invoice"),
            refunds=latest(world, "refund"),
            disputes=latest(world, "dispute"),
            events=latest(world, "event"),
            deliveries=by_event(world),
        )


def latest(world: World, kind: str) -> list[Json]:
    """The newest objects of a kind."""
    return world.store.select(kind)[::-1][:SHOWN]


def with_charge(world: World, intent: Json) -> Json:
    """A payment with its latest charge."""
    return intent | {"charge": world.store.get("charge", intent["latest_charge"] or "")}


def by_event(world: World) -> dict[str, list[Json]]:
    """The deliveries of each event."""
    found: dict[str, list[Json]] = {}
    for row in world.store.rows("SELECT * FROM delivery ORDER BY id DESC LIMIT ?", (SHOWN * 3,)):
        found.setdefault(row["event"], []).append(deliveries.shown(row))
    return found
