"""Paying by invoice: the slots wait for it, are booked when it is paid, and given back when it is not."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_sqlalchemy.session import Session
from sqlalchemy.orm import scoped_session

from booking.db import db
from booking.domain.money_refusals import InvoiceAfterIssue, InvoiceTooLate, NotTrusted, PaymentUnderWay
from booking.domain.states import AttemptState, BookingState, OrderPayment, PaymentDisposition
from booking.gateways.payments import payments
from booking.gateways.stripe_facts import PaymentsRefused
from booking.models import Advertiser, CheckoutAttempt, Order, OutboxMessage, Slot
from booking.services import holding, invoices, lapsing, paying
from booking.services.payment_sync import sync_payment
from booking.services.reconciling import reconcile
from tests.fixtures import put_back
from tests.scenarios import books
from tests.support.databases import Database
from tests.support.factories import NOW, choice, make_issue, make_order, slot_of
from tests.support.till import BANK_DEBIT, Till, later

pytestmark = pytest.mark.usefixtures("session")


def trusted_order() -> Order:
    make_issue(507)
    order = make_order(choice(506), choice(507))
    db.session.execute(sa.update(Advertiser).values(may_pay_by_invoice=True))
    db.session.commit()
    return order


def invoice_id() -> str:
    db.session.rollback()
    found = db.session.scalars(sa.select(CheckoutAttempt.stripe_id).where(CheckoutAttempt.kind == "invoice")).one()
    assert found
    return found


def test_an_invoice_keeps_the_slots_until_it_is_due_and_books_them_when_paid(till: Till) -> None:
    with till.at(NOW):
        order = trusted_order()
        address = invoices.invoice_order(order.public_id, NOW)
        assert address == invoices.invoice_order(order.public_id, NOW)
        # Due at the copy deadline, or after 30 days when that comes first.
        assert slot_of(506).held_until == later(NOW, days=30)
        lapsing.lapse_run_out(later(NOW, days=29))
        assert books.states() == [BookingState.HELD] * 2
    with till.at(later(NOW, days=20)):
        till.do(f"/invoices/{invoice_id()}/pay")
        invoices.sync_invoice(invoice_id())
        invoices.sync_invoice(invoice_id())
        assert reconcile(later(NOW, days=-1), later(NOW, days=20)).whole
    assert books.states() == [BookingState.CONFIRMED] * 2
    assert till.payment().amount == 100_000
    assert till.payment().invoice_pdf
    assert books.letters() == {"invoice": 1, "booked": 1}


def test_no_invoice_is_sent_while_the_bank_works_on_the_payment(till: Till) -> None:
    with till.at(NOW):
        order = trusted_order()
        paying.start_payment(order.public_id, NOW)
        till.pay(order, "bank_debit")
        paying.sync_session(till.session_of(order))
        with pytest.raises(PaymentUnderWay):
            invoices.invoice_order(order.public_id, NOW)
    assert db.session.scalars(sa.select(CheckoutAttempt.kind)).all() == ["checkout"]


def test_the_payment_of_an_invoice_leads_to_its_order(till: Till) -> None:
    with till.at(NOW):
        order = trusted_order()
        invoices.invoice_order(order.public_id, NOW)
        paid = till.do(f"/invoices/{invoice_id()}/pay")["invoice"]
        assert paid["status"] == "paid"
        reconcile(later(NOW, days=-1), NOW)
        sync_payment(till.payment().stripe_payment_intent_id)
    assert books.states() == [BookingState.CONFIRMED] * 2
    assert not books.refunds()


def test_an_overdue_invoice_is_made_void_and_gives_the_slots_back(till: Till) -> None:
    with till.at(NOW):
        order = trusted_order()
        invoices.invoice_order(order.public_id, NOW)
    with till.at(later(NOW, days=31)):
        assert invoices.void_overdue(later(NOW, days=31)) == 1
        assert invoices.void_overdue(later(NOW, days=31)) == 0
    assert books.states() == [BookingState.LAPSED] * 2
    assert slot_of(506).booking_id is None
    assert db.session.scalars(sa.select(CheckoutAttempt.state)).all() == [AttemptState.CANCELLED]


def test_the_editor_may_set_the_date_until_which_an_invoice_holds(till: Till) -> None:
    with till.at(NOW):
        order = trusted_order()
        invoices.invoice_order(order.public_id, NOW, pay_by=later(NOW, days=10))
    assert slot_of(507).held_until == later(NOW, days=10)


def test_only_trusted_advertisers_pay_later_and_only_in_time(till: Till) -> None:
    with till.at(NOW):
        order = make_order()
        with pytest.raises(NotTrusted):
            invoices.invoice_order(order.public_id, NOW)
        db.session.execute(sa.update(Advertiser).values(may_pay_by_invoice=True))
        db.session.commit()
        with pytest.raises(InvoiceAfterIssue):
            invoices.invoice_order(order.public_id, NOW, pay_by=later(NOW, days=7))
        with till.at(later(NOW, minutes=1)), pytest.raises(InvoiceTooLate):
            invoices.invoice_order(order.public_id, NOW, pay_by=later(NOW, days=2))
    assert books.states() == [BookingState.HELD]


def test_an_invoice_after_a_card_page_was_left_open_is_the_one_attempt(
    till: Till, session: scoped_session[Session]
) -> None:
    with till.at(NOW):
        order = trusted_order()
        paying.start_payment(order.public_id, NOW)
        invoices.invoice_order(order.public_id, NOW)
    states = session.scalars(sa.select(CheckoutAttempt.state).order_by(CheckoutAttempt.kind)).all()
    assert states == [AttemptState.CANCELLED, AttemptState.OPEN]
    assert session.scalars(sa.select(Order.paid_by)).all() == [OrderPayment.INVOICE]


@pytest.mark.scenario(25)
def test_an_invoice_that_is_paid_after_a_backup_was_restored_is_booked(
    till: Till, app: Flask, database: Database
) -> None:
    with till.at(NOW):
        public_id = trusted_order().public_id
        invoices.invoice_order(public_id, NOW)
        sent = invoice_id()
        db.session.remove()
        put_back(app, database)
        make_issue(507)
        assert reconcile(later(NOW, days=-1), NOW).whole
        till.do(f"/invoices/{sent}/pay")
        assert reconcile(later(NOW, days=-1), NOW).whole
        assert till.balance() == 100_000
    restored = db.session.scalars(sa.select(Order)).one()
    assert (restored.public_id, restored.paid_by) == (public_id, OrderPayment.INVOICE)
    assert books.states() == [BookingState.CONFIRMED] * 2


@pytest.mark.scenario(25)
def test_a_paid_invoice_that_cannot_be_told_again_is_sent_back(till: Till, app: Flask, database: Database) -> None:
    with till.at(NOW):
        invoices.invoice_order(trusted_order().public_id, NOW)
        sent = invoice_id()
        db.session.remove()
        put_back(app, database)
        till.do(f"/invoices/{sent}/pay")
        assert reconcile(later(NOW, days=-1), NOW).whole
        assert till.balance() == 0
    assert till.payment().disposition is PaymentDisposition.ORPHAN
    assert books.tasks() == ["A payment belongs to no order"]


def test_an_invoice_paid_past_stripe_books_and_promises_no_money_that_stripe_has_not(till: Till) -> None:
    with till.at(NOW):
        invoices.invoice_order(trusted_order().public_id, NOW)
        db.session.execute(sa.update(Slot).where(Slot.id == slot_of(507).id).values(locked=True))
        db.session.commit()
        till.paid_past_stripe(invoice_id())
        assert reconcile(later(NOW, days=-1), NOW).whole
    assert books.states() == [BookingState.CONFIRMED, BookingState.UNPLACED]
    assert not books.refunds()
    [body] = db.session.scalars(sa.select(OutboxMessage.body).where(OutboxMessage.dedupe_key.like("slot-gone:%")))
    assert "goes back" not in body


def test_an_invoice_of_holds_that_were_given_up_is_made_void(till: Till) -> None:
    with till.at(NOW):
        order = trusted_order()
        invoices.invoice_order(order.public_id, NOW)
        assert invoices.void_overdue(NOW) == 0
        holding.give_up(order.public_id, NOW)
        assert invoices.void_overdue(NOW) == 1
        assert payments().invoice(invoice_id()).status == "void"
    assert db.session.scalars(sa.select(CheckoutAttempt.state)).all() == [AttemptState.CANCELLED]


def test_an_invoice_of_an_order_that_was_paid_by_card_after_all_is_made_void(till: Till) -> None:
    with till.at(NOW):
        order = trusted_order()
        paying.start_payment(order.public_id, NOW)
        session_id = till.session_of(order)
        # Stripe cannot be reached for long enough to pay on the page that should have been closed.
        closing = f"/v1/checkout/sessions/{session_id}/expire"
        till.do("/chaos", target="requests", action="error", when="before", status=500, count=3, path=closing)
        invoices.invoice_order(order.public_id, NOW)
        till.pay(session_id)
        paying.sync_session(session_id)
        assert invoices.void_overdue(NOW) == 1
        assert payments().invoice(invoice_id()).status == "void"
    assert books.states() == [BookingState.CONFIRMED] * 2
    assert not books.refunds()


def test_an_invoice_closes_the_card_page_that_was_left_open(till: Till) -> None:
    with till.at(NOW):
        order = trusted_order()
        paying.start_payment(order.public_id, NOW)
        session_id = till.session_of(order)
        invoices.invoice_order(order.public_id, NOW)
        assert payments().session(session_id).status == "expired"
    assert books.states() == [BookingState.HELD] * 2


def test_a_card_page_that_expires_takes_nothing_from_the_invoice_that_came_after_it(till: Till) -> None:
    with till.at(NOW):
        order = trusted_order()
        paying.start_payment(order.public_id, NOW)
        session_id = till.session_of(order)
        invoices.invoice_order(order.public_id, NOW)
    with till.at(later(NOW, minutes=36)):
        assert payments().session(session_id).status == "expired"
        paying.sync_session(session_id)
    assert books.states() == [BookingState.HELD] * 2
    assert slot_of(506).held_until == later(NOW, days=30)


def test_an_invoice_that_stripe_refuses_leaves_the_hold_to_be_invoiced_again(till: Till) -> None:
    with till.at(NOW):
        order = trusted_order()
        till.do("/chaos", target="requests", action="error", when="before", status=400, path="/v1/invoices")
        with pytest.raises(PaymentsRefused):
            invoices.invoice_order(order.public_id, NOW)
        assert db.session.scalars(sa.select(CheckoutAttempt.state)).all() == [AttemptState.FAILED]
        assert books.states() == [BookingState.HELD] * 2
        assert invoices.invoice_order(order.public_id, NOW)
    assert books.letters() == {"invoice": 1}


def test_a_bank_that_works_on_the_page_an_invoice_replaced_does_not_shorten_the_hold(till: Till) -> None:
    with till.at(NOW):
        order = trusted_order()
        paying.start_payment(order.public_id, NOW)
        session_id = till.session_of(order)
        closing = f"/v1/checkout/sessions/{session_id}/expire"
        till.do("/chaos", target="requests", action="error", when="before", status=500, count=3, path=closing)
        invoices.invoice_order(order.public_id, NOW)
        till.pay(session_id, BANK_DEBIT)
        paying.sync_session(session_id)
    states = db.session.scalars(sa.select(CheckoutAttempt.state).order_by(CheckoutAttempt.kind)).all()
    assert states == [AttemptState.CANCELLED, AttemptState.OPEN]
    assert slot_of(506).held_until == later(NOW, days=30)
