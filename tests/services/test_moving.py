"""A booking moves to another open week and keeps its payment; the place it leaves is on sale again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from booking import clock
from booking.db import db
from booking.domain.desk_refusals import DearerWeek, SameIssue, TooLateToMove
from booking.domain.errors import IssueFrozen, Refusal, SlotTaken, UnknownSlot, WrongState
from booking.domain.money import Money
from booking.domain.states import Actor, BookingState, PlacementKind
from booking.models import AuditEntry, Booking, BookingEvent, OutboxMessage, Refund, Slot
from booking.services import freezing, inventory
from booking.services.booking_steps import By
from booking.services.cancelling import cancel, cancellation_offer
from booking.services.moving import move, move_offer
from tests.support.factories import NOW, buyer, choice, make_editor, make_issue, make_order, slot_of
from tests.support.paid import paid
from tests.support.till import Till

pytestmark = pytest.mark.usefixtures("simulator")

BUYER = By(Actor.ADVERTISER, NOW)


@pytest.fixture(autouse=True)
def _monday(session: object, till: Till) -> Iterator[None]:
    with till.at(NOW):
        make_issue(510)
        yield


def again(booking: Booking) -> Booking:
    db.session.rollback()
    return db.session.get_one(Booking, booking.id, populate_existing=True)


def price(number: int, amount: int) -> None:
    slot_of(number).price = amount
    db.session.commit()


def test_a_move_keeps_the_payment_and_frees_the_old_place(till: Till) -> None:
    (booking,) = paid(till, choice(500))
    move(booking.id, 503, BUYER)
    moved = again(booking)
    assert (moved.slot.issue.number, moved.state, moved.version) == (503, BookingState.CONFIRMED, 3)
    assert (slot_of(500).booking_id, slot_of(503).booking_id) == (None, booking.id)
    assert db.session.scalars(sa.select(Refund)).all() == []
    reasons = db.session.scalars(sa.select(BookingEvent.reason).order_by(BookingEvent.seq)).all()
    assert reasons[-1] == "Moved from issue 500 to issue 503."
    subjects = db.session.scalars(sa.select(OutboxMessage.subject)).all()
    assert any(subject.startswith("Moved: Sponsor is now in issue 503") for subject in subjects)


def test_a_week_that_is_taken_cannot_be_moved_to(till: Till) -> None:
    (booking,) = paid(till, choice(500))
    make_order(choice(503), by=buyer("Harbour Rail", "jobs@harbour.example"))
    with pytest.raises(SlotTaken):
        move(booking.id, 503, BUYER)
    assert again(booking).slot.issue.number == 500
    assert slot_of(500).booking_id == booking.id


def test_a_hold_that_ran_out_gives_way_to_a_move(till: Till) -> None:
    (booking,) = paid(till, choice(500))
    other = make_order(choice(503), by=buyer("Harbour Rail", "jobs@harbour.example"))
    later = clock.instant("2026-03-02 11:00")
    with till.at(later):
        move(booking.id, 503, By(Actor.ADVERTISER, later))
    assert slot_of(503).booking_id == booking.id
    db.session.refresh(other.bookings[0])
    assert other.bookings[0].state is BookingState.LAPSED


def test_a_job_moves_to_any_free_place_of_the_issue(till: Till) -> None:
    (booking,) = paid(till, choice(500, PlacementKind.JOB))
    inventory.block(slot_of(503, PlacementKind.JOB).id, "kept", None, NOW)
    move(booking.id, 503, BUYER)
    assert again(booking).slot.ordinal == 2


def test_a_buyer_does_not_move_to_a_dearer_week(till: Till) -> None:
    (booking,) = paid(till, choice(500))
    price(503, 60_000)
    assert 503 not in [week.issue for week in move_offer(booking.id, BUYER).weeks]
    with pytest.raises(DearerWeek):
        move(booking.id, 503, BUYER)


def test_the_editor_moves_to_any_free_week_and_it_is_on_record(till: Till) -> None:
    (booking,) = paid(till, choice(500))
    price(503, 60_000)
    move(booking.id, 503, By(Actor.EDITOR, NOW, make_editor().id), "You asked for it.")
    assert again(booking).slot.issue.number == 503
    assert db.session.scalars(sa.select(AuditEntry.action)).all() == ["booking.move"]
    assert cancellation_offer(booking.id, NOW).paid == Money(50_000, "USD")


def test_a_buyer_who_is_past_the_booking_deadline_asks_the_editor(till: Till) -> None:
    (booking,) = paid(till, choice(500))
    late = clock.instant("2026-03-05 09:00")
    with pytest.raises(TooLateToMove):
        move(booking.id, 503, By(Actor.ADVERTISER, late))
    move(booking.id, 503, By(Actor.EDITOR, late))


def test_moving_first_does_not_climb_the_cancellation_ladder_again(till: Till) -> None:
    (booking,) = paid(till, choice(501))
    assert move_offer(booking.id, BUYER).most_refund == 50
    move(booking.id, 509, BUYER)
    offer = cancellation_offer(booking.id, NOW)
    assert offer.refund == Money(25_000, "USD")
    assert "that was the most when it was moved" in offer.sentence


def test_a_move_by_the_editor_gives_the_new_week_its_own_terms(till: Till) -> None:
    (booking,) = paid(till, choice(500))
    move(booking.id, 509, By(Actor.EDITOR, NOW))
    assert cancellation_offer(booking.id, NOW).refund == Money(50_000, "USD")


@pytest.mark.parametrize(("to", "refusal"), [(500, SameIssue), (999, UnknownSlot)])
def test_a_move_to_nowhere_is_refused(till: Till, to: int, refusal: type[Refusal]) -> None:
    (booking,) = paid(till, choice(500))
    with pytest.raises(refusal):
        move(booking.id, to, BUYER)


def test_nothing_moves_out_of_or_into_a_frozen_issue(till: Till) -> None:
    (booking,) = paid(till, choice(501))
    freezing.freeze(500, By(Actor.EDITOR, NOW))
    with pytest.raises(IssueFrozen):
        move(booking.id, 500, By(Actor.EDITOR, NOW))
    freezing.freeze(501, By(Actor.EDITOR, NOW))
    with pytest.raises(IssueFrozen):
        move(booking.id, 503, By(Actor.EDITOR, NOW))
    assert again(booking).slot.issue.number == 501


def test_what_did_not_run_moves_out_of_a_sent_issue(till: Till) -> None:
    (booking,) = paid(till, choice(500))
    by = By(Actor.EDITOR, NOW)
    freezing.freeze(500, by)
    freezing.sent(500, "", by)
    move(booking.id, 503, by, "It did not run.")
    assert again(booking).slot.issue.number == 503
    assert db.session.scalar(sa.select(Slot.booking_id).where(Slot.id == slot_of(500).id)) is None


def test_what_was_cancelled_does_not_move(till: Till) -> None:
    (booking,) = paid(till, choice(500))
    cancel(booking.id, BUYER, NOW)
    with pytest.raises(WrongState):
        move(booking.id, 503, BUYER)
