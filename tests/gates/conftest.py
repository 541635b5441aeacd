"""Where the gates begin: at the journeys' newsletter, or at the gallery behind a real port."""

from __future__ import annotations

import pytest

from booking.stripe_simulator import Simulator
from tests.journeys.conftest import a_newsletter_on_a_monday

__all__ = ["a_newsletter_on_a_monday"]


@pytest.fixture
def gallery_server(live_server: str, simulator: Simulator) -> str:
    """The address of an app that hears nothing from Stripe.

    The demo fetches what it paid; its hundreds of events, all at once, would only keep the pages waiting.
    """
    simulator.world.dials.app_webhook = None
    return live_server
