"""News from Stripe that is forged, late, doubled, in the wrong order or never comes."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable

import pytest
import sqlalchemy as sa
import stripe
from flask import Flask

from booking.db import db
from booking.domain.states import AttemptState, BookingState, EventState, LedgerAccount, PaymentDisposition, RefundState
from booking.gateways.payments import payments
from booking.models import CheckoutAttempt, Order, OutboxMessage, StripeEvent
from booking.services import failpoints, outbox, paying
from booking.services.reconciling import reconcile
from tests.fixtures import WEBHOOKS
from tests.scenarios import books
from tests.support.factories import NOW, make_order, make_paid_order
from tests.support.till import Till, later
from tests.support.visitor import outside

pytestmark = pytest.mark.usefixtures("session")

SECRET = "whsec_simulator"


def started(till: Till) -> Order:
    order = make_order()
    paying.start_payment(order.public_id, NOW)
    return order


def completed(session_id: str, **more: object) -> bytes:
    event = {
        "id": "evt_made_up",
        "object": "event",
        "type": "checkout.session.completed",
        "created": 1,
        "livemode": False,
        "data": {"object": {"id": session_id, "object": "checkout.session"}},
    }
    return json.dumps(event | more).encode()


def post(app: Flask, body: bytes, signature: str) -> int:
    client = app.test_client()
    return outside(client.post, WEBHOOKS, data=body, headers={"Stripe-Signature": signature}).status_code


def signed(body: bytes, secret: str = SECRET, timestamp: int | None = None) -> str:
    return str(stripe.WebhookSignature.generate_signature_header(body.decode(), secret, timestamp))


@pytest.mark.scenario(6)
@pytest.mark.parametrize(
    ("stamp_offset", "secret"), [(0, "whsec_wrong"), (-301, SECRET), (600, SECRET)], ids=["forged", "stale", "future"]
)
def test_a_webhook_that_stripe_did_not_send_just_now_has_no_effect(
    till: Till, app: Flask, caplog: pytest.LogCaptureFixture, stamp_offset: int, secret: str
) -> None:
    import time

    with till.at(NOW), caplog.at_level(logging.WARNING):
        order = started(till)
        till.pay(order)
        body = completed(till.session_of(order))
        assert post(app, body, signed(body, secret, int(time.time()) + stamp_offset)) == 400
    assert books.states() == [BookingState.HELD]
    assert db.session.scalars(sa.select(StripeEvent)).all() == []
    assert [record.message for record in caplog.records if "webhook was refused" in record.message]


@pytest.mark.scenario(6)
@pytest.mark.parametrize("body", [b"\xff\xfe", b"not json", b"[]", b'{"object": "event"}', b'"text"', b"null", b""])
def test_a_webhook_that_is_no_event_is_refused(app: Flask, body: bytes) -> None:
    signature = signed(body) if body.isascii() else "t=1,v1=00"
    assert post(app, body, signature) == 400


@pytest.mark.scenario(6)
def test_an_oversized_webhook_is_refused_and_the_endpoint_keeps_answering(till: Till, app: Flask) -> None:
    huge = completed("cs_x", padding="x" * 300_000)
    assert post(app, huge, signed(huge)) == 413
    with till.at(NOW):
        order = started(till)
        till.pay(order)
        body = completed(till.session_of(order))
        assert post(app, body, signed(body)) == 200
    assert books.states() == [BookingState.CONFIRMED]


@pytest.mark.scenario(6)
def test_while_a_secret_is_rotated_the_old_one_and_the_new_one_are_good(
    till: Till, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(payments(), "secrets", ("whsec_new", "whsec_old"))
    with till.at(NOW):
        order = started(till)
        till.pay(order)
        for number, (secret, status) in enumerate([("whsec_old", 200), ("whsec_new", 200), (SECRET, 400)]):
            body = completed(till.session_of(order), id=f"evt_{number}")
            assert post(app, body, signed(body, secret)) == status


@pytest.mark.scenario(6)
def test_an_event_of_the_other_mode_is_not_ours(till: Till, app: Flask) -> None:
    with till.at(NOW):
        order = started(till)
        till.pay(order)
        body = completed(till.session_of(order), livemode=True)
        assert post(app, body, signed(body)) == 200
    assert books.states() == [BookingState.HELD]
    assert db.session.scalars(sa.select(StripeEvent.state)).all() == [EventState.IGNORED]


@pytest.mark.scenario(6)
@pytest.mark.parametrize(
    ("kind", "subject"),
    [
        ("invoice.upcoming", {"object": "invoice"}),
        ("invoice.deleted", {"id": "in_of_others", "object": "invoice"}),
        ("customer.created", {"id": "cus_of_others", "object": "customer"}),
    ],
)
def test_an_event_of_other_programs_on_the_account_is_answered_and_left_alone(
    app: Flask, kind: str, subject: dict[str, str]
) -> None:
    body = completed("", type=kind, data={"object": subject})
    assert post(app, body, signed(body)) == 200
    assert db.session.scalars(sa.select(StripeEvent.state)).all() == [EventState.IGNORED]


@pytest.mark.scenario(6)
def test_an_event_that_failed_while_it_was_of_use_is_answered_when_it_no_longer_is(app: Flask) -> None:
    body = completed("", type="customer.created", data={"object": {"id": "cus_1", "object": "customer"}})
    assert post(app, body, signed(body)) == 200
    db.session.execute(sa.update(StripeEvent).values(state=EventState.FAILED))
    db.session.commit()
    assert post(app, body, signed(body)) == 200


@pytest.mark.scenario(6)
def test_a_session_that_another_program_sells_through_changes_nothing(till: Till, app: Flask) -> None:
    with till.at(NOW):
        order = started(till)
        made = payments().client.v1.checkout.sessions.create(
            {
                "mode": "payment",
                "success_url": "http://127.0.0.1/done",
                "line_items": [
                    {
                        "quantity": 1,
                        "price_data": {"currency": "usd", "unit_amount": 777, "product_data": {"name": "A mug"}},
                    }
                ],
                "metadata": {"app": "mugs", "attempt": db.session.scalars(sa.select(CheckoutAttempt.id)).one()},
            }
        )
        till.pay(made.id)
        body = completed(made.id)
        assert post(app, body, signed(body)) == 200
    assert db.session.scalars(sa.select(StripeEvent.state)).all() == [EventState.DONE]
    assert books.states(order) == [BookingState.HELD]
    assert books.movements() == 0


@pytest.mark.scenario(6)
@pytest.mark.parametrize("changes", [{"amount": 49_999}, {"currency": "EUR"}])
def test_a_payment_that_differs_from_its_order_is_refunded_and_a_person_is_told(
    till: Till, changes: dict[str, object]
) -> None:
    with till.at(NOW):
        order = started(till)
        till.pay(order)
        db.session.execute(sa.update(CheckoutAttempt).values(**changes))
        db.session.commit()
        paying.sync_session(till.session_of(order))
        assert till.balance() == 0
    assert till.payment().disposition is PaymentDisposition.MISMATCH
    assert books.refunds() == [(50_000, "succeeded")]
    assert books.states() == [BookingState.HELD]
    assert books.tasks() == ["A payment differs from its order"]
    assert books.account(LedgerAccount.UNAPPLIED) == 0


@pytest.mark.scenario(7)
def test_the_webhook_before_the_buyer_returns_books_once_with_one_mail(
    till: Till, webhooks: Callable[[], list[int]]
) -> None:
    with till.at(NOW):
        order = started(till)
        till.pay(order)
        assert set(webhooks()) == {200}
        assert books.states() == [BookingState.CONFIRMED]
        paying.sync_session(till.session_of(order))
    assert books.letters() == {"booked": 1}
    assert books.movements() == 2


@pytest.mark.scenario(9)
def test_a_refund_that_is_heard_of_before_its_payment_ends_in_the_same_state(till: Till, app: Flask) -> None:
    with till.at(NOW):
        order = started(till)
        paid = till.pay(order)
        del paid
        intent = payments().session(till.session_of(order)).intent_id
        till.do("/refunds", payment_intent=intent, amount=20_000)
        events = list(payments().events_since(later(NOW, days=-1)))
        for event in events:
            body = json.dumps(
                {
                    "id": event.id,
                    "object": "v2.core.event",
                    "type": f"v1.{event.type}",
                    "created": "2026-03-02T09:00:00Z",
                    "livemode": False,
                    "related_object": {"id": event.object_id},
                }
            ).encode()
            assert post(app, body, signed(body)) == 200
        assert till.balance() == 30_000
    assert events[0].type in ("charge.refunded", "refund.created", "refund.updated"), "newest first"
    assert books.states() == [BookingState.CONFIRMED]
    assert books.refunds() == [(20_000, "succeeded")]
    assert -books.account(LedgerAccount.REVENUE) == 30_000
    assert books.account(LedgerAccount.STRIPE) == 30_000


@pytest.mark.scenario(10)
def test_a_database_error_in_the_middle_of_a_fold_is_a_500_and_the_retry_succeeds(
    till: Till, app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> None:
        raise sa.exc.OperationalError("INSERT", {}, Exception("disk I/O error"))

    with till.at(NOW):
        order = started(till)
        till.pay(order)
        body = completed(till.session_of(order))
        failpoints.hooks["places-given"] = fail
        try:
            with caplog.at_level(logging.CRITICAL):
                assert post(app, body, signed(body)) == 500
        finally:
            failpoints.hooks.clear()
        assert books.movements() == 0
        assert db.session.scalars(sa.select(StripeEvent.state)).all() == [EventState.FAILED], "its fold is undone"
        assert post(app, body, signed(body)) == 200
    assert books.states() == [BookingState.CONFIRMED]
    assert books.letters() == {"booked": 1}


@pytest.mark.scenario(10)
def test_a_mail_server_that_is_down_is_harmless(till: Till, app: Flask) -> None:
    app.config.update(MAIL_HOST="127.0.0.1", MAIL_PORT=9, MAIL_SECURITY="none")
    with till.at(NOW):
        make_paid_order(till)
        assert outbox.deliver(NOW) == 0
    assert books.states() == [BookingState.CONFIRMED]
    assert [message.tries for message in db.session.scalars(sa.select(OutboxMessage))] == [1]


@pytest.mark.scenario(25)
def test_webhooks_that_were_down_for_five_days_are_made_up_for(till: Till) -> None:
    with till.at(NOW):
        order = started(till)
        till.pay(order)
        intent = payments().session(till.session_of(order)).intent_id
    with till.at(later(NOW, days=1)):
        till.do("/refunds", payment_intent=intent, amount=5_000)
    with till.at(later(NOW, days=5)):
        report = reconcile(later(NOW, days=-2), later(NOW, days=5))
    assert report.whole, report.sentences
    assert books.states() == [BookingState.CONFIRMED]
    assert books.refunds() == [(5_000, RefundState.SUCCEEDED)]


@pytest.mark.scenario(17)
def test_the_second_payment_of_one_order_is_refunded_once_and_the_order_stays(till: Till) -> None:
    with till.at(NOW):
        order = started(till)
        first = till.session_of(order)
    with till.at(later(NOW, minutes=1)):
        # The first page was left open in another tab: its session is lost to us, not to the buyer.
        db.session.execute(sa.update(CheckoutAttempt).values(state="failed"))
        db.session.commit()
        paying.start_payment(order.public_id, later(NOW, minutes=1))
        second = till.session_of(order)
        assert first != second
        for session_id in (first, second):
            till.pay(session_id)
            paying.sync_session(session_id)
            paying.sync_session(session_id)
        assert till.balance() == 50_000
        assert reconcile(later(NOW, days=-1), later(NOW, minutes=1)).whole
    assert books.states() == [BookingState.CONFIRMED]
    assert books.refunds() == [(50_000, "succeeded")]
    assert books.account(LedgerAccount.STRIPE) == 50_000
    assert books.letters() == {"booked": 1, "paid-twice": 1, "refunded": 1}


@pytest.mark.scenario(17)
def test_an_attempt_that_was_paid_for_a_paid_order_is_over(till: Till) -> None:
    with till.at(NOW):
        order = started(till)
        first = till.session_of(order)
        db.session.execute(sa.update(CheckoutAttempt).values(state="failed"))
        db.session.commit()
    with till.at(later(NOW, minutes=1)):
        paying.start_payment(order.public_id, later(NOW, minutes=1))
        second = till.session_of(order)
        for session_id in (first, second):
            till.pay(session_id)
            paying.sync_session(session_id)
    found = sa.select(CheckoutAttempt.stripe_id, CheckoutAttempt.state)
    assert {row.stripe_id: row.state for row in db.session.execute(found)} == {
        first: AttemptState.PAID,
        second: AttemptState.CANCELLED,
    }
