"""The control plane finds what is meant, and its dials do what they say."""

from __future__ import annotations

from typing import Any

import pytest
import requests
import stripe

from booking.stripe_simulator import Simulator
from tests.stripe_simulator.shop import SPONSOR, control, funds, happened, look, pay, sell


def test_a_payment_is_meant_by_any_of_its_ids(simulator: Simulator, client: stripe.StripeClient) -> None:
    session = pay(simulator, sell(client))["session"]
    charge = client.v1.charges.list().data[0].id
    for key in (session["id"], session["payment_intent"], session["invoice"], charge):
        assert control(simulator, f"/payments/{key}/warn")["charge"] == charge


def test_a_delayed_payment_is_settled_by_its_intent_too(simulator: Simulator, client: stripe.StripeClient) -> None:
    intent = pay(simulator, sell(client), "bank_debit")["session"]["payment_intent"]
    assert control(simulator, f"/payments/{intent}/settle")["payment_status"] == "paid"


def test_a_delayed_payment_can_settle_by_itself(simulator: Simulator, client: stripe.StripeClient) -> None:
    control(simulator, "/dials", settle_after=3600)
    session = sell(client)
    pay(simulator, session, "bank_debit")
    assert look(client, session).payment_status == "unpaid"
    control(simulator, "/clock", advance=3601)
    assert look(client, session).payment_status == "paid"
    assert happened(client)[-1] == "checkout.session.async_payment_succeeded"


@pytest.mark.parametrize(
    ("act", "body"),
    [
        ("/sessions/{session}/settle", {}),
        ("/sessions/{session}/pay", {"card": "4111"}),
        ("/refunds/{refund}/succeed", {}),
        ("/refunds/ahead", {"status": "maybe"}),
        ("/invoices/{invoice}/overdue", {}),
        ("/events/evt_none/sign", {}),
        ("/deliveries/999999/resend", {}),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(
    simulator: Simulator, client: stripe.StripeClient, act: str, body: dict[str, Any]
) -> None:
    session = pay(simulator, sell(client))["session"]
    refund = client.v1.refunds.create({"payment_intent": session["payment_intent"], "amount": 100}).id
    path = act.format(session=session["id"], refund=refund, invoice=session["invoice"])
    before = happened(client)
    answer = requests.post(f"{simulator.base_url}/_sim{path}", json=body, timeout=20)
    assert answer.status_code == 400
    assert answer.json()["error"]
    assert happened(client) == before


def test_a_given_customer_is_updated_only_where_the_app_allows(
    simulator: Simulator, client: stripe.StripeClient
) -> None:
    customer = client.v1.customers.create({"email": "a@example.com", "name": "Before"}).id
    address = {"line1": "1 High Street", "country": "GB"}
    given: dict[str, Any] = {"customer": customer, "customer_creation": None, "customer_update": {"address": "auto"}}
    pay(simulator, sell(client, **given), name="After", address=address)
    found: Any = client.v1.customers.retrieve(customer)
    assert (found.name, found.address.line1) == ("Before", "1 High Street")
    with pytest.raises(stripe.InvalidRequestError) as caught:
        sell(client, **given, tax_id_collection={"enabled": True})
    assert caught.value.param == "customer_update[name]"
    both = {**given, "customer_update": {"name": "auto"}, "tax_id_collection": {"enabled": True}}
    pay(simulator, sell(client, **both), name="After", tax_id={"type": "gb_vat", "value": "GB1"})
    found = client.v1.customers.retrieve(customer, {"expand": ["tax_ids"]})
    assert (found.name, [entry.value for entry in found.tax_ids]) == ("After", ["GB1"])
    assert len(client.v1.customers.list().data) == 1


def test_a_buyer_who_must_have_an_address_has_one(simulator: Simulator, client: stripe.StripeClient) -> None:
    session = sell(client, billing_address_collection="required")
    pay(simulator, session)
    assert look(client, session).customer_details.address.country == "US"


def test_an_item_can_leave_a_draft_again(client: stripe.StripeClient) -> None:
    customer = client.v1.customers.create({"email": "a@example.com"}).id
    invoice = client.v1.invoices.create({"customer": customer})
    items = [
        client.v1.invoice_items.create(
            {"customer": customer, "invoice": invoice.id, "amount": amount, "currency": "usd"}
        ).id
        for amount in (100, 250)
    ]
    client.v1.invoice_items.delete(items[0])
    found = client.v1.invoices.retrieve(invoice.id)
    assert (found.amount_due, len(found.lines.data)) == (250, 1)


def test_a_currency_without_cents_is_sold_without_them(simulator: Simulator, client: stripe.StripeClient) -> None:
    session = sell(
        client, line_items=[{"quantity": 1, "price_data": {**SPONSOR, "currency": "jpy", "unit_amount": 40}}]
    )
    assert "JPY 40<" in requests.get(session.url, timeout=20).text
    pay(simulator, session)
    assert funds(client) == 40
