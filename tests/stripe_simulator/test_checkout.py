"""Checkout sessions: what may be asked for, how they are paid, and how they end."""

from __future__ import annotations

import time
from typing import Any

import pytest
import stripe

from booking.stripe_simulator import Simulator
from tests.stripe_simulator.shop import JOB, SPONSOR, control, event, funds, happened, look, pay, sell


def refusal(client: stripe.StripeClient, **changes: Any) -> stripe.InvalidRequestError:
    """The error that a session with these terms meets."""
    with pytest.raises(stripe.InvalidRequestError) as caught:
        sell(client, **changes)
    return caught.value


def test_a_new_session_is_open_with_a_page_and_without_a_payment(client: stripe.StripeClient) -> None:
    session = sell(client)
    assert (session.status, session.payment_status, session.payment_intent) == ("open", "unpaid", None)
    assert session.url.endswith(f"/c/pay/{session.id}")
    assert session.id.startswith("cs_test_")


@pytest.mark.parametrize(
    ("changes", "param", "code"),
    [
        ({"payment_intent_data": {"bogus": 1}}, "payment_intent_data[bogus]", "parameter_unknown"),
        ({"payment_method_types": ["card"]}, "payment_method_types", "parameter_unknown"),
        ({"line_items": [{"quantity": 1, "price_data": {**SPONSOR, "colour": "red"}}]}, None, "parameter_unknown"),
        ({"success_url": None}, "success_url", "parameter_missing"),
        ({"line_items": None}, "line_items", "parameter_missing"),
        ({"automatic_tax": {"liability": {"type": "self"}}}, "automatic_tax[enabled]", "parameter_missing"),
        ({"success_url": "not an address"}, "success_url", "url_invalid"),
        ({"expires_at": "soon"}, "expires_at", "parameter_invalid_integer"),
        ({"mode": "barter"}, "mode", None),
        ({"client_reference_id": ""}, "client_reference_id", "parameter_invalid_empty"),
        ({"metadata": {"k" * 41: "v"}}, f"metadata[{'k' * 41}]", None),
        ({"metadata": {"k": "v" * 501}}, "metadata[k]", None),
        (
            {"line_items": [{"quantity": 0, "price_data": SPONSOR}]},
            "line_items[0][quantity]",
            "parameter_invalid_integer",
        ),
        (
            {"line_items": [{"quantity": 1, "price_data": {**SPONSOR, "unit_amount": -1}}]},
            None,
            "parameter_invalid_integer",
        ),
        ({"line_items": [{"quantity": 1, "price_data": {**SPONSOR, "unit_amount": 49}}]}, None, "amount_too_small"),
        (
            {"line_items": [{"quantity": 1, "price_data": {**SPONSOR, "unit_amount": 100_000_000}}]},
            None,
            "amount_too_large",
        ),
        ({"customer": "cus_none", "customer_creation": None}, "customer", "resource_missing"),
        ({"allow_promotion_codes": True, "discounts": [{"coupon": "x"}]}, "allow_promotion_codes", None),
    ],
)
def test_impossible_terms_are_refused_by_name(
    client: stripe.StripeClient, changes: dict[str, Any], param: str | None, code: str | None
) -> None:
    error = refusal(client, **changes)
    assert error.http_status == 400
    assert error.code == code
    assert param is None or error.param == param
    assert error.request_id is not None


def test_lines_of_two_currencies_are_refused(client: stripe.StripeClient) -> None:
    lines = [{"quantity": 1, "price_data": SPONSOR}, {"quantity": 1, "price_data": {**JOB, "currency": "eur"}}]
    assert refusal(client, line_items=lines).param == "line_items"


@pytest.mark.parametrize(("seconds", "fine"), [(30 * 60 - 5, False), (35 * 60, True), (24 * 3600 + 60, False)])
def test_a_session_is_open_between_thirty_minutes_and_a_day(
    client: stripe.StripeClient, seconds: int, fine: bool
) -> None:
    moment = int(time.time()) + seconds
    if fine:
        assert sell(client, expires_at=moment).expires_at == moment
    else:
        assert refusal(client, expires_at=moment).param == "expires_at"


def test_expiry_is_measured_on_the_simulators_clock(simulator: Simulator, client: stripe.StripeClient) -> None:
    control(simulator, "/clock", offset=10 * 24 * 3600)
    assert refusal(client, expires_at=int(time.time()) + 35 * 60).param == "expires_at"


def test_a_session_expires_by_itself_and_says_so_once(simulator: Simulator, client: stripe.StripeClient) -> None:
    session = sell(client, expires_at=int(time.time()) + 35 * 60)
    control(simulator, "/clock", advance=35 * 60 + 1)
    found = look(client, session)
    assert (found.status, found.url) == ("expired", None)
    assert happened(client).count("checkout.session.expired") == 1


def test_only_an_open_session_can_be_expired(simulator: Simulator, client: stripe.StripeClient) -> None:
    session = sell(client)
    assert client.v1.checkout.sessions.expire(session.id).status == "expired"
    with pytest.raises(stripe.InvalidRequestError, match="can be expired"):
        client.v1.checkout.sessions.expire(session.id)
    paid = sell(client)
    pay(simulator, paid)
    with pytest.raises(stripe.InvalidRequestError, match="complete"):
        client.v1.checkout.sessions.expire(paid.id)


def test_a_good_card_pays_once_even_when_it_is_shown_twice(simulator: Simulator, client: stripe.StripeClient) -> None:
    session = sell(client)
    assert pay(simulator, session)["result"] == "paid"
    assert pay(simulator, session)["result"] == "closed"
    found = look(client, session, "payment_intent.latest_charge")
    assert (found.status, found.payment_status) == ("complete", "paid")
    assert found.payment_intent.status == "succeeded"
    assert found.payment_intent.metadata.to_dict() == {"app": "booking", "order": "order-1"}
    assert found.payment_intent.latest_charge.payment_method_details.card.last4 == "4242"
    assert happened(client).count("checkout.session.completed") == 1
    assert funds(client) == 45_000


def test_a_declined_card_leaves_the_session_open_and_another_card_pays(
    simulator: Simulator, client: stripe.StripeClient
) -> None:
    session = sell(client)
    assert pay(simulator, session, "declined")["message"] == "Your card was declined."
    assert pay(simulator, session, "insufficient_funds")["message"] == "Your card has insufficient funds."
    found = look(client, session, "payment_intent")
    assert (found.status, found.payment_intent.status) == ("open", "requires_payment_method")
    assert found.payment_intent.last_payment_error.decline_code == "insufficient_funds"
    assert client.v1.customers.list().data == []
    assert pay(simulator, session)["result"] == "paid"
    assert len(client.v1.customers.list().data) == 1
    assert happened(client).count("payment_intent.created") == 1
    assert happened(client).count("payment_intent.payment_failed") == 2


@pytest.mark.parametrize(("answer", "result"), [("complete", "paid"), ("fail", "declined")])
def test_three_d_secure_decides(simulator: Simulator, client: stripe.StripeClient, answer: str, result: str) -> None:
    session = sell(client)
    asked = pay(simulator, session, "three_d_secure", three_d_secure="leave")
    intent = client.v1.payment_intents.retrieve(asked["session"]["payment_intent"])
    assert (asked["result"], intent.status) == ("asks", "requires_action")
    assert pay(simulator, session, "three_d_secure", three_d_secure=answer)["result"] == result


@pytest.mark.parametrize("outcome", ["succeeded", "failed"])
def test_a_bank_debit_completes_unpaid_and_settles_later(
    simulator: Simulator, client: stripe.StripeClient, outcome: str
) -> None:
    session = sell(client)
    pay(simulator, session, "bank_debit")
    found = look(client, session)
    assert (found.status, found.payment_status, funds(client)) == ("complete", "unpaid", 0)
    control(simulator, f"/sessions/{session.id}/settle", outcome=outcome)
    found = look(client, session, "payment_intent")
    arrived = outcome == "succeeded"
    assert found.payment_status == ("paid" if arrived else "unpaid")
    assert found.payment_intent.status == ("succeeded" if arrived else "requires_payment_method")
    assert funds(client) == (45_000 if arrived else 0)
    assert happened(client)[-1] == f"checkout.session.async_payment_{outcome}"


def test_an_excluded_method_is_not_offered(simulator: Simulator, client: stripe.StripeClient) -> None:
    session = sell(client, excluded_payment_method_types=["us_bank_account"])
    assert session.payment_method_types == ["card"]
    assert pay(simulator, session, "bank_debit")["result"] == "declined"


def test_a_paid_session_has_a_customer_and_a_paid_invoice(simulator: Simulator, client: stripe.StripeClient) -> None:
    session = sell(client, tax_id_collection={"enabled": True})
    tax_id = {"type": "gb_vat", "value": "GB123456789"}
    pay(simulator, session, email="sponsor@example.com", name="A Sponsor", tax_id=tax_id)
    found = look(client, session, "customer", "invoice")
    assert found.customer_details.tax_ids[0].value == "GB123456789"
    assert found.customer.email == "sponsor@example.com"
    assert (found.invoice.status, found.invoice.amount_paid, found.invoice.amount_due) == ("paid", 45_000, 45_000)
    assert found.invoice.customer_tax_ids[0].value == "GB123456789"


def test_automatic_tax_is_on_top_and_the_subtotal_stays(simulator: Simulator, client: stripe.StripeClient) -> None:
    control(simulator, "/dials", tax_percent=20)
    session = sell(client, automatic_tax={"enabled": True})
    assert (session.amount_total, session.automatic_tax.status) == (45_000, "requires_location_inputs")
    pay(simulator, session)
    found = look(client, session)
    assert (found.amount_subtotal, found.total_details.amount_tax, found.amount_total) == (45_000, 9_000, 54_000)
    assert funds(client) == 54_000


def test_the_event_holds_the_session_as_it_was(simulator: Simulator, client: stripe.StripeClient) -> None:
    session = sell(client)
    pay(simulator, session)
    client.v1.checkout.sessions.update(session.id, {"metadata": {"later": "1"}})
    assert "later" not in event(client, "checkout.session.completed").data.object["metadata"]


def test_the_card_of_a_later_dispute_is_disputed_later(simulator: Simulator, client: stripe.StripeClient) -> None:
    pay(simulator, sell(client), "disputed")
    assert client.v1.disputes.list().data == []
    control(simulator, "/clock", advance=3600)
    assert client.v1.disputes.list().data[0].status == "needs_response"
