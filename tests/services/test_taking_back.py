"""A place that is taken back from its holder: they are told, and what they could pay is closed."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from booking.db import db
from booking.domain.states import Actor, AttemptState, BookingState
from booking.gateways.payments import payments
from booking.models import Advertiser, CheckoutAttempt, Order, OutboxMessage
from booking.services import holding, inventory, invoices, paying
from booking.services.booking_steps import By
from booking.services.cancelling import cancel
from tests.scenarios import books
from tests.support.factories import NOW, choice, make_editor, make_issue, make_order, slot_of
from tests.support.till import BANK_DEBIT, Till

pytestmark = pytest.mark.usefixtures("session")


def take_back(number: int = 500, reason: str = "A mistake of ours.") -> bool:
    return inventory.block_now(slot_of(number).id, reason, None, NOW)


def letter() -> str:
    db.session.rollback()
    found = sa.select(OutboxMessage).where(OutboxMessage.dedupe_key.startswith("taken-back:"))
    mail = db.session.scalars(found).one()
    return f"{mail.subject}\n{mail.body}"


def being_paid(*numbers: int) -> Order:
    make_issue(max(numbers))
    order = make_order(*(choice(number) for number in numbers))
    paying.start_payment(order.public_id, NOW)
    return order


@pytest.mark.scenario(16)
def test_the_holder_is_told_and_their_payment_page_is_closed(till: Till) -> None:
    with till.at(NOW):
        order = being_paid(500)
        assert take_back()
        assert payments().session(till.session_of(order)).status == "expired"
    assert books.states() == [BookingState.LAPSED]
    told = letter()
    assert told.startswith("We had to take back a place that you held: nothing was charged\n")
    assert "- Sponsor, issue 500, Sunday 8 March 2026\nReason: A mistake of ours.\n" in told


def test_an_order_is_paid_as_one_so_its_other_weeks_are_free_again(till: Till) -> None:
    with till.at(NOW):
        being_paid(500, 501)
        assert take_back()
    assert books.states() == [BookingState.LAPSED, BookingState.LAPSED]
    assert "its other weeks are free again" in letter()
    make_order(choice(501))


@pytest.mark.scenario(16)
def test_a_payment_that_is_under_way_keeps_the_other_weeks_and_the_share_of_this_one_goes_back(till: Till) -> None:
    with till.at(NOW):
        # Nearer to a copy deadline no bank debit is offered.
        order = being_paid(505, 506)
        till.pay(order, card=BANK_DEBIT)
        paying.sync_session(till.session_of(order))
        assert take_back(505)
        assert books.states() == [BookingState.LAPSED, BookingState.HELD]
        assert "Your payment is on its way" in letter()
        till.do(f"/sessions/{till.session_of(order)}/settle")
        paying.sync_session(till.session_of(order))
    assert books.states() == [BookingState.UNPLACED, BookingState.CONFIRMED]
    assert books.refunds() == [(50_000, "succeeded")]


@pytest.mark.scenario(16)
def test_an_invoice_for_the_place_is_made_void(till: Till) -> None:
    with till.at(NOW):
        make_issue(506)
        order = make_order(choice(505), choice(506))
        db.session.execute(sa.update(Advertiser).values(may_pay_by_invoice=True))
        db.session.commit()
        invoices.invoice_order(order.public_id, NOW)
        assert take_back(505)
        attempt = db.session.scalars(sa.select(CheckoutAttempt)).one()
        assert payments().invoice(attempt.stripe_id or "").status == "void"
    assert attempt.state is AttemptState.CANCELLED
    assert books.states() == [BookingState.LAPSED, BookingState.LAPSED]


@pytest.mark.parametrize("by_invoice", [False, True])
def test_stripe_being_out_of_reach_keeps_no_place(till: Till, by_invoice: bool) -> None:
    with till.at(NOW):
        order = being_paid(505)
        if by_invoice:
            db.session.execute(sa.update(Advertiser).values(may_pay_by_invoice=True))
            db.session.commit()
            invoices.invoice_order(order.public_id, NOW)
        till.do("/chaos", target="requests", action="drop", path="/v1/*", count=99)
        assert take_back(505)
    assert books.states() == [BookingState.LAPSED]


def test_a_week_of_the_order_that_was_refused_before_stays_cancelled(till: Till) -> None:
    with till.at(NOW):
        order = being_paid(500, 501)
        cancel(order.bookings[1].id, By(Actor.EDITOR, NOW, make_editor().id), NOW, refused=True)
        assert take_back()
    assert books.states() == [BookingState.LAPSED, BookingState.CANCELLED]


def test_nobody_is_told_when_nobody_held_it() -> None:
    make_issue()
    assert not take_back()
    holding.give_up(make_order(choice(501)).public_id, NOW)
    assert not take_back(501)
    assert not books.letters()
