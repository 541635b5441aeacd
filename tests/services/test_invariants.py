"""Each invariant finds what it forbids, and the doctor says so. What constraints refuse anyway cannot be made here."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_sqlalchemy.session import Session
from sqlalchemy.orm import scoped_session

from booking import clock
from booking.db import db
from booking.domain.states import Actor
from booking.models import IssueItem
from booking.services import freezing
from booking.services.booking_steps import By
from booking.services.invariants import INVARIANTS, check
from tests.support.copy import SPONSOR_WORDS, approved, submitted
from tests.support.factories import NOW, choice, make_editor, make_order, make_paid_order
from tests.support.till import Till

pytestmark = [pytest.mark.usefixtures("session"), pytest.mark.breaks_invariants]

EXTRA_EVENT = """INSERT INTO booking_event (booking_id, seq, from_state, to_state, actor, reason, at)
    SELECT id, version + 1, 'confirmed', 'cancelled', 'system', '', created_at FROM booking WHERE state = 'confirmed'"""

KEPT = """INSERT INTO ledger (at, source_kind, source_id, leg, debit, credit, amount, currency, order_id)
    SELECT at, 'booking', source_id, 'unsold', 'revenue', 'receivable', 1, currency, order_id
    FROM ledger WHERE source_kind = 'booking'"""

BREACHES = {
    "I1": "UPDATE slot SET booking_id = NULL WHERE booking_id IS NOT NULL AND held_until IS NULL",
    "I2": "UPDATE slot SET held_until = NULL, hold_hard_until = NULL WHERE held_until IS NOT NULL",
    "I3": "UPDATE payment SET refund_reserved = 1",
    "I4": "UPDATE payment SET disposition = 'duplicate'",
    "I5": "UPDATE payment SET amount = amount + 1",
    "I6": EXTRA_EVENT,
    "I8": "UPDATE outbox SET created_at = '2026-02-20 09:00:00'",
}


@pytest.fixture
def sound(session: scoped_session[Session], till: Till) -> None:
    """A sold slot and a held one, with nothing wrong about them."""
    with till.at(NOW):
        make_paid_order(till)
        make_order(choice(501))
        assert check(NOW) == []
    session.rollback()


@pytest.mark.usefixtures("sound")
@pytest.mark.parametrize(("name", "statement"), [*sorted(BREACHES.items()), ("I4", KEPT)])
def test_a_breach_is_told_in_one_sentence(name: str, statement: str) -> None:
    db.session.execute(sa.text(statement))
    db.session.commit()
    [said] = check(NOW)
    assert said.startswith(f"{name}: ")
    assert said.endswith(".")


def test_an_item_that_nobody_approved_is_told(till: Till) -> None:
    with till.at(NOW):
        order = make_paid_order(till)
        by = By(Actor.EDITOR, NOW, make_editor().id)
        [booking] = order.bookings
        approved(booking, by=by)
        # Written after the approval: the approved words stay live, and are frozen.
        unread = submitted(booking, words=replace(SPONSOR_WORDS, body="Other words that nobody has read yet."))
        freezing.freeze(500, by)
        assert check(NOW) == []
        db.session.execute(sa.update(IssueItem).values(revision_id=unread.id))
        db.session.commit()
        assert [said.partition(":")[0] for said in check(NOW)] == ["I7"]


def test_every_invariant_was_broken() -> None:
    assert {*BREACHES, "I7"} == set(INVARIANTS)


@pytest.mark.usefixtures("sound")
def test_the_doctor_ends_with_1_and_a_sentence_for_each_breach(app: Flask) -> None:
    run = app.test_cli_runner().invoke
    with clock.frozen_at(NOW):
        well = run(args=["doctor", "--invariants"])
        db.session.execute(sa.text(BREACHES["I3"]))
        db.session.commit()
        ill = run(args=["doctor", "--invariants"])
    assert (well.exit_code, well.output) == (0, "All 8 invariants hold.\n")
    assert ill.exit_code == 1
    assert ill.output.startswith("I3: Payment ")
