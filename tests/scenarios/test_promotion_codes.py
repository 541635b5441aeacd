"""Promotion codes that the editor makes at Stripe: what was paid counts, and every cent keeps its line."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from booking.db import db, transaction
from booking.domain.states import Actor, AttemptState, BookingState, LedgerAccount, PaymentDisposition
from booking.models import Booking, CheckoutAttempt, OutboxMessage, Payment
from booking.services import cancelling, holding, paying
from booking.services.booking_steps import By
from booking.services.reconciling import reconcile
from tests.scenarios import books
from tests.support.factories import NOW, buyer, choice, make_issue, make_order, wish
from tests.support.till import Till, later

pytestmark = pytest.mark.usefixtures("session")


@transaction
def booking_ids() -> list[int]:
    return list(db.session.scalars(sa.select(Booking.id).order_by(Booking.id)))


def test_a_code_takes_its_part_off_every_line_and_a_cancelled_line_gives_back_what_was_paid(till: Till) -> None:
    with till.at(NOW):
        make_issue(507)
        order = make_order(choice(506), choice(507))
        paying.start_payment(order.public_id, NOW)
        till.pay(order, promotion_code=till.promotion(20))
        paying.sync_session(till.session_of(order))
        assert till.payment().amount == 80_000
        assert till.payment().promotion_discount == 20_000
        assert till.payment().disposition is PaymentDisposition.APPLIED
        cancelling.cancel(booking_ids()[0], By(Actor.ADVERTISER, NOW), NOW)
        assert till.balance() == 40_000
        assert reconcile(later(NOW, days=-1), NOW).whole
    assert books.states() == [BookingState.CANCELLED, BookingState.CONFIRMED]
    assert books.refunds() == [(40_000, "succeeded")]
    assert -books.account(LedgerAccount.REVENUE) == 40_000


def test_a_code_that_takes_everything_off_books_without_a_payment(till: Till) -> None:
    with till.at(NOW):
        make_issue(507)
        order = make_order(choice(506))
        paying.start_payment(order.public_id, NOW)
        till.pay(order, promotion_code=till.promotion(100))
        for _ in range(2):
            paying.sync_session(till.session_of(order))
        assert reconcile(later(NOW, days=-1), NOW).whole
    assert books.states() == [BookingState.CONFIRMED]
    assert db.session.scalars(sa.select(CheckoutAttempt.state)).all() == [AttemptState.PAID]
    assert db.session.scalars(sa.select(Payment)).all() == []
    assert books.letters() == {"booked": 1}


def test_a_free_second_session_of_a_paid_order_changes_nothing_and_tells_nobody(till: Till) -> None:
    with till.at(NOW):
        make_issue(507)
        order = make_order(choice(506))
        paying.start_payment(order.public_id, NOW)
        first = till.session_of(order)
    with till.at(later(NOW, minutes=1)) as now:
        # The first page was left open in another tab: its session is lost to us, not to the buyer.
        db.session.execute(sa.update(CheckoutAttempt).values(state=AttemptState.FAILED))
        db.session.commit()
        paying.start_payment(order.public_id, now)
        second = till.session_of(order)
        till.pay(second)
        paying.sync_session(second)
        till.pay(first, promotion_code=till.promotion(100))
        paying.sync_session(first)
    assert books.states() == [BookingState.CONFIRMED]
    assert books.letters() == {"booked": 1}


def test_a_free_session_of_another_amount_than_was_asked_books_nothing_and_a_person_is_told(till: Till) -> None:
    with till.at(NOW):
        make_issue(507)
        order = make_order(choice(506))
        paying.start_payment(order.public_id, NOW)
        till.pay(order, promotion_code=till.promotion(100))
        db.session.execute(sa.update(CheckoutAttempt).values(amount=49_999))
        db.session.commit()
        for _ in range(2):
            paying.sync_session(till.session_of(order))
    assert books.states() == [BookingState.HELD]
    assert books.tasks() == ["A payment differs from its order"]
    assert not books.letters()
    assert db.session.scalars(sa.select(CheckoutAttempt.state)).all() == [AttemptState.FAILED]


def test_who_paid_less_by_a_code_and_came_too_late_is_promised_what_they_paid(till: Till) -> None:
    with till.at(NOW):
        order = make_order()
        paying.start_payment(order.public_id, NOW)
        till.pay(order, promotion_code=till.promotion(20))
    with till.at(later(NOW, minutes=46)) as now:
        holding.hold(wish(choice(500), by=buyer("Northwind Rail", "jobs@northwind.example")), now)
        paying.sync_session(till.session_of(order))
        assert till.balance() == 0
        body = db.session.scalars(
            sa.select(OutboxMessage.body).where(OutboxMessage.dedupe_key.like("slot-gone:%"))
        ).one()
    assert "$400 goes back to you" in body
    assert books.refunds() == [(40_000, "succeeded")]
