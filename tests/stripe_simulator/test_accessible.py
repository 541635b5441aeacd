"""The simulator's pages in a real browser: readable by everybody, at every width, and paid without JavaScript."""

from __future__ import annotations

import pytest
import stripe
from playwright.sync_api import Browser

from booking.stripe_simulator import Simulator
from tests.stripe_simulator.shop import JOB, SPONSOR, control, pay, sell
from tests.support.accessibility import problems

pytestmark = pytest.mark.browser


def test_every_page_is_accessible(simulator: Simulator, client: stripe.StripeClient, browser: Browser) -> None:
    lines = [{"quantity": 4, "price_data": SPONSOR}, {"quantity": 1, "price_data": JOB}]
    asked = {"enabled": True}
    session = sell(
        client,
        line_items=lines,
        allow_promotion_codes=True,
        tax_id_collection=asked,
        phone_number_collection=asked,
        billing_address_collection="required",
    )
    intent = pay(simulator, sell(client))["session"]["payment_intent"]
    pay(simulator, sell(client), "bank_debit")
    control(simulator, f"/payments/{intent}/dispute")
    charge = client.v1.charges.list({"payment_intent": intent}).data[0]
    invoice = client.v1.invoices.list().data[0]
    asks = sell(client)
    pay(simulator, asks, "three_d_secure", three_d_secure="leave")
    expired = client.v1.checkout.sessions.expire(sell(client).id)
    pages = [
        session.url,
        f"{asks.url}/3ds",
        f"{simulator.base_url}/c/pay/{expired.id}",
        f"{simulator.base_url}/_sim/",
        str(invoice.hosted_invoice_url),
        str(charge.receipt_url),
    ]
    found = {}
    page = browser.new_page()
    for address in pages:
        page.goto(address)
        found[address] = list(problems(page))
    page.close()
    assert {address: wrong for address, wrong in found.items() if wrong} == {}


def test_a_buyer_pays_without_javascript(simulator: Simulator, client: stripe.StripeClient, browser: Browser) -> None:
    session = sell(client, success_url=f"{simulator.base_url}/_sim/?session_id={{CHECKOUT_SESSION_ID}}")
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(session.url)
    page.get_by_role("button", name="Is declined").click()
    assert page.get_by_role("alert").inner_text() == "Your card was declined."
    page.get_by_role("button", name="Asks for 3-D Secure").click()
    page.get_by_role("button", name="Complete the payment").click()
    assert page.url == f"{simulator.base_url}/_sim/?session_id={session.id}"
    context.close()
