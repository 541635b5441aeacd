"""The upkeep that ends holds meets buyers who pay at that very moment."""

from __future__ import annotations

import threading

import pytest
from flask import Flask

from booking.domain.states import BookingState
from booking.services import lapsing, paying
from tests.scenarios import books
from tests.support.databases import Database
from tests.support.factories import NOW, make_order
from tests.support.statements import heard
from tests.support.till import Till, later

pytestmark = pytest.mark.usefixtures("session")

OVER = later(NOW, minutes=46)
"""The lease of a hold that is being paid ends 45 minutes after *Pay* was pressed."""


@pytest.mark.scenario(11)
def test_a_hold_that_is_paid_while_the_upkeep_looks_at_it_does_not_lapse(
    till: Till, app: Flask, database: Database
) -> None:
    if database.dialect == "sqlite":
        pytest.skip("on SQLite one act writes at a time, so nothing comes in between")
    with till.at(NOW):
        order = make_order()
        paying.start_payment(order.public_id, NOW)
        till.pay(order)
    session_id, began = till.session_of(order), threading.Event()

    def fold() -> None:
        with app.app_context():
            paying.sync_session(session_id)

    def pay_first(statement: str) -> None:
        if statement.startswith("UPDATE slot") and not began.is_set():
            began.set()
            webhook = threading.Thread(target=fold)
            webhook.start()
            webhook.join(20)

    with till.at(OVER), heard(pay_first):
        assert lapsing.lapse_run_out(OVER) == 0
    assert began.is_set()
    assert books.states() == [BookingState.CONFIRMED]
    assert books.letters() == {"booked": 1}
