"""What is put back from memory is what the acts would have left, and an act whose past is unknown is done again."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_sqlalchemy.session import Session
from sqlalchemy.orm import scoped_session

from booking.domain.states import Actor
from booking.models import Advertiser, Base
from booking.services import cancelling
from booking.services.booking_steps import By
from booking.services.buyers import Buyer
from tests.fixtures import put_back
from tests.support.copy import approved, editor_by
from tests.support.databases import Database
from tests.support.factories import NOW, choice, make_editor, make_order, make_paid_order
from tests.support.remembering import at_stripe, remembered, remembered_as_configured
from tests.support.till import Till

Db = scoped_session[Session]

ODD = Buyer("100% of “O'Reilly”, {Inc}", 'Ada \\ "B"', "ada@oreilly.example")


def everything(session: Db, till: Till) -> tuple[object, object]:
    """Every row of the database and of the account at Stripe."""
    tables = Base.metadata.sorted_tables
    rows = {table.name: sorted(map(repr, session.execute(sa.select(table)))) for table in tables}
    session.rollback()
    return rows, at_stripe(till.simulator.world.store)


def test_what_is_remembered_is_what_the_acts_left(app: Flask, database: Database, session: Db, till: Till) -> None:
    stood = []
    for _ in range(2):
        put_back(app, database)
        till.simulator.reset()
        with till.at(NOW):
            order = make_paid_order(till, by=ODD)
            approved(*order.bookings, by=editor_by(make_editor()))
            stood.append(everything(session, till))
            # What comes after it counts on from there, on both sides.
            cancelling.cancel(order.bookings[0].id, By(Actor.EDITOR, NOW), NOW, refused=True)
            assert till.balance() == 0
            assert len(make_order(choice(501)).bookings) == 1
    assert stood[0] == stood[1]


@pytest.fixture
def act(session: Db) -> Callable[[], int]:
    """An act that writes something, and says how often it was really done."""
    done = []

    def make() -> int:
        session.add(Advertiser(name="Harbour Rail", created_at=NOW))
        session.commit()
        done.append(NOW)
        return len(done)

    return make


def test_an_act_is_done_again_after_anybody_has_written(
    app: Flask, database: Database, session: Db, act: Callable[[], int]
) -> None:
    assert remembered(act, act) == 1
    put_back(app, database)
    session.add(Advertiser(name="Somebody else", created_at=NOW))
    session.commit()
    assert remembered(act, act) == 2


def test_an_act_is_remembered_for_what_stood_before_it(
    app: Flask, database: Database, session: Db, act: Callable[[], int]
) -> None:
    assert [remembered(act, act), remembered(act, act)] == [1, 2]
    put_back(app, database)
    assert [remembered(act, act), remembered(act, act)] == [1, 2]
    assert session.scalar(sa.select(sa.func.count()).select_from(Advertiser)) == 2


def test_an_act_is_done_again_where_the_app_is_configured_otherwise(
    app: Flask, database: Database, act: Callable[[], int]
) -> None:
    assert remembered_as_configured(act, act) == 1
    put_back(app, database)
    assert remembered_as_configured(act, act) == 1
    put_back(app, database)
    app.config["BASE_URL"] = "https://elsewhere.example"
    assert remembered_as_configured(act, act) == 2


def test_a_payment_is_made_again_where_stripe_has_another_past(
    app: Flask, database: Database, session: Db, till: Till
) -> None:
    sessions = []
    for past in ("none", "none", "a code", "a dial"):
        put_back(app, database)
        till.simulator.reset()
        if past == "a code":
            till.promotion(10)
        if past == "a dial":
            till.do("/dials", fee_percent=1.0)
        with till.at(NOW):
            sessions.append(till.session_of(make_paid_order(till, by=ODD)))
        assert till.simulator.world.store.get("checkout.session", sessions[-1])
    assert sessions[0] == sessions[1]
    assert len(set(sessions)) == 3
