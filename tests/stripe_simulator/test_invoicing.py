"""Invoices that are sent and fall due, coupons, and promotion codes."""

from __future__ import annotations

from typing import Any

import pytest
import requests
import stripe

from booking.stripe_simulator import Simulator
from tests.stripe_simulator.shop import JOB, SPONSOR, control, funds, happened, look, pay, sell

A_DAY = 24 * 60 * 60


def draft(client: stripe.StripeClient, amount: int = 45_000, **more: Any) -> Any:
    """A draft of one line."""
    customer = client.v1.customers.create({"email": "books@example.com", "name": "A Sponsor"}).id
    given: Any = {"customer": customer, "collection_method": "send_invoice", "days_until_due": 14, **more}
    invoice = client.v1.invoices.create(given)
    item: Any = {
        "customer": customer,
        "invoice": invoice.id,
        "amount": amount,
        "currency": "usd",
        "description": "Sponsor",
    }
    client.v1.invoice_items.create(item)
    return client.v1.invoices.retrieve(invoice.id)


def test_an_invoice_is_sent_and_paid_on_its_page(simulator: Simulator, client: stripe.StripeClient) -> None:
    invoice = draft(client, metadata={"order": "1"})
    assert (invoice.status, invoice.amount_due, invoice.hosted_invoice_url) == ("draft", 45_000, None)
    sent = client.v1.invoices.send_invoice(invoice.id)
    assert sent.status == "open"
    assert sent.due_date == (sent.status_transitions.finalized_at or 0) + 14 * A_DAY
    page = requests.get(str(sent.hosted_invoice_url), timeout=20)
    assert f"Invoice {sent.number}" in page.text
    refused = requests.post(str(sent.hosted_invoice_url), {"card": "4000000000000002"}, timeout=20)
    assert (refused.status_code, "Your card was declined." in refused.text) == (402, True)
    requests.post(str(sent.hosted_invoice_url), {"card": "4242424242424242"}, timeout=20)
    requests.post(str(sent.hosted_invoice_url), {"card": "4242424242424242"}, timeout=20)
    paid = client.v1.invoices.retrieve(invoice.id, {"expand": ["payments"]})
    assert (paid.status, paid.amount_paid, paid.amount_remaining) == ("paid", 45_000, 0)
    assert paid.payments is not None
    assert [entry.status for entry in paid.payments] == ["paid"]
    assert happened(client).count("invoice.paid") == 1
    assert funds(client) == 45_000


def test_the_pdf_of_an_invoice_is_one(simulator: Simulator, client: stripe.StripeClient) -> None:
    sent = client.v1.invoices.send_invoice(draft(client).id)
    answer = requests.get(str(sent.invoice_pdf), timeout=20)
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-1.4")
    assert str(sent.number).encode() in answer.content
    table = int(answer.content.rsplit(b"startxref", 1)[1].split()[0])
    assert answer.content[table:].startswith(b"xref")


def test_an_invoice_becomes_overdue_once_and_can_still_be_paid(
    simulator: Simulator, client: stripe.StripeClient
) -> None:
    sent = client.v1.invoices.send_invoice(draft(client).id)
    control(simulator, "/clock", advance=14 * A_DAY + 1)
    control(simulator, "/clock", advance=14 * A_DAY)
    assert client.v1.invoices.retrieve(sent.id).status == "open"
    assert happened(client).count("invoice.overdue") == 1
    assert control(simulator, f"/invoices/{sent.id}/pay")["invoice"]["status"] == "paid"


def test_the_control_plane_makes_an_invoice_overdue_without_the_clock(
    simulator: Simulator, client: stripe.StripeClient
) -> None:
    sent = client.v1.invoices.send_invoice(draft(client).id)
    control(simulator, f"/invoices/{sent.id}/overdue")
    assert happened(client)[-1] == "invoice.overdue"


def test_a_void_invoice_cannot_be_paid(simulator: Simulator, client: stripe.StripeClient) -> None:
    sent = client.v1.invoices.send_invoice(draft(client).id)
    assert client.v1.invoices.void_invoice(sent.id).status == "void"
    with pytest.raises(stripe.InvalidRequestError, match="void"):
        client.v1.invoices.pay(sent.id, {"payment_method": "pm_card_visa"})
    assert "invoice.voided" in happened(client)
    answer = requests.post(f"{simulator.base_url}/_sim/invoices/{sent.id}/pay", json={}, timeout=20)
    assert answer.status_code == 400


def test_an_invoice_paid_by_transfer_leaves_the_balance_alone(client: stripe.StripeClient) -> None:
    sent = client.v1.invoices.send_invoice(draft(client).id)
    paid = client.v1.invoices.pay(sent.id, {"paid_out_of_band": True})
    assert (paid.status, paid.amount_paid_off_stripe, funds(client)) == ("paid", 45_000, 0)


def test_a_declined_payment_of_an_invoice_is_a_card_error(client: stripe.StripeClient) -> None:
    sent = client.v1.invoices.send_invoice(draft(client).id)
    with pytest.raises(stripe.CardError) as caught:
        client.v1.invoices.pay(sent.id, {"payment_method": "pm_card_chargeDeclined"})
    assert (caught.value.code, caught.value.http_status) == ("card_declined", 402)


def test_an_invoice_is_not_paid_at_once_by_what_settles_later(client: stripe.StripeClient) -> None:
    sent = client.v1.invoices.send_invoice(draft(client).id)
    with pytest.raises(stripe.InvalidRequestError, match="at once"):
        client.v1.invoices.pay(sent.id, {"payment_method": "bank_debit"})
    assert client.v1.invoices.retrieve(sent.id).status == "open"


def test_a_finalised_invoice_cannot_be_changed(client: stripe.StripeClient) -> None:
    sent = client.v1.invoices.send_invoice(draft(client).id)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.invoices.update(sent.id, {"description": "Other"})
    assert caught.value.code == "invoice_not_editable"
    assert client.v1.invoices.update(sent.id, {"metadata": {"order": "2"}}).status == "open"


def test_a_sent_invoice_needs_a_due_date(client: stripe.StripeClient) -> None:
    customer = client.v1.customers.create({"email": "a@example.com"}).id
    with pytest.raises(stripe.InvalidRequestError, match="due"):
        client.v1.invoices.create({"customer": customer, "collection_method": "send_invoice"})


@pytest.fixture
def coupon(client: stripe.StripeClient) -> str:
    """A tenth off, by the code SPRING."""
    made = client.v1.coupons.create({"percent_off": 10, "duration": "once"})
    code: Any = {
        "promotion": {"type": "coupon", "coupon": made.id},
        "code": "SPRING",
        "max_redemptions": 1,
        "restrictions": {"minimum_amount": 20_000, "minimum_amount_currency": "usd"},
    }
    client.v1.promotion_codes.create(code)
    return made.id


def test_a_discount_is_spread_over_the_lines_to_the_cent(client: stripe.StripeClient) -> None:
    off = client.v1.coupons.create({"amount_off": 1_000, "currency": "usd"}).id
    lines = [
        {"quantity": 3, "price_data": JOB},
        {"quantity": 1, "price_data": SPONSOR},
        {"quantity": 1, "price_data": JOB},
    ]
    session = sell(client, line_items=lines, discounts=[{"coupon": off}])
    parts = [line.amount_discount for line in client.v1.checkout.sessions.line_items.list(session.id)]
    assert parts == [429, 428, 143]
    assert session.total_details.amount_discount == 1_000
    assert (session.amount_subtotal, session.amount_total) == (105_000, 104_000)


def test_a_code_is_entered_by_the_buyer_in_any_case_and_counted_once_paid(
    simulator: Simulator, client: stripe.StripeClient, coupon: str
) -> None:
    session = sell(client, allow_promotion_codes=True)
    pay(simulator, session, promotion_code="spring")
    found = look(client, session)
    assert (found.amount_subtotal, found.amount_total, funds(client)) == (45_000, 40_500, 40_500)
    assert client.v1.promotion_codes.list({"code": "SPRING"}).data[0].times_redeemed == 1
    assert client.v1.coupons.retrieve(coupon).times_redeemed == 1


@pytest.mark.parametrize(
    ("code", "changes", "reason"),
    [
        ("SUMMER", {}, "This code is invalid."),
        ("SPRING", {"line_items": [{"quantity": 1, "price_data": JOB}]}, "This code needs a larger order."),
        ("SPRING", {"allow_promotion_codes": None}, "Codes are not taken."),
    ],
)
def test_a_code_that_does_not_fit_is_refused_with_the_reason(
    simulator: Simulator, client: stripe.StripeClient, coupon: str, code: str, changes: dict[str, Any], reason: str
) -> None:
    session = sell(client, **{"allow_promotion_codes": True, **changes})
    url = f"{simulator.base_url}/_sim/sessions/{session.id}/pay"
    answer = requests.post(url, json={"promotion_code": code}, timeout=20)
    assert (answer.status_code, answer.json()["error"]) == (400, reason)
    assert look(client, session).amount_total == session.amount_total


def test_a_spent_code_is_refused(simulator: Simulator, client: stripe.StripeClient, coupon: str) -> None:
    pay(simulator, sell(client, allow_promotion_codes=True), promotion_code="SPRING")
    second = sell(client, allow_promotion_codes=True)
    url = f"{simulator.base_url}/_sim/sessions/{second.id}/pay"
    assert requests.post(url, json={"promotion_code": "SPRING"}, timeout=20).status_code == 400


def test_an_order_of_nothing_needs_no_payment(simulator: Simulator, client: stripe.StripeClient) -> None:
    free = client.v1.coupons.create({"percent_off": 100}).id
    session = sell(client, discounts=[{"coupon": free}])
    pay(simulator, session)
    found = look(client, session, "invoice")
    assert (found.status, found.payment_status, found.payment_intent) == ("complete", "no_payment_required", None)
    assert (found.invoice.status, found.invoice.amount_due) == ("paid", 0)
    assert funds(client) == 0


def test_a_deleted_coupon_takes_its_codes_along(client: stripe.StripeClient, coupon: str) -> None:
    client.v1.coupons.delete(coupon)
    assert client.v1.promotion_codes.list({"code": "SPRING"}).data[0].active is False
