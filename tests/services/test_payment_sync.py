"""What an event about a payment leads to when nothing here belongs to it."""

from __future__ import annotations

import pytest

from booking.domain.states import BookingState, PaymentDisposition
from booking.gateways.payments import payments
from booking.services import paying
from booking.services.payment_sync import sync_payment, warn_of_fraud
from tests.scenarios import books
from tests.support.factories import NOW, make_order, make_paid_order
from tests.support.till import Till

pytestmark = pytest.mark.usefixtures("session")


def paid_and_not_heard_of(till: Till) -> tuple[str, str]:
    """The session and the payment of an order that was paid while nobody told us."""
    order = make_order()
    paying.start_payment(order.public_id, NOW)
    till.pay(order)
    session = payments().session(till.session_of(order))
    assert session.intent_id
    return session.id, session.intent_id


def test_a_payment_page_that_is_still_open_changes_nothing(till: Till) -> None:
    with till.at(NOW):
        order = make_order()
        page = paying.start_payment(order.public_id, NOW)
        paying.sync_session(till.session_of(order))
        assert paying.start_payment(order.public_id, NOW) == page
    assert books.states() == [BookingState.HELD]


def test_money_that_carries_our_mark_and_came_through_no_session_goes_back_once(till: Till) -> None:
    with till.at(NOW):
        session_id, intent_id = paid_and_not_heard_of(till)
        till.simulator.world.store.remove(session_id)
        sync_payment(intent_id)
        sync_payment(intent_id)
        assert till.balance() == 0
    assert till.payment().disposition is PaymentDisposition.ORPHAN
    assert books.refunds() == [(50_000, "succeeded")]
    assert books.tasks() == ["A payment belongs to no order"]
    assert books.states() == [BookingState.HELD]


def test_a_bank_s_warning_of_fraud_is_a_task_for_the_editor_once(till: Till) -> None:
    with till.at(NOW):
        make_paid_order(till)
        warning = till.do(f"/payments/{till.payment().stripe_payment_intent_id}/warn")["id"]
        warn_of_fraud(warning)
        warn_of_fraud(warning)
    assert books.tasks() == ["A bank warns of fraud"]
    assert not books.refunds()


def test_a_warning_about_a_payment_that_is_not_in_our_books_asks_nobody(till: Till) -> None:
    with till.at(NOW):
        _, intent_id = paid_and_not_heard_of(till)
        warn_of_fraud(till.do(f"/payments/{intent_id}/warn")["id"])
    assert books.tasks() == []
