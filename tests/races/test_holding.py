"""Twelve buyers want the same thing at the same moment."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from booking.db import db
from booking.models import Advertiser, Booking, Order, Slot, User
from tests.races.conftest import Race
from tests.support.factories import NOW, make_issue, slot_of
from tests.support.till import Till

pytestmark = pytest.mark.usefixtures("session")

SPONSOR = (500, "sponsor", 50_000)
JOB = (500, "job", 25_000)


def count(model: type) -> int:
    db.session.rollback()
    return db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


@pytest.mark.scenario(1)
def test_one_of_twelve_gets_the_sponsor_slot_and_the_others_leave_no_trace(race: Race, till: Till) -> None:
    make_issue(500)
    with till.at(NOW):
        outcomes = race.all_at_once([("hold", f"key-{n}", f"Company {n}", [SPONSOR]) for n in range(12)])
    assert sorted(one.split()[0] for one in outcomes) == ["SlotTaken"] * 11 + ["held"]
    assert [count(model) for model in (Order, Booking, Advertiser, User)] == [1, 1, 1, 1]


@pytest.mark.scenario(1)
def test_control_looking_first_sells_the_slot_to_several(race: Race, till: Till) -> None:
    make_issue(500)
    with till.at(NOW):
        outcomes = race.all_at_once([("hold_after_looking", slot_of(500).id)] * 12)
    assert outcomes.count("held") > 1


@pytest.mark.scenario(1)
def test_five_of_twelve_get_the_five_job_slots(race: Race, till: Till) -> None:
    make_issue(500)
    with till.at(NOW):
        outcomes = race.all_at_once([("hold", f"key-{n}", f"Company {n}", [JOB]) for n in range(12)])
    assert sorted(one.split()[0] for one in outcomes) == ["SlotTaken"] * 7 + ["held"] * 5
    taken = db.session.scalars(sa.select(Slot.ordinal).where(Slot.booking_id.is_not(None)).order_by(Slot.ordinal))
    assert list(taken) == [1, 2, 3, 4, 5]


@pytest.mark.scenario(2)
def test_twelve_clicks_of_one_form_are_one_order(race: Race, till: Till) -> None:
    make_issue(500)
    with till.at(NOW):
        outcomes = race.all_at_once([("hold", "the-same-key", "Ledgerline", [SPONSOR])] * 12)
    assert len(set(outcomes)) == 1
    assert [count(model) for model in (Order, Booking)] == [1, 1]


@pytest.mark.scenario(1)
def test_orders_for_the_same_weeks_in_other_orders_never_block_each_other(race: Race, till: Till) -> None:
    make_issue(507)
    weeks = [(number, "sponsor", 50_000) for number in range(500, 508)]
    with till.at(NOW):
        outcomes = race.all_at_once(
            [("hold", f"key-{n}", f"Company {n}", weeks if n % 2 else weeks[::-1]) for n in range(12)]
        )
    assert sorted(one.split()[0] for one in outcomes) == ["SlotTaken"] * 11 + ["held"]
    assert [count(model) for model in (Order, Booking)] == [1, 8]
