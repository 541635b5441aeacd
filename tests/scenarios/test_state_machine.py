"""The state machine of slots and money, run on each database."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from booking.db import db
from tests.fixtures import put_back
from tests.scenarios.machine import Shop
from tests.support.databases import Database
from tests.support.till import Till

STEPS = 40


@pytest.mark.usefixtures("session")
def test_no_order_of_events_breaks_an_invariant(
    app: Flask, database: Database, till: Till, webhooks: Callable[[], list[int]]
) -> None:
    def empty() -> None:
        db.session.remove()
        put_back(app, database)

    class ThisShop(Shop):
        pass

    ThisShop.till, ThisShop.deliver, ThisShop.empty = till, staticmethod(webhooks), staticmethod(empty)
    profile = settings.default
    assert profile is not None
    # The default profile is for every change; `make sure` asks for 200 examples and --hypothesis-profile for thousands.
    examples = profile.max_examples if profile.max_examples > 100 else 5
    run_state_machine_as_test(
        ThisShop,
        settings=settings(
            profile, max_examples=examples, stateful_step_count=STEPS, suppress_health_check=list(HealthCheck)
        ),
    )
