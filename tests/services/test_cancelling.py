"""Cancelling gives the place up and sends back what the ladder says: shown first, done once, never too much."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest
import sqlalchemy as sa

from booking import clock
from booking.db import db
from booking.domain.desk_refusals import RefundChanged
from booking.domain.errors import IssueFrozen, IssueSent, NotFound, WrongState
from booking.domain.money import Money
from booking.domain.states import Actor, BookingState, DisputeState, RefundState
from booking.models import AuditEntry, Booking, Dispute, Issue, OutboxMessage, Refund, Slot, Task
from booking.services import freezing, holding, outbox, paying
from booking.services.booking_steps import By
from booking.services.buyers import Buyer
from booking.services.cancelling import Agreed, cancel, cancellation_offer
from booking.services.refunding import Ask, request_refund
from tests.support.factories import NOW, choice, make_editor, make_issue, make_order
from tests.support.paid import paid
from tests.support.till import Till

pytestmark = pytest.mark.usefixtures("simulator")

TEN_DAYS_BEFORE = clock.instant("2026-03-26 09:00")
"""Of issue 504, which is sent on Sunday 5 April."""


@pytest.fixture(autouse=True)
def _monday(session: object, till: Till) -> Iterator[None]:
    with till.at(NOW):
        yield


def buyer_at(now: datetime = NOW) -> By:
    return By(Actor.ADVERTISER, now)


def refunds() -> list[tuple[int, RefundState]]:
    db.session.rollback()
    rows = db.session.execute(sa.select(Refund.amount, Refund.state).order_by(Refund.requested_at))
    return [(amount, state) for amount, state in rows]


def test_the_offer_is_what_is_done(till: Till) -> None:
    make_issue(505)
    (booking,) = paid(till, choice(504))
    offer = cancellation_offer(booking.id, NOW)
    assert (offer.paid, offer.refund) == (Money(50_000, "USD"), Money(50_000, "USD"))
    assert offer.sentence.startswith("Issue 504: you get all $500 back, because it is sent in 34 days.")
    done = cancel(booking.id, buyer_at(), NOW)
    assert done == offer
    assert refunds() == [(50_000, RefundState.SUCCEEDED)]
    assert till.balance() == 0


def test_a_cancelled_week_is_on_sale_again(till: Till) -> None:
    make_issue(505)
    (booking,) = paid(till, choice(504))
    cancel(booking.id, buyer_at(), NOW)
    assert db.session.get_one(Booking, booking.id).state is BookingState.CANCELLED
    assert db.session.get_one(Slot, booking.slot_id).booking_id is None
    holding.hold(holding.Wish("again", (choice(504),), holding.Buyer("B", "B", "b@b.example"), booking.fallback), NOW)


def test_half_is_refunded_in_the_middle_of_the_ladder(till: Till) -> None:
    make_issue(505)
    with till.at(TEN_DAYS_BEFORE):
        (booking,) = paid(till, choice(504), now=TEN_DAYS_BEFORE)
        cancel(booking.id, buyer_at(), TEN_DAYS_BEFORE)
    assert refunds() == [(25_000, RefundState.SUCCEEDED)]


def test_of_an_order_of_several_weeks_only_the_share_of_that_week_goes_back(till: Till) -> None:
    make_issue(510)
    bookings = paid(till, *(choice(number) for number in range(505, 509)))
    cancel(bookings[0].id, buyer_at(), NOW)
    assert refunds() == [(47_500, RefundState.SUCCEEDED)]
    assert [booking.state for booking in bookings[1:]] == [BookingState.CONFIRMED] * 3


def test_nothing_is_refunded_after_the_ladder_and_the_place_is_free_all_the_same(till: Till) -> None:
    make_issue()
    (booking,) = paid(till, choice(500))
    offer = cancellation_offer(booking.id, clock.instant("2026-03-05 09:00"))
    assert offer.sentence == "Issue 500: nothing is refunded, because it is sent in 3 days."
    cancel(booking.id, buyer_at(), clock.instant("2026-03-05 09:00"))
    assert refunds() == []
    assert db.session.get_one(Slot, booking.slot_id).booking_id is None


def test_refused_copy_is_refunded_in_full_whatever_the_ladder_says(till: Till) -> None:
    make_issue()
    (booking,) = paid(till, choice(500))
    by, reason = By(Actor.EDITOR, NOW, make_editor().id), Agreed("We do not run this. " * 90)
    cancel(booking.id, by, clock.instant("2026-03-07 09:00"), refused=True, agreed=reason)
    assert refunds() == [(50_000, RefundState.SUCCEEDED)]
    subjects = db.session.scalars(sa.select(OutboxMessage.subject)).all()
    assert not any(subject.startswith("Cancelled") for subject in subjects), "the refusal had its own letter"


def test_the_editor_may_give_everything_back_and_it_is_on_record(till: Till) -> None:
    make_issue()
    (booking,) = paid(till, choice(500))
    by = By(Actor.EDITOR, NOW, make_editor().id)
    cancel(booking.id, by, NOW, agreed=Agreed("We lost the week.", 50_000, in_full=True))
    assert refunds() == [(50_000, RefundState.SUCCEEDED)]
    sentence = db.session.scalars(sa.select(AuditEntry.sentence)).one()
    assert sentence == "Cancelled Ledgerline’s Sponsor in issue 500; $500 refunded."
    letters = db.session.scalars(sa.select(OutboxMessage.body).where(OutboxMessage.subject.startswith("Cancelled")))
    assert "We lost the week." in letters.one()


def test_an_amount_that_is_not_the_one_agreed_to_changes_nothing(till: Till) -> None:
    make_issue(505)
    (booking,) = paid(till, choice(504))
    with pytest.raises(RefundChanged) as refused:
        cancel(booking.id, buyer_at(), TEN_DAYS_BEFORE, agreed=Agreed(refund=50_000))
    assert str(refused.value).startswith("Cancelling now gives back $250, not $500.")
    db.session.rollback()
    assert db.session.get_one(Booking, booking.id).state is BookingState.CONFIRMED
    assert refunds() == []


def test_what_went_back_already_is_not_sent_twice(till: Till) -> None:
    make_issue(505)
    (booking,) = paid(till, choice(504))
    request_refund(Ask(till.payment(), 20_000, "A slip.", By(Actor.EDITOR, NOW), key="one"))
    db.session.commit()
    assert cancellation_offer(booking.id, NOW).refund == Money(30_000, "USD")


def test_cancelling_twice_is_refused_and_refunds_once(till: Till) -> None:
    make_issue(505)
    (booking,) = paid(till, choice(504))
    cancel(booking.id, buyer_at(), NOW)
    with pytest.raises(WrongState):
        cancel(booking.id, buyer_at(), NOW)
    assert len(refunds()) == 1


def test_an_unpaid_hold_is_cancelled_for_nothing_and_a_payment_that_comes_late_goes_back(till: Till) -> None:
    make_issue(501)
    order = make_order(choice(500), choice(501))
    refused = order.bookings[0].id
    with till.at(NOW):
        paying.start_payment(order.public_id, NOW)
        cancel(refused, By(Actor.EDITOR, NOW, make_editor().id), NOW, refused=True)
        till.pay(order)
        paying.sync_session(till.session_of(order))
    states = db.session.scalars(sa.select(Booking.state).order_by(Booking.id)).all()
    assert states == [BookingState.CANCELLED, BookingState.CONFIRMED]
    assert refunds() == [(50_000, RefundState.SUCCEEDED)]


def test_a_frozen_issue_keeps_its_bookings(till: Till) -> None:
    make_issue()
    (booking,) = paid(till, choice(500))
    freezing.freeze(500, By(Actor.EDITOR, NOW))
    with pytest.raises(IssueFrozen):
        cancel(booking.id, buyer_at(), NOW)


def test_what_did_not_run_can_be_cancelled_by_the_editor_after_the_issue_was_sent(till: Till) -> None:
    make_issue()
    (booking,) = paid(till, choice(500))
    by = By(Actor.EDITOR, NOW, make_editor().id)
    freezing.freeze(500, by)
    freezing.sent(500, "", by)
    outbox.deliver(NOW)
    after = clock.instant("2026-03-08 12:00")
    with till.at(after):
        with pytest.raises(IssueSent):
            cancel(booking.id, buyer_at(after), after)
        cancel(booking.id, by, after, agreed=Agreed("It did not run.", in_full=True))
    assert refunds() == [(50_000, RefundState.SUCCEEDED)]
    assert db.session.scalars(sa.select(Issue.state).where(Issue.number == 500)).one() == "sent"


def test_a_disputed_payment_is_not_refunded_on_top(till: Till) -> None:
    make_issue(505)
    # As long as the form takes it.
    company = "Ledgerline and Daughters, " * 4 + "Incorporated LLP"
    (booking,) = paid(till, choice(504), by=Buyer(company, "Ada Ledger", "press@ledgerline.example"))
    dispute = Dispute(stripe_dispute_id="dp_1", payment_id=till.payment().id, amount=50_000, currency="USD")
    dispute.state, dispute.opened_at = DisputeState.OPEN, NOW
    db.session.add(dispute)
    db.session.commit()
    done = cancel(booking.id, buyer_at(), NOW)
    assert done.sentence == "The bank has the payment in dispute, so nothing is refunded now."
    assert refunds() == []
    assert "If the dispute is won" in db.session.scalars(sa.select(Task.advice)).one()


def test_a_booking_that_is_not_there_is_not_found() -> None:
    with pytest.raises(NotFound):
        cancellation_offer(4711, NOW)
