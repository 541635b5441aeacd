"""Payments under duplicates and sudden death: whatever dies where, money and slots end in the same state."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from booking import clock
from booking.db import db, transaction
from booking.domain.states import Actor, AttemptState, BookingState, EventState, PaymentDisposition, RefundState
from booking.gateways.payments import payments
from booking.models import Booking, CheckoutAttempt, LedgerEntry, OutboxMessage, Payment, Refund, Slot, StripeEvent
from booking.services import paying, refunding
from booking.services.booking_steps import By
from booking.services.inbox import file_event
from booking.services.reconciling import reconcile
from tests.races.conftest import Race
from tests.support.factories import NOW, make_order, make_paid_order
from tests.support.till import Till, later

ONE_OPEN = "uq_checkout_attempt_open_order"

pytestmark = pytest.mark.usefixtures("session")


def count(model: type) -> int:
    db.session.rollback()
    return db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


def states() -> list[BookingState]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(Booking.state).order_by(Booking.id)))


def sessions_at_stripe() -> int:
    return len(list(payments().sessions_since(later(NOW, days=-1))))


@pytest.mark.scenario(3)
def test_three_clicks_on_pay_are_one_attempt_one_session_and_one_address(race: Race, till: Till) -> None:
    with till.at(NOW):
        order = make_order()
        outcomes = race.all_at_once([("start_payment", order.public_id)] * 3)
    assert len(set(outcomes)) == 1
    assert count(CheckoutAttempt) == 1
    assert sessions_at_stripe() == 1


@pytest.mark.scenario(4)
@pytest.mark.parametrize("death", ["attempt-committed", "session-created"])
def test_dying_while_a_payment_is_started_leads_to_the_same_session(race: Race, till: Till, death: str) -> None:
    with till.at(NOW):
        order = make_order()
        assert race.run(("start_payment", order.public_id, death)) == [None]
        assert count(CheckoutAttempt) == 1
        first = paying.start_payment(order.public_id, NOW)
        assert paying.start_payment(order.public_id, NOW) == first
    assert sessions_at_stripe() == 1


@pytest.mark.scenario(7)
@pytest.mark.scenario(4)
def test_a_payment_whose_session_id_was_never_stored_is_matched_by_its_metadata(
    race: Race, till: Till, webhooks: Callable[[], list[int]]
) -> None:
    with till.at(NOW):
        order = make_order()
        assert race.run(("start_payment", order.public_id, "session-created")) == [None]
        assert db.session.scalars(sa.select(CheckoutAttempt.stripe_id)).all() == [None]
        session = next(iter(payments().sessions_since(later(NOW, days=-1))))
        till.pay(session.id)
        assert set(webhooks()) == {200}
        assert states() == [BookingState.CONFIRMED]
        assert db.session.scalars(sa.select(CheckoutAttempt.stripe_id)).all() == [session.id]


@pytest.mark.scenario(8)
def test_one_event_five_times_with_its_siblings_and_the_return_page_is_one_payment(race: Race, till: Till) -> None:
    with till.at(NOW):
        order = make_order()
        paying.start_payment(order.public_id, NOW)
        session_id = till.session_of(order)
        till.pay(order)
        events = [event for event in payments().events_since(later(NOW, days=-1)) if file_event(event, NOW)]
        completed = next(event for event in events if event.type == "checkout.session.completed")
        acts = [("handle_event", completed)] * 5 + [("sync_session", session_id)] * 2
        acts += [("handle_event", event) for event in events if event is not completed]
        race.all_at_once(acts[:12])
    assert states() == [BookingState.CONFIRMED]
    assert count(Payment) == 1
    assert count(LedgerEntry) == 2
    assert count(OutboxMessage) == 1
    assert till.payment().disposition is PaymentDisposition.APPLIED


@pytest.mark.scenario(17)
def test_two_payments_of_one_order_that_are_folded_at_once_are_one_and_a_refund(race: Race, till: Till) -> None:
    with till.at(NOW):
        order = make_order()
        paying.start_payment(order.public_id, NOW)
        first = till.session_of(order)
        db.session.execute(sa.update(CheckoutAttempt).values(state=AttemptState.FAILED))
        db.session.commit()
    with till.at(later(NOW, minutes=1)):
        paying.start_payment(order.public_id, later(NOW, minutes=1))
        both = (first, till.session_of(order))
        for session_id in both:
            till.pay(session_id)
        # Nobody fails on the way: whoever comes second waits, and then sees that the order is paid.
        assert race.all_at_once([("sync_session", session_id) for session_id in both * 3]) == ["folded"] * 6
        assert till.balance() == 50_000
    assert states() == [BookingState.CONFIRMED]
    filed = db.session.scalars(sa.select(Payment.disposition).order_by(Payment.disposition)).all()
    assert filed == [PaymentDisposition.APPLIED, PaymentDisposition.DUPLICATE]


@pytest.mark.scenario(10)
@pytest.mark.parametrize("death", ["payment-filed", "places-given"])
def test_dying_in_the_middle_of_a_fold_leaves_nothing_half_done(race: Race, till: Till, death: str) -> None:
    with till.at(NOW):
        order = make_order()
        paying.start_payment(order.public_id, NOW)
        till.pay(order)
        assert race.run(("sync_session", till.session_of(order), death)) == [None]
        assert [count(model) for model in (Payment, LedgerEntry, OutboxMessage)] == [0, 0, 0]
        assert states() == [BookingState.HELD]
        paying.sync_session(till.session_of(order))
    assert states() == [BookingState.CONFIRMED]


@pytest.mark.scenario(8)
def test_dying_after_an_event_was_filed_leaves_it_to_be_done(race: Race, till: Till) -> None:
    with till.at(NOW):
        order = make_order()
        paying.start_payment(order.public_id, NOW)
        till.pay(order)
        event = next(e for e in payments().events_since(later(NOW, days=-1)) if e.type == "checkout.session.completed")
        assert file_event(event, NOW)
        assert file_event(event, NOW), "an event that is only filed counts for nothing"
        race.all_at_once([("handle_event", event)])
        assert not file_event(event, NOW)
    assert db.session.scalars(sa.select(StripeEvent.state)).all() == [EventState.DONE]
    assert states() == [BookingState.CONFIRMED]


@pytest.mark.scenario(8)
@pytest.mark.parametrize("death", ["event-filed", "payment-filed", "places-given"])
def test_an_event_is_done_only_with_its_fold_wherever_the_process_dies(race: Race, till: Till, death: str) -> None:
    with till.at(NOW):
        order = make_order()
        paying.start_payment(order.public_id, NOW)
        till.pay(order)
        event = next(e for e in payments().events_since(later(NOW, days=-1)) if e.type == "checkout.session.completed")
        assert file_event(event, NOW)
        assert race.run(("handle_event", event, death)) == [None]
        assert db.session.scalars(sa.select(StripeEvent.state)).all() == [EventState.NEW]
        assert [count(model) for model in (Payment, LedgerEntry, OutboxMessage)] == [0, 0, 0]
        assert race.run(("handle_event", event)) == ["folded"]
    assert db.session.scalars(sa.select(StripeEvent.state)).all() == [EventState.DONE]
    assert states() == [BookingState.CONFIRMED]
    assert [count(model) for model in (Payment, OutboxMessage)] == [1, 1]


@pytest.mark.scenario(12)
@pytest.mark.parametrize("death", ["refund-submitted", "refund-made"])
def test_dying_after_a_late_payment_was_folded_leaves_a_refund_that_the_upkeep_makes(
    race: Race, till: Till, death: str
) -> None:
    with till.at(NOW):
        order = make_order()
        paying.start_payment(order.public_id, NOW)
        till.pay(order)
        event = next(e for e in payments().events_since(later(NOW, days=-1)) if e.type == "checkout.session.completed")
        assert file_event(event, NOW)
        db.session.execute(sa.update(Slot).values(locked=True))
        db.session.commit()
        assert race.run(("handle_event", event, death)) == [None]
        assert db.session.scalars(sa.select(StripeEvent.state)).all() == [EventState.DONE]
        assert states() == [BookingState.UNPLACED]
        assert refunding.submit_waiting(NOW) == 1
        assert till.balance() == 0
    assert [(r.state, r.amount) for r in db.session.scalars(sa.select(Refund))] == [(RefundState.SUCCEEDED, 50_000)]


def refund_asked_for(till: Till) -> str:
    order = make_order()
    paying.start_payment(order.public_id, NOW)
    till.pay(order)
    paying.sync_session(till.session_of(order))
    payment_id = till.payment().id
    assert _ask(payment_id) == _ask(payment_id), "two clicks of one form"
    return _ask(payment_id)


@transaction
def _ask(payment_id: int) -> str:
    payment = db.session.get_one(Payment, payment_id)
    wanted = refunding.Ask(payment, 10_000, "A gesture.", By(Actor.EDITOR, clock.now()), key="form-1")
    return refunding.request_refund(wanted).id


@pytest.mark.scenario(19)
def test_a_refund_submitted_by_two_editors_at_once_is_made_once(race: Race, till: Till) -> None:
    with till.at(NOW):
        refund_id = refund_asked_for(till)
        race.all_at_once([("submit_refund", refund_id)] * 6)
        assert till.balance() == 40_000
        assert reconcile(later(NOW, days=-1), NOW).whole
    assert [refund.state for refund in db.session.scalars(sa.select(Refund))] == [RefundState.SUCCEEDED]


@pytest.mark.scenario(19)
@pytest.mark.parametrize("death", ["refund-submitted", "refund-made"])
def test_dying_while_a_refund_is_made_makes_it_once_all_the_same(race: Race, till: Till, death: str) -> None:
    with till.at(NOW):
        refund_id = refund_asked_for(till)
        assert race.run(("submit_refund", refund_id, death)) == [None]
        assert db.session.scalars(sa.select(Refund.state)).all() == [RefundState.SUBMITTED]
        assert refunding.submit_waiting(NOW) == 1
        assert till.balance() == 40_000
    assert [(r.state, r.amount) for r in db.session.scalars(sa.select(Refund))] == [(RefundState.SUCCEEDED, 10_000)]


@pytest.mark.scenario(3)
def test_control_looking_first_opens_several_attempts_where_no_index_forbids_it(race: Race, till: Till) -> None:
    with till.at(NOW):
        order = make_order()
        outcomes = race.run(*[("attempt_after_looking", order.id)] * 3)
        assert min(map(str, outcomes)).startswith("!IntegrityError"), "the index forbids it"
        db.session.execute(sa.text("DELETE FROM checkout_attempt"))
        db.session.execute(sa.text(f"DROP INDEX {ONE_OPEN}"))
        db.session.commit()
        try:
            assert race.run(*[("attempt_after_looking", order.id)] * 3) == ["opened"] * 3
        finally:
            db.session.rollback()
            db.session.execute(sa.text("DELETE FROM checkout_attempt"))
            db.session.execute(
                sa.text(f"CREATE UNIQUE INDEX {ONE_OPEN} ON checkout_attempt (order_id) WHERE state = 'open'")
            )
            db.session.commit()


@pytest.mark.scenario(19)
def test_twelve_refunds_at_once_never_set_aside_more_than_the_payment(race: Race, till: Till) -> None:
    with till.at(NOW):
        make_paid_order(till)
        payment_id = till.payment().id
        outcomes = race.all_at_once([("reserve", payment_id, 20_000)] * 12)
        assert sorted(outcomes) == ["RefundTooLarge"] * 10 + ["reserved"] * 2
        assert till.payment().refund_reserved == 40_000
        db.session.execute(sa.update(Payment).values(refund_reserved=0))
        db.session.commit()


@pytest.mark.scenario(19)
@pytest.mark.breaks_invariants
def test_control_looking_first_sets_aside_more_than_there_is(race: Race, till: Till) -> None:
    with till.at(NOW):
        make_paid_order(till)
        outcomes = race.run(*[("reserve_after_looking", till.payment().id, 20_000)] * 12)
    assert outcomes.count("reserved") > 2
