"""The paid invoice that a session makes for its buyer when `invoice_creation` is on."""

from __future__ import annotations

from booking.stripe_simulator.store import Json
from booking.stripe_simulator.world import World


def make(world: World, session: Json) -> None:
    """Make the paid invoice of a session, if it wants one."""
    if session["invoice_creation"]["enabled"]:
        session["invoice"] = None
