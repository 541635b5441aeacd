"""Money that comes after the hold has run out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import pytest
import sqlalchemy as sa

from booking import clock
from booking.db import db
from booking.domain.states import Actor, BookingState, LedgerAccount, PaymentDisposition, PlacementKind
from booking.gateways.payments import payments
from booking.models import Order, OutboxMessage, Slot
from booking.services import freezing, holding, lapsing, paying, places
from booking.services.booking_steps import By
from booking.services.payment_sync import sync_refund
from booking.services.refunding_by_hand import RefundWish, refund_by_editor
from tests.scenarios import books
from tests.support.factories import NOW, buyer, choice, make_editor, make_issue, make_order, slot_of, wish
from tests.support.till import BANK_DEBIT, Till, later

pytestmark = pytest.mark.usefixtures("session")

AFTER = later(NOW, minutes=46)
"""The lease of a hold that is being paid ends 45 minutes after *Pay* was pressed."""

RIVAL = buyer("Northwind Rail", "jobs@northwind.example")


def left_at_the_payment_page(till: Till, *choices: holding.Choice) -> Order:
    with till.at(NOW):
        order = make_order(*choices)
        paying.start_payment(order.public_id, NOW)
    return order


def pays_in_time_and_we_hear_of_it_late(till: Till, order: Order) -> None:
    """The session is paid in its last minute; everything that could have told us is down."""
    with till.at(later(NOW, minutes=34)):
        till.pay(order)


def take(number: int, kind: PlacementKind = PlacementKind.SPONSOR) -> str:
    return holding.hold(wish(choice(number, kind), by=RIVAL), clock.now())


@pytest.mark.scenario(5)
def test_a_lapsed_hold_frees_the_slot_at_once_without_any_worker(till: Till) -> None:
    first = left_at_the_payment_page(till)
    with till.at(AFTER):
        second = take(500)
        session = payments().session(till.session_of(first))
    assert books.states(first) == [BookingState.LAPSED]
    assert books.holder(slot_of()) != first.id
    assert books.letters() == {"hold-lapsed": 1}
    assert session.status == "expired"
    assert second != first.public_id


@pytest.mark.scenario(11)
@pytest.mark.parametrize("lapsed_by_upkeep", [True, False])
def test_a_late_payment_gets_its_own_free_slot_at_the_price_held(till: Till, lapsed_by_upkeep: bool) -> None:
    order = left_at_the_payment_page(till)
    pays_in_time_and_we_hear_of_it_late(till, order)
    with till.at(AFTER):
        if lapsed_by_upkeep:
            assert lapsing.lapse_run_out(AFTER) == 1
        paying.sync_session(till.session_of(order))
    assert books.states() == [BookingState.CONFIRMED]
    assert till.payment().amount == 50_000
    assert books.letters()["booked"] == 1
    assert not books.refunds()


@pytest.mark.scenario(12)
def test_a_late_sponsor_whose_slot_is_gone_is_refunded_once_and_the_new_holder_keeps_it(till: Till) -> None:
    order = left_at_the_payment_page(till)
    pays_in_time_and_we_hear_of_it_late(till, order)
    with till.at(AFTER):
        rival = take(500)
        paying.sync_session(till.session_of(order))
        paying.sync_session(till.session_of(order))
        assert till.balance() == 0
    assert books.states(order) == [BookingState.UNPLACED]
    assert books.refunds() == [(50_000, "succeeded")]
    assert till.payment().disposition is PaymentDisposition.UNPLACED
    assert books.letters() == {"hold-lapsed": 1, "slot-gone": 1, "refunded": 1}
    assert books.account(LedgerAccount.REVENUE) == 0
    assert rival


@pytest.mark.scenario(12)
def test_a_late_job_gets_a_sibling_place_of_the_same_issue(till: Till) -> None:
    make_issue(500)
    order = left_at_the_payment_page(till, choice(500, PlacementKind.JOB))
    pays_in_time_and_we_hear_of_it_late(till, order)
    with till.at(AFTER):
        take(500, PlacementKind.JOB)
        paying.sync_session(till.session_of(order))
    assert books.states(order) == [BookingState.CONFIRMED]
    assert books.holder(slot_of(500, PlacementKind.JOB, 2)) == order.id
    assert not books.refunds()


@pytest.mark.scenario(12)
def test_a_sibling_place_that_goes_between_the_look_and_the_taking_is_passed_over(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_issue(500)
    order = left_at_the_payment_page(till, choice(500, PlacementKind.JOB))
    pays_in_time_and_we_hear_of_it_late(till, order)
    look = places.siblings

    def look_and_lose_the_first(slot_id: int, price: int, now: datetime) -> Sequence[int]:
        seen = look(slot_id, price, now)
        assert places.changed(sa.update(Slot).where(Slot.id == seen[0]).values(on_sale=False))
        return seen

    monkeypatch.setattr(places, "siblings", look_and_lose_the_first)
    with till.at(AFTER):
        take(500, PlacementKind.JOB)
        paying.sync_session(till.session_of(order))
    assert books.states(order) == [BookingState.CONFIRMED]
    assert books.holder(slot_of(500, PlacementKind.JOB, 2)) is None
    assert books.holder(slot_of(500, PlacementKind.JOB, 3)) == order.id


@pytest.mark.scenario(12)
def test_of_a_sibling_place_that_costs_less_the_difference_goes_back(till: Till) -> None:
    make_issue(500)
    order = left_at_the_payment_page(till, choice(500, PlacementKind.JOB))
    paid = order.subtotal
    pays_in_time_and_we_hear_of_it_late(till, order)
    with till.at(AFTER):
        take(500, PlacementKind.JOB)
        slot_of(500, PlacementKind.JOB, 2).price = paid + 1
        slot_of(500, PlacementKind.JOB, 3).price = paid - 500
        db.session.commit()
        paying.sync_session(till.session_of(order))
        assert till.balance() == paid - 500
    assert books.states(order) == [BookingState.CONFIRMED]
    assert books.holder(slot_of(500, PlacementKind.JOB, 3)) == order.id, "the second place costs more"
    assert books.refunds() == [(500, "succeeded")]
    assert -books.account(LedgerAccount.REVENUE) == paid - 500


@pytest.mark.scenario(11)
def test_who_overstayed_on_a_slot_that_a_late_payer_gets_back_is_told(till: Till) -> None:
    order = left_at_the_payment_page(till)
    pays_in_time_and_we_hear_of_it_late(till, order)
    with till.at(AFTER):
        rival = take(500)
    with till.at(later(AFTER, minutes=16)):
        paying.sync_session(till.session_of(order))
    theirs = db.session.scalars(sa.select(Order).where(Order.public_id == rival)).one()
    assert (books.states(order), books.states(theirs)) == ([BookingState.CONFIRMED], [BookingState.LAPSED])
    assert books.letters() == {"hold-lapsed": 2, "booked": 1}


@pytest.mark.scenario(12)
def test_of_four_weeks_with_one_gone_three_are_booked_and_that_one_is_refunded(till: Till) -> None:
    make_issue(503)
    order = left_at_the_payment_page(till, *(choice(number) for number in range(500, 504)))
    pays_in_time_and_we_hear_of_it_late(till, order)
    with till.at(AFTER):
        take(502)
        paying.sync_session(till.session_of(order))
        # Four weeks cost 5% less: 190,000 in all, 47,500 each.
        assert till.balance() == 142_500
    assert books.states(order) == [
        BookingState.CONFIRMED,
        BookingState.CONFIRMED,
        BookingState.UNPLACED,
        BookingState.CONFIRMED,
    ]
    assert books.refunds() == [(47_500, "succeeded")]
    assert till.payment().disposition is PaymentDisposition.LATE_APPLIED
    assert -books.account(LedgerAccount.REVENUE) == 142_500
    assert books.account(LedgerAccount.RECEIVABLE) == 0
    assert books.letters()["booked"] == books.letters()["slot-gone"] == 1


@pytest.mark.scenario(12)
@pytest.mark.scenario(20)
@pytest.mark.parametrize("at_the_dashboard", [False, True])
def test_what_was_paid_for_a_lost_week_is_no_revenue_when_its_refund_fails_and_is_made_again(
    till: Till, at_the_dashboard: bool
) -> None:
    make_issue(501)
    order = left_at_the_payment_page(till, choice(500), choice(501))
    pays_in_time_and_we_hear_of_it_late(till, order)
    with till.at(AFTER) as now:
        take(501)
        till.do("/refunds/ahead", status="pending")
        paying.sync_session(till.session_of(order))
        [made] = payments().refunds_since(NOW)
        till.do(f"/refunds/{made.id}/fail")
        sync_refund(made.id)
        assert books.tasks() == ["A refund of $500 failed"]
        if at_the_dashboard:
            again = till.do("/refunds", payment_intent=till.payment().stripe_payment_intent_id, amount=50_000)
            sync_refund(again["id"])
        else:
            wanted = RefundWish("form-1", "500", "Its place was gone.")
            refund_by_editor(order.public_id, wanted, By(Actor.EDITOR, now, make_editor().id))
        assert till.balance() == 50_000
    assert -books.account(LedgerAccount.REVENUE) == 50_000
    assert books.account(LedgerAccount.RECEIVABLE) == books.account(LedgerAccount.REFUNDS) == 0


@pytest.mark.scenario(13)
def test_a_payment_after_the_freeze_is_refunded_and_the_issue_stays_as_it_is(till: Till) -> None:
    order = left_at_the_payment_page(till)
    pays_in_time_and_we_hear_of_it_late(till, order)
    with till.at(AFTER):
        editor = make_editor()
        freezing.freeze(500, By(Actor.EDITOR, AFTER, editor.id))
        paying.sync_session(till.session_of(order))
        assert till.balance() == 0
    assert books.states(order) == [BookingState.UNPLACED]
    assert books.refunds() == [(50_000, "succeeded")]


@pytest.mark.scenario(22)
def test_a_bank_debit_that_completes_unpaid_is_never_booked_and_keeps_the_hold_to_its_cap(till: Till) -> None:
    make_issue(507)
    with till.at(NOW):
        order = make_order(choice(506))
        paying.start_payment(order.public_id, NOW)
        till.pay(order, card=BANK_DEBIT)
        paying.sync_session(till.session_of(order))
    assert books.states() == [BookingState.HELD]
    assert slot_of(506).held_until == later(NOW, minutes=90)
    with till.at(later(NOW, days=3)):
        lapsing.lapse_run_out(later(NOW, days=3))
        assert books.states() == [BookingState.LAPSED]
        told = db.session.scalars(sa.select(OutboxMessage.subject)).one()
        assert told == "Your hold has run out before your payment arrived"
        till.do(f"/sessions/{till.session_of(order)}/settle", outcome="succeeded")
        paying.sync_session(till.session_of(order))
    assert books.states() == [BookingState.CONFIRMED]


@pytest.mark.scenario(22)
def test_a_bank_debit_that_fails_gives_the_slot_back(till: Till) -> None:
    make_issue(507)
    with till.at(NOW):
        order = make_order(choice(506))
        paying.start_payment(order.public_id, NOW)
        till.pay(order, card=BANK_DEBIT)
        paying.sync_session(till.session_of(order))
        till.do(f"/sessions/{till.session_of(order)}/settle", outcome="failed")
        paying.sync_session(till.session_of(order))
    assert books.states() == [BookingState.LAPSED]
    assert slot_of(506).booking_id is None
