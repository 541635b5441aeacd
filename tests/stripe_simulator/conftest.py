"""A simulator that the whole run shares, emptied for each test, and the unmodified client that talks to it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import stripe

from booking.stripe_simulator import Settings, Simulator
from tests.stripe_simulator.shop import client_of

stripe.enable_telemetry = False


@pytest.fixture(scope="session")
def running() -> Iterator[Simulator]:
    """One simulator for all tests."""
    with Simulator(Settings(retry_after=(0.01, 0.01, 0.01))) as simulator:
        yield simulator


@pytest.fixture
def simulator(running: Simulator) -> Simulator:
    """The simulator with nothing in it."""
    running.reset()
    return running


@pytest.fixture
def client(simulator: Simulator) -> stripe.StripeClient:
    """Stock stripe-python; only the address differs from the real one."""
    return client_of(simulator)
