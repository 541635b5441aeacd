"""An issue is frozen while its last payments land."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from booking.db import db
from booking.domain.states import BookingState, PlacementKind
from booking.models import Booking, Slot
from booking.services import paying, refunding
from tests.races.conftest import Race
from tests.support.factories import NOW, buyer, choice, make_editor, make_issue, make_order, slot_of
from tests.support.till import Till

pytestmark = pytest.mark.usefixtures("session")

JOBS = 10


@pytest.mark.scenario(14)
def test_ten_payments_that_land_during_a_freeze_are_in_the_issue_or_refunded(race: Race, till: Till) -> None:
    with till.at(NOW):
        make_issue(500)
        orders = [
            make_order(choice(500 + n // 5, PlacementKind.JOB), by=buyer(f"Company {n}", f"desk{n}@company.example"))
            for n in range(JOBS)
        ]
        for order in orders:
            paying.start_payment(order.public_id, NOW)
            till.pay(order)
        sessions = [till.session_of(order) for order in orders]
        editor_id = make_editor().id
        acts: list[tuple[object, ...]] = [("sync_session", session) for session in sessions]
        acts[3:3] = [("freeze", 500, editor_id)]
        acts[8:8] = [("freeze", 501, editor_id)]
        race.all_at_once(acts)
        refunding.submit_waiting(NOW)
        db.session.rollback()
        found = db.session.execute(sa.select(Booking.state, Slot.booking_id == Booking.id).join(Booking.slot)).all()
        confirmed = [state for state, _ in found if state is BookingState.CONFIRMED]
        assert all(sold for state, sold in found if state is BookingState.CONFIRMED)
        assert {state for state, _ in found} <= {BookingState.CONFIRMED, BookingState.UNPLACED}
        assert till.balance() == 25_000 * len(confirmed)


@pytest.mark.scenario(14)
def test_control_looking_at_the_issue_first_sells_into_a_frozen_one(race: Race, till: Till) -> None:
    with till.at(NOW):
        make_issue(500)
        slot_id = slot_of(500).id
        outcomes = race.run(("confirm_after_looking", slot_id), ("freeze", 500, make_editor().id))
        assert outcomes == ["confirmed", "frozen"]
        locked = db.session.scalar(sa.select(Slot.locked).where(Slot.id == slot_id, Slot.block_reason != ""))
    assert locked, "it was written although the issue had frozen"
