"""An order is paid through Stripe's page, and webhook and return page tell the same story."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask

from booking import clock
from booking.db import db
from booking.domain.errors import HoldLapsed
from booking.domain.money_refusals import PaymentUnderWay
from booking.domain.states import BookingState, PaymentDisposition
from booking.models import Booking, CheckoutAttempt, LedgerEntry, OutboxMessage, Payment, Slot
from booking.services import freezing, paying
from tests.fixtures import put_back
from tests.support.copy import editor_by
from tests.support.databases import Database
from tests.support.factories import NOW, choice, make_editor, make_issue, make_order
from tests.support.till import BANK_DEBIT, Till, later

pytestmark = pytest.mark.usefixtures("session", "simulator")


def bookings() -> list[Booking]:
    return list(db.session.scalars(sa.select(Booking).order_by(Booking.id)))


def test_a_paid_order_is_booked_once_and_told_once(till: Till, webhooks: Callable[[], list[int]]) -> None:
    with till.at(NOW):
        make_issue(503)
        order = make_order(choice(500), choice(501))
        paying.start_payment(order.public_id, NOW)
        session_id = db.session.scalars(sa.select(CheckoutAttempt.stripe_id)).one()
        assert session_id is not None
        till.pay(order)
        assert set(webhooks()) == {200}
        paying.sync_session(session_id)
    assert [booking.state for booking in bookings()] == [BookingState.CONFIRMED] * 2
    payment = db.session.scalars(sa.select(Payment)).one()
    assert (payment.amount, payment.disposition) == (100_000, PaymentDisposition.APPLIED)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(LedgerEntry)) == 3
    subjects = db.session.scalars(sa.select(OutboxMessage.subject)).all()
    assert len(subjects) == 1, subjects
    assert db.session.scalar(sa.select(sa.func.count()).where(Slot.held_until.is_not(None))) == 0


@pytest.mark.scenario(3)
def test_pressing_pay_three_times_is_one_attempt_and_one_page(till: Till) -> None:
    with till.at(NOW):
        order = make_order()
        urls = {paying.start_payment(order.public_id, NOW) for _ in range(3)}
    assert len(urls) == 1
    assert db.session.scalar(sa.select(sa.func.count()).select_from(CheckoutAttempt)) == 1


def test_a_hold_that_ran_out_cannot_be_paid() -> None:
    order = make_order()
    with pytest.raises(HoldLapsed):
        paying.start_payment(order.public_id, clock.instant("2026-03-02 11:00"))


def test_what_a_bank_works_on_is_not_paid_a_second_time(till: Till) -> None:
    make_issue(507)
    with till.at(NOW):
        order = make_order(choice(506))
        paying.start_payment(order.public_id, NOW)
        till.pay(order, BANK_DEBIT)
        paying.sync_session(till.session_of(order))
        with pytest.raises(PaymentUnderWay):
            paying.start_payment(order.public_id, NOW)


def test_what_is_left_of_a_hold_has_to_outlast_another_payment_page(till: Till) -> None:
    with till.at(NOW):
        order = make_order()
    with till.at(later(NOW, minutes=14)) as pressed:
        paying.start_payment(order.public_id, pressed)
    # That page closed after 35 minutes; the slot is kept for ten more, and the cap is at 90.
    with till.at(later(NOW, minutes=50)) as again, pytest.raises(HoldLapsed):
        paying.start_payment(order.public_id, again)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(CheckoutAttempt)) == 1


def test_a_hold_in_an_issue_that_has_closed_is_not_paid() -> None:
    order = make_order()
    freezing.freeze(500, editor_by(make_editor()))
    with pytest.raises(HoldLapsed):
        paying.start_payment(order.public_id, NOW)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(CheckoutAttempt)) == 0


@pytest.mark.scenario(25)
def test_money_that_went_back_as_nobodys_is_not_taken_for_its_order_when_that_is_told_later(
    till: Till, app: Flask, database: Database
) -> None:
    with till.at(NOW):
        order = make_order()
        paying.start_payment(order.public_id, NOW)
        till.pay(order)
        session_id = till.session_of(order)
        db.session.remove()
        put_back(app, database)
        paying.sync_session(session_id)
        assert till.payment().disposition is PaymentDisposition.ORPHAN
        make_issue(503)
        paying.sync_session(session_id)
        assert till.balance() == 0
    assert till.payment().disposition is PaymentDisposition.ORPHAN
    assert db.session.scalars(sa.select(Booking.state)).all() == [BookingState.LAPSED]
