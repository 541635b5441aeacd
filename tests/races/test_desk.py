"""The editor and buyers reach for the same place, or the same booking, at the same moment."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from booking.db import db
from booking.domain.states import BookingState
from booking.models import Booking, Order, Refund
from booking.services import paying
from tests.races.conftest import Race
from tests.support.factories import NOW, buyer, choice, make_editor, make_issue, make_order, slot_of
from tests.support.paid import paid
from tests.support.till import Till

pytestmark = pytest.mark.usefixtures("session")

OTHERS = ("Harbour Rail", "Quarry Labs", "Plainsong")


def test_a_place_that_editor_and_buyers_want_at_once_goes_to_one_of_them(race: Race, till: Till) -> None:
    with till.at(NOW):
        make_issue(503)
        slot, editor = slot_of(503), make_editor().id
        gifts = [("give", slot.id, f"gift-{n}", editor) for n in range(3)]
        holds = [("hold", f"key-of-{name}", name, [(503, "sponsor", slot.price)]) for name in OTHERS]
        outcomes = race.all_at_once(gifts + holds)
    assert sorted(str(one).split()[0] for one in outcomes)[:5] == ["SlotTaken"] * 5
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Order)) == 1


def test_two_bookings_that_move_to_one_week_at_once_both_stand_afterwards(race: Race, till: Till) -> None:
    with till.at(NOW):
        make_issue(506)
        [first], [second] = paid(till, choice(500)), paid(till, choice(501))
        outcomes = race.all_at_once([("move", first.id, 505), ("move", second.id, 505)])
    assert sorted(outcomes) == ["SlotTaken", "moved"]
    states = db.session.scalars(sa.select(Booking.state)).all()
    assert states == [BookingState.CONFIRMED] * 2


def test_two_bookings_that_change_places_at_once_keep_their_own(race: Race, till: Till) -> None:
    with till.at(NOW):
        make_issue(506)
        [first], [second] = paid(till, choice(502)), paid(till, choice(503))
        outcomes = race.all_at_once([("move", first.id, 503), ("move", second.id, 502)])
    assert "SlotTaken" in outcomes
    places = db.session.scalars(sa.select(Booking.slot_id)).all()
    assert len(set(places)) == 2


@pytest.mark.scenario(16)
@pytest.mark.parametrize("first", [500, 502, 504])
def test_a_place_taken_back_while_its_payment_lands_is_booked_or_refunded(race: Race, till: Till, first: int) -> None:
    with till.at(NOW):
        make_issue(506)
        order, editor = make_order(choice(first), choice(first + 1)), make_editor().id
        paying.start_payment(order.public_id, NOW)
        session, slot = till.session_of(order), slot_of(first)
        till.pay(order)
        outcomes = race.all_at_once([("sync_session", session), ("take_back", slot.id, editor)] * 2)
        assert not [one for one in outcomes if str(one).startswith("!")]
        paying.sync_session(session)
    db.session.rollback()
    states = db.session.scalars(sa.select(Booking.state).order_by(Booking.id)).all()
    refunds = db.session.scalars(sa.select(Refund.amount)).all()
    if "taken back" in outcomes:
        assert (states, refunds) == ([BookingState.UNPLACED, BookingState.CONFIRMED], [50_000])
    else:
        assert (states, refunds) == ([BookingState.CONFIRMED] * 2, [])
        assert outcomes.count("SlotSold") == 2


@pytest.mark.scenario(19)
def test_editors_who_cancel_at_once_make_one_refund(race: Race, till: Till) -> None:
    with till.at(NOW):
        make_issue(506)
        [booking] = paid(till, choice(505))
        editors = [make_editor(f"editor-{n}@quietpager.example").id for n in range(4)]
        outcomes = race.all_at_once([("cancel", booking.id, editor) for editor in editors])
    assert sorted(outcomes) == ["WrongState"] * 3 + ["cancelled"]
    assert db.session.scalars(sa.select(Refund.amount)).all() == [50_000]
    assert till.balance() == 0


def test_a_booking_that_moves_and_is_cancelled_at_once_leaves_no_place_behind(race: Race, till: Till) -> None:
    with till.at(NOW):
        make_issue(506)
        [booking] = paid(till, choice(504))
        editor = make_editor().id
        outcomes = race.all_at_once([("move", booking.id, 505), ("cancel", booking.id, editor)])
        assert outcomes[1] == "cancelled"
        assert {slot_of(number).booking_id for number in (504, 505)} == {None}
        make_order(choice(504), choice(505), by=buyer("Harbour Rail", "jobs@harbour.example"))
