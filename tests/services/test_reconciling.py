"""After a reconciliation our books are Stripe's, whatever was missed, lost or restored."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import requests
import sqlalchemy as sa
from flask import Flask

from booking.db import db
from booking.domain.states import AttemptState, BookingState, LedgerAccount, PaymentDisposition, RefundState
from booking.gateways.payments import Payments, payments
from booking.gateways.stripe_facts import MovementFact
from booking.models import Advertiser, Booking, CheckoutAttempt, Order, Payment, Refund
from booking.services import holding, invoices, paying
from booking.services.reconciling import book_movement, reconcile, reconcile_lately
from tests.fixtures import put_back
from tests.scenarios import books
from tests.support.databases import Database
from tests.support.factories import NOW, buyer, choice, make_issue, make_order, wish
from tests.support.till import Till

pytestmark = pytest.mark.usefixtures("session", "simulator")

SINCE = NOW - timedelta(days=7)


def pay_without_telling(till: Till) -> Order:
    order = make_order()
    paying.start_payment(order.public_id, NOW)
    till.pay(order)
    return order


def test_a_payment_that_no_webhook_told_of_is_booked(till: Till) -> None:
    with till.at(NOW):
        pay_without_telling(till)
        report = reconcile(SINCE, NOW)
    assert report.whole, report.sentences
    assert report.difference == {"USD": 0}
    assert report.sentences[1:] == ["Difference between Stripe's balance and our ledger: $0 (0)."]
    assert db.session.scalars(sa.select(Booking.state)).all() == [BookingState.CONFIRMED]


def test_a_second_reconciliation_changes_nothing(till: Till) -> None:
    with till.at(NOW):
        pay_without_telling(till)
        first = reconcile(SINCE, NOW)
        payment = till.payment().id
        second = reconcile(SINCE, NOW)
    assert first.whole
    assert second.whole
    assert till.payment().id == payment


def test_a_refund_at_the_dashboard_is_booked(till: Till) -> None:
    with till.at(NOW):
        pay_without_telling(till)
        reconcile(SINCE, NOW)
        till.do("/refunds", payment_intent=till.payment().stripe_payment_intent_id, amount=12_345)
        report = reconcile(SINCE, NOW)
    assert report.whole, report.sentences
    assert [(r.amount, r.state) for r in db.session.scalars(sa.select(Refund))] == [(12_345, RefundState.SUCCEEDED)]


@pytest.mark.scenario(25)
def test_a_database_restored_from_before_an_order_is_whole_again(
    till: Till, app: Flask, database: Database, webhooks: Callable[[], list[int]]
) -> None:
    with till.at(NOW):
        order = pay_without_telling(till)
        public_id = order.public_id
        webhooks()
        db.session.remove()
        put_back(app, database)
        make_issue(503)
        report = reconcile(SINCE, NOW)
    assert report.whole, report.sentences
    restored = db.session.scalars(sa.select(Order)).one()
    assert (restored.public_id, restored.company) == (public_id, "Ledgerline")
    assert [booking.state for booking in restored.bookings] == [BookingState.CONFIRMED]


@pytest.mark.scenario(25)
def test_a_database_restored_from_before_the_payment_page_pays_the_order_that_it_has(till: Till) -> None:
    with till.at(NOW):
        order = pay_without_telling(till)
        db.session.execute(sa.delete(CheckoutAttempt))
        db.session.commit()
        report = reconcile(SINCE, NOW)
    assert report.whole, report.sentences
    assert db.session.scalars(sa.select(Order.id)).all() == [order.id]
    assert db.session.scalars(sa.select(Booking.state)).all() == [BookingState.CONFIRMED]
    assert db.session.scalars(sa.select(CheckoutAttempt.state)).all() == [AttemptState.PAID]


@pytest.mark.scenario(25)
def test_a_restored_order_whose_slot_was_sold_again_gets_its_money_back(
    till: Till, app: Flask, database: Database
) -> None:
    with till.at(NOW):
        pay_without_telling(till)
        db.session.remove()
        put_back(app, database)
        make_issue(503)
        other = holding.hold(wish(choice(), by=buyer("Northwind Rail", "jobs@northwind.example")), NOW)
        report = reconcile(SINCE, NOW)
    assert report.whole, report.sentences
    assert till.balance() == 0
    assert till.payment().disposition is PaymentDisposition.UNPLACED
    holder = db.session.scalars(sa.select(Order).where(Order.public_id == other)).one()
    assert holder.bookings[0].state is BookingState.HELD


def test_a_payment_page_whose_end_nobody_told_of_is_closed_however_long_ago_it_was_made(till: Till) -> None:
    with till.at(NOW):
        order = make_order()
        paying.start_payment(order.public_id, NOW)
    with till.at(NOW + timedelta(hours=1)):
        assert payments().session(till.session_of(order)).status == "expired"
    with till.at(NOW + timedelta(days=9)) as now:
        # Older than what is looked at, and its event as well.
        assert reconcile(now - timedelta(days=1), now).whole
    assert db.session.scalars(sa.select(CheckoutAttempt.state)).all() == [AttemptState.EXPIRED]
    assert db.session.scalars(sa.select(Booking.state)).all() == [BookingState.LAPSED]


def test_stripe_s_fees_are_booked(till: Till) -> None:
    with till.at(NOW):
        till.do("/dials", fee_percent=3)
        pay_without_telling(till)
        for _ in range(2):
            report = reconcile(SINCE, NOW)
            assert report.whole, report.sentences
    assert books.account(LedgerAccount.FEES) == 1_500


@pytest.mark.parametrize(
    ("kind", "account"),
    [("payout", LedgerAccount.BANK), ("payout_failure", LedgerAccount.BANK), ("stripe_fee", LedgerAccount.FEES)],
)
def test_what_leaves_the_balance_without_a_payment_is_booked_once(kind: str, account: LedgerAccount) -> None:
    for _ in range(2):
        book_movement(MovementFact("txn_1", kind, -700, 0, -700, "USD", "po_1"))
    assert books.account(account) == -books.account(LedgerAccount.STRIPE) == 700


def test_one_payment_page_that_cannot_be_read_keeps_no_other_from_being_closed(till: Till) -> None:
    with till.at(NOW):
        make_issue(501)
        orders = [
            make_order(choice(500)),
            make_order(choice(501), by=buyer("Northwind Rail", "jobs@northwind.example")),
        ]
        for order in orders:
            paying.start_payment(order.public_id, NOW)
        lost, read = map(till.session_of, orders)
    with till.at(NOW + timedelta(hours=1)):
        assert [payments().session(each).status for each in (lost, read)] == ["expired", "expired"]
    with till.at(NOW + timedelta(days=9)) as now:
        path = f"/v1/checkout/sessions/{lost}"
        till.do("/chaos", target="requests", action="error", when="before", status=500, count=3, path=path)
        report = reconcile(now - timedelta(days=1), now)
        assert not report.whole
        assert [trouble.split(" in:")[0] for trouble in report.troubles] == [f"Could not fold {lost}"]
        assert state_of(lost) is AttemptState.OPEN
        assert state_of(read) is AttemptState.EXPIRED
        assert reconcile(now - timedelta(days=1), now).whole
    assert state_of(lost) is AttemptState.EXPIRED


def state_of(session_id: str) -> AttemptState:
    db.session.rollback()
    return db.session.scalars(sa.select(CheckoutAttempt.state).where(CheckoutAttempt.stripe_id == session_id)).one()


def charge_by_another_program(till: Till) -> None:
    """Somebody else's program charges on the same account."""
    foreign = requests.post(
        f"{till.simulator.base_url}/v1/checkout/sessions",
        data={
            "mode": "payment",
            "success_url": "http://127.0.0.1/done",
            "line_items[0][quantity]": "1",
            "line_items[0][price_data][currency]": "usd",
            "line_items[0][price_data][unit_amount]": "777",
            "line_items[0][price_data][product_data][name]": "A mug",
        },
        auth=("sk_test_simulator", ""),
        timeout=5,
    ).json()
    till.pay(foreign["id"])


def test_what_reconciles_every_day_is_silent_until_the_books_differ_and_asks_once_a_day(till: Till) -> None:
    with till.at(NOW):
        pay_without_telling(till)
        assert reconcile_lately(NOW) == ""
        assert books.tasks() == []
        charge_by_another_program(till)
        for _ in range(2):
            assert "$7.77 (777)" in reconcile_lately(NOW)
    assert books.tasks() == ["Our books and Stripe's differ"]


def test_money_at_stripe_that_we_do_not_know_is_named(till: Till) -> None:
    with till.at(NOW):
        pay_without_telling(till)
        reconcile(SINCE, NOW)
        charge_by_another_program(till)
        report = reconcile(SINCE, NOW)
    assert report.difference == {"USD": 777}
    assert not report.whole
    assert "pi_" in report.sentences[-1]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Payment)) == 1


@pytest.mark.parametrize("by_invoice", [False, True])
def test_the_money_of_another_newsletter_on_the_same_account_is_left_alone(
    till: Till, app: Flask, by_invoice: bool, webhooks: Callable[[], list[int]]
) -> None:
    ours = payments()
    theirs = Payments("sk_test_simulator", till.simulator.base_url, (), livemode=False, site="ads.other.example")
    with till.at(NOW):
        app.extensions["payments"] = theirs
        order = make_order()
        if by_invoice:
            db.session.execute(sa.update(Advertiser).values(may_pay_by_invoice=True))
            db.session.commit()
            invoices.invoice_order(order.public_id, NOW, pay_by=NOW + timedelta(days=4))
            till.do(f"/invoices/{db.session.scalars(sa.select(CheckoutAttempt.stripe_id)).one()}/pay")
        else:
            paying.start_payment(order.public_id, NOW)
            till.pay(order)
        # What stands in their database does not stand in ours.
        db.session.execute(sa.delete(CheckoutAttempt))
        db.session.commit()
        app.extensions["payments"] = ours
        assert set(webhooks()) == {200}
        report = reconcile(SINCE, NOW)
        assert till.balance() == 50_000
    assert not report.troubles
    assert db.session.scalars(sa.select(Payment)).all() == []
    assert db.session.scalars(sa.select(CheckoutAttempt)).all() == []
