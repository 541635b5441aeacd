"""An order is paid through Stripe's page, and webhook and return page tell the same story."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from booking import clock
from booking.db import db
from booking.domain.errors import HoldLapsed
from booking.domain.states import BookingState, PaymentDisposition
from booking.models import Booking, CheckoutAttempt, LedgerEntry, OutboxMessage, Payment, Slot
from booking.services import paying
from tests.support.factories import NOW, choice, make_issue, make_order
from tests.support.till import Till

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
