"""What a hold takes, what it refuses, and what becomes of the buyer's earlier tries."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
import sqlalchemy as sa
from flask_sqlalchemy.session import Session
from sqlalchemy.orm import scoped_session

from booking.db import db, transaction
from booking.domain.errors import CoolingOff, HoldLapsed, NothingChosen, SlotTaken, TooManyChosen
from booking.domain.states import BookingState
from booking.models import Advertiser, Booking, Order, User
from booking.services import choosing, holding, ordered
from booking.services.buyers import new_user, user_for
from tests.support.factories import NOW, buyer, choice, make_issue, make_order, slot_of, wish
from tests.support.till import later

Db = scoped_session[Session]

RIVAL = buyer("Northwind Rail", "jobs@northwind.example")


def states(order: Order) -> dict[int, BookingState]:
    """Each booking's state by the number of its issue."""
    db.session.rollback()
    rows = db.session.scalars(sa.select(Booking).where(Booking.order_id == order.id))
    return {booking.slot.issue.number: booking.state for booking in rows}


def orders() -> int:
    db.session.rollback()
    return db.session.query(Order).count()


def test_an_order_of_nothing_is_refused(session: Db) -> None:
    with pytest.raises(NothingChosen):
        holding.hold(wish(), NOW)
    assert orders() == 0


def test_more_slots_than_one_order_has_room_for_are_refused(session: Db) -> None:
    make_issue()
    with pytest.raises(TooManyChosen, match="40"):
        holding.hold(wish(*[choice()] * 41), NOW)
    assert orders() == 0


def test_a_buyer_who_held_a_slot_over_and_over_waits_and_others_need_not(session: Db) -> None:
    make_issue()
    for begin, end in ((0, 10), (35, 40)):
        order = make_order(choice(), now=later(NOW, minutes=begin))
        holding.give_up(order.public_id, later(NOW, minutes=end))
    with pytest.raises(CoolingOff, match="24 minutes"):
        make_order(choice(), now=later(NOW, minutes=46))
    rival = make_order(choice(), by=RIVAL, now=later(NOW, minutes=46))
    holding.give_up(rival.public_id, later(NOW, minutes=50))
    with pytest.raises(CoolingOff):
        make_order(choice(), now=later(NOW, minutes=69))
    again = make_order(choice(), now=later(NOW, minutes=70))
    assert slot_of().booking_id == again.bookings[0].id


def test_the_claim_decides_and_not_the_look_before_it(session: Db, monkeypatch: pytest.MonkeyPatch) -> None:
    make_issue()
    late = wish(choice())
    seen_free = choosing.look(late.choices, late.request_key, late.buyer.address)
    db.session.rollback()
    rival = make_order(choice(), by=RIVAL)
    monkeypatch.setattr(holding, "look", lambda *_asked: seen_free)
    with pytest.raises(SlotTaken):
        holding.hold(late, NOW)
    assert orders() == 1
    assert slot_of().booking_id == rival.bookings[0].id


def test_what_another_tab_wrote_meanwhile_is_read_at_the_second_try(session: Db) -> None:
    make_issue(501)
    order = make_order(choice(500))
    tries = iter([new_user, user_for])

    @holding.until_decided(holding.find)
    @transaction
    def write(asked: holding.Wish, _found: holding.Found, now: datetime) -> int:
        return next(tries)(asked.buyer.address, "Press desk", now).id

    assert write(wish(choice(501)), NOW) == order.user_id
    assert db.session.query(User).count() == 1


def test_what_the_first_of_two_clicks_made_is_found_after_giving_back(session: Db) -> None:
    make_issue(501)
    before = make_order(choice(500))
    again = replace(wish(choice(501)), replaces=(before.public_id,))
    first = holding.hold(again, NOW)
    # What the second click looked at while the first was under way.
    looked = holding.Found(None, None, [], None)
    held = transaction(holding.take_slots)(again, looked, NOW)
    assert (held.public_id, held.rows) == (first, [])


def test_choosing_again_gives_back_what_is_still_held_of_an_order_that_lost_a_week(session: Db) -> None:
    make_issue(502)
    first = make_order(choice(500), choice(501))
    rival = make_order(choice(500), by=RIVAL, now=later(NOW, minutes=16))
    assert states(first) == {500: BookingState.LAPSED, 501: BookingState.HELD}
    holding.hold(replace(wish(choice(502)), replaces=(first.public_id,)), later(NOW, minutes=17))
    assert states(first) == {500: BookingState.LAPSED, 501: BookingState.LAPSED}
    assert states(rival) == {500: BookingState.HELD}
    assert slot_of(501).booking_id is None


def test_an_order_whose_slot_is_somebody_elses_is_not_held(session: Db) -> None:
    order = make_order()
    (line,) = ordered.held_order(order.public_id).lines
    assert line.lease.until == later(NOW, minutes=15)
    make_order(choice(), by=RIVAL, now=later(NOW, minutes=15))
    with pytest.raises(HoldLapsed):
        ordered.held_order(order.public_id)


def test_a_vat_number_that_is_given_later_is_kept_with_the_advertiser(session: Db) -> None:
    make_issue(502)
    numbers = []
    for number, vat in enumerate(("", "GB123456789", "")):
        make_order(choice(500 + number), by=replace(buyer(), vat_number=vat))
        numbers.append(db.session.scalars(sa.select(Advertiser.vat_number)).one())
    assert numbers == ["", "GB123456789", "GB123456789"]
