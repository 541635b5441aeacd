"""What the app relies on, said once and asked twice: of the simulator always, of Stripe itself when there is a key.

With `STRIPE_TEST_KEY=sk_test_... make test` the same tests run against Stripe's test mode. They need no browser, so
what a buyer does on Stripe's page is not among them (docs/stripe.md says what to try by hand).
"""

from __future__ import annotations

import os
import time
import uuid
from typing import Any

import pytest
import stripe

from booking.stripe_simulator import Simulator
from tests.stripe_simulator.shop import JOB, SPONSOR, client_of, look, sell

KEY = os.environ.get("STRIPE_TEST_KEY", "")
NO_KEY = "no STRIPE_TEST_KEY (sk_test_... or rk_test_...) is set, so Stripe itself was not asked"


if KEY:

    @pytest.fixture(autouse=True)
    def _kept_on_this_machine() -> None:
        """These tests are the ones that may leave this machine."""


@pytest.fixture(params=["simulator", "stripe"])
def client(request: pytest.FixtureRequest) -> stripe.StripeClient:
    """The client of one of the two."""
    if request.param == "simulator":
        simulator: Simulator = request.getfixturevalue("simulator")
        return client_of(simulator)
    if not KEY:
        pytest.skip(NO_KEY)
    assert KEY.startswith(("sk_test_", "rk_test_")), (
        "STRIPE_TEST_KEY must be a test key; nothing is ever run on a live one."
    )
    return stripe.StripeClient(KEY, http_client=stripe.RequestsClient(timeout=(3, 20)), max_network_retries=2)


def error_of(client: stripe.StripeClient, **changes: Any) -> tuple[int | None, str | None, str | None]:
    """Status, code and parameter of the refusal of a session."""
    with pytest.raises(stripe.InvalidRequestError) as caught:
        sell(client, **changes)
    return caught.value.http_status, caught.value.code, caught.value.param


def fresh() -> str:
    """A key that was never used."""
    return str(uuid.uuid4())


def test_a_session_is_made_as_the_app_makes_it(client: stripe.StripeClient) -> None:
    moment = int(time.time()) + 35 * 60
    lines = [{"quantity": 1, "price_data": SPONSOR}, {"quantity": 2, "price_data": JOB}]
    session = sell(
        client,
        line_items=lines,
        expires_at=moment,
        excluded_payment_method_types=["us_bank_account"],
        allow_promotion_codes=True,
    )
    assert (session.status, session.payment_status, session.payment_intent) == ("open", "unpaid", None)
    assert (session.amount_subtotal, session.amount_total, session.currency) == (75_000, 75_000, "usd")
    assert (session.expires_at, session.livemode, session.mode) == (moment, False, "payment")
    assert session.client_reference_id == "order-1"
    assert session.metadata.to_dict() == {"app": "booking", "order": "order-1"}
    assert session.url.startswith("http")
    assert "us_bank_account" not in session.payment_method_types


def test_its_lines_come_on_request(client: stripe.StripeClient) -> None:
    session = sell(client)
    assert [line.amount_total for line in look(client, session, "line_items").line_items] == [45_000]
    assert [line.description for line in client.v1.checkout.sessions.line_items.list(session.id)] == [
        "Sponsor, issue 475"
    ]


def test_it_expires_when_it_is_told_to_and_only_once(client: stripe.StripeClient) -> None:
    session = sell(client)
    expired = client.v1.checkout.sessions.expire(session.id)
    assert (expired.status, expired.url) == ("expired", None)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.checkout.sessions.expire(session.id)
    assert caught.value.http_status == 400


def test_it_is_found_again_in_the_list(client: stripe.StripeClient) -> None:
    session = sell(client)
    recent: Any = {"created": {"gte": session.created}, "limit": 3}
    assert session.id in [found.id for found in client.v1.checkout.sessions.list(recent).auto_paging_iter()]


def test_the_parameter_that_endive_removed_is_unknown(client: stripe.StripeClient) -> None:
    found = error_of(client, payment_method_types=["card"])
    assert found == (400, "parameter_unknown", "payment_method_types")


def test_an_unknown_nested_parameter_is_named_in_full(client: stripe.StripeClient) -> None:
    found = error_of(client, payment_intent_data={"bogus": "1"})
    assert found == (400, "parameter_unknown", "payment_intent_data[bogus]")


@pytest.mark.parametrize("seconds", [60, 25 * 60 * 60])
def test_an_expiry_out_of_range_is_refused(client: stripe.StripeClient, seconds: int) -> None:
    status, _, param = error_of(client, expires_at=int(time.time()) + seconds)
    assert (status, param) == (400, "expires_at")


def test_codes_and_discounts_exclude_each_other(client: stripe.StripeClient) -> None:
    coupon = client.v1.coupons.create({"percent_off": 10, "duration": "once"})
    assert error_of(client, allow_promotion_codes=True, discounts=[{"coupon": coupon.id}])[0] == 400


def test_a_discount_changes_the_total_and_not_the_subtotal(client: stripe.StripeClient) -> None:
    coupon = client.v1.coupons.create({"percent_off": 10, "duration": "once"})
    session = sell(client, discounts=[{"coupon": coupon.id}])
    assert (session.amount_subtotal, session.amount_total) == (45_000, 40_500)
    assert session.total_details.amount_discount == 4_500


def test_a_key_replays_and_is_not_lent_to_another_body(client: stripe.StripeClient) -> None:
    key = fresh()
    first, second = sell(client, key=key), sell(client, key=key)
    assert second.id == first.id
    assert second.last_response.headers["Idempotent-Replayed"] == "true"
    with pytest.raises(stripe.IdempotencyError) as caught:
        sell(client, key=key, client_reference_id="order-2")
    assert caught.value.http_status == 400


def test_a_key_survives_a_validation_failure(client: stripe.StripeClient) -> None:
    key = fresh()
    with pytest.raises(stripe.InvalidRequestError):
        sell(client, key=key, payment_intent_data={"bogus": "1"})
    assert sell(client, key=key).status == "open"


def test_an_unknown_session_is_a_404(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.checkout.sessions.retrieve("cs_test_none")
    assert (caught.value.http_status, caught.value.code) == (404, "resource_missing")


def test_an_unknown_payment_cannot_be_refunded(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.refunds.create({"payment_intent": "pi_none"})
    assert caught.value.code == "resource_missing"


def test_an_invoice_is_sent_with_a_due_date_and_voided(client: stripe.StripeClient) -> None:
    customer = client.v1.customers.create(
        {"email": "books@example.com", "name": "A Sponsor", "metadata": {"app": "booking"}}
    )
    invoice = client.v1.invoices.create(
        {"customer": customer.id, "collection_method": "send_invoice", "days_until_due": 14, "auto_advance": False}
    )
    client.v1.invoice_items.create(
        {"customer": customer.id, "invoice": invoice.id, "amount": 45_000, "currency": "usd", "description": "Sponsor"}
    )
    opened = client.v1.invoices.finalize_invoice(invoice.id)
    assert (opened.status, opened.amount_due, opened.amount_paid) == ("open", 45_000, 0)
    assert opened.due_date is not None
    assert opened.hosted_invoice_url is not None
    assert opened.invoice_pdf is not None
    assert client.v1.invoices.void_invoice(invoice.id).status == "void"


def test_an_invoice_paid_elsewhere_is_paid(client: stripe.StripeClient) -> None:
    customer = client.v1.customers.create({"email": "books@example.com"})
    invoice = client.v1.invoices.create(
        {"customer": customer.id, "collection_method": "send_invoice", "days_until_due": 1, "auto_advance": False}
    )
    client.v1.invoice_items.create({"customer": customer.id, "invoice": invoice.id, "amount": 500, "currency": "usd"})
    client.v1.invoices.finalize_invoice(invoice.id)
    assert client.v1.invoices.pay(invoice.id, {"paid_out_of_band": True}).status == "paid"


def test_what_happened_is_listed_as_events(client: stripe.StripeClient) -> None:
    session = sell(client)
    client.v1.checkout.sessions.expire(session.id)
    for _ in range(20):
        found = client.v1.events.list({"type": "checkout.session.expired", "limit": 20})
        told = [event for event in found if event.data.object["id"] == session.id]
        if told:
            break
        time.sleep(0.5)
    assert [event.data.object["status"] for event in told] == ["expired"]
