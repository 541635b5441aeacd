"""The hosted pages: what a buyer reads, presses and comes back to, without any JavaScript."""

from __future__ import annotations

import re
from typing import Any

import pytest
import requests
import stripe

from booking.stripe_simulator import Simulator
from tests.stripe_simulator.shop import JOB, SPONSOR, control, funds, happened, look, pay, sell

GOOD, DECLINED, ASKS = "4242424242424242", "4000000000000002", "4000002500003155"


def press(url: str, **form: str) -> requests.Response:
    """Submit a form and stay where it leads."""
    return requests.post(url, {"email": "sponsor@example.com", **form}, allow_redirects=False, timeout=20)


def test_the_page_says_what_is_bought_and_that_no_money_moves(client: stripe.StripeClient) -> None:
    session = sell(client, line_items=[{"quantity": 2, "price_data": SPONSOR}, {"quantity": 1, "price_data": JOB}])
    page = requests.get(session.url, timeout=20)
    for words in ("No money moves", "Sponsor, issue 475 × 2", "USD 900.00", "USD 1,050.00", session.cancel_url, ASKS):
        assert words in page.text


def test_the_pages_carry_no_inline_style_or_script_and_a_strict_policy(
    simulator: Simulator, client: stripe.StripeClient
) -> None:
    session = sell(client, allow_promotion_codes=True, tax_id_collection={"enabled": True})
    for url in (session.url, f"{simulator.base_url}/_sim/", f"{simulator.base_url}/c/pay/cs_none"):
        page = requests.get(url, timeout=20)
        assert re.findall(r"<script|<style|\sstyle=|\son\w+=", page.text) == []
        policy = page.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert page.text.count("<h1") == 1
    assert (
        "form-action 'self' http://127.0.0.1:8000"
        in requests.get(session.url, timeout=20).headers["Content-Security-Policy"]
    )
    assert requests.get(f"{simulator.base_url}/_assets/simulator.css", timeout=20).ok


def test_a_good_card_leads_to_the_shop_with_the_session_id(client: stripe.StripeClient) -> None:
    session = sell(client)
    answer = press(session.url, card=GOOD)
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"http://127.0.0.1:8000/paid?session_id={session.id}"


def test_a_test_card_is_one_press_whatever_stands_in_the_field(client: stripe.StripeClient) -> None:
    session = sell(client)
    assert press(session.url, quick=DECLINED, card=GOOD).status_code == 402
    assert press(session.url, quick=GOOD, card="nonsense").status_code == 303


def test_a_second_submit_goes_where_the_first_went_and_pays_nothing(client: stripe.StripeClient) -> None:
    session = sell(client)
    first, second = press(session.url, card=GOOD), press(session.url, card=GOOD)
    assert second.headers["Location"] == first.headers["Location"]
    assert requests.get(session.url, allow_redirects=False, timeout=20).headers["Location"] == first.headers["Location"]
    assert funds(client) == 45_000


def test_a_declined_card_shows_the_page_again_with_the_reason_and_what_was_typed(client: stripe.StripeClient) -> None:
    session = sell(client, tax_id_collection={"enabled": True})
    answer = press(session.url, card=DECLINED, name="A <b>Sponsor</b>", tax_id="GB1")
    assert answer.status_code == 402
    assert "Your card was declined." in answer.text
    assert "<title>Error: " in answer.text
    assert "A &lt;b&gt;Sponsor&lt;/b&gt;" in answer.text
    assert 'value="GB1"' in answer.text
    assert look(client, session).status == "open"


@pytest.mark.parametrize("form", [{"card": "1234"}, {}, {"card": GOOD, "email": "nobody"}])
def test_what_is_no_test_card_or_address_is_said(client: stripe.StripeClient, form: dict[str, str]) -> None:
    session = sell(client)
    answer = press(session.url, **form)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert client.v1.payment_intents.list().data == []


def test_three_d_secure_is_a_second_page(client: stripe.StripeClient) -> None:
    session = sell(client)
    asked = press(session.url, card=ASKS)
    bank = str(asked.headers["Location"])
    bank = session.url.split("/c/pay")[0] + bank if bank.startswith("/") else bank
    assert "Your bank asks" in requests.get(bank, timeout=20).text
    failed = press(bank, answer="fail")
    assert (failed.status_code, "unable to authenticate" in failed.text) == (402, True)
    press(session.url, card=ASKS)
    assert press(bank, answer="complete").headers["Location"].endswith(session.id)
    assert happened(client).count("payment_intent.requires_action") == 2


def test_an_expired_page_says_so_and_leads_back(client: stripe.StripeClient) -> None:
    session = sell(client)
    client.v1.checkout.sessions.expire(session.id)
    page = requests.get(session.url, timeout=20)
    assert page.status_code == 410
    assert session.cancel_url in page.text
    assert press(session.url, card=GOOD).status_code == 410


def test_a_promotion_code_changes_the_sum(client: stripe.StripeClient) -> None:
    off = client.v1.coupons.create({"percent_off": 100}).id
    code: Any = {"promotion": {"type": "coupon", "coupon": off}, "code": "ONUS"}
    client.v1.promotion_codes.create(code)
    session = sell(client, allow_promotion_codes=True)
    wrong = press(session.url, promotion="NEVER")
    assert (wrong.status_code, "This code is invalid." in wrong.text) == (422, True)
    assert press(session.url, promotion="onus").status_code == 303
    assert "Complete the order" in requests.get(session.url, timeout=20).text
    press(session.url, card=GOOD)
    assert look(client, session).payment_status == "no_payment_required"


def test_an_address_is_asked_for_and_echoed_when_it_is_wanted(client: stripe.StripeClient) -> None:
    session = sell(client, billing_address_collection="required", tax_id_collection={"enabled": True})
    press(
        session.url,
        card=GOOD,
        line1="1 High Street",
        country="GB",
        tax_id="GB1",
        tax_id_type="gb_vat",
        name="A Sponsor",
    )
    found: Any = look(client, session).customer_details
    assert (found.address.line1, found.address.country, found.name) == ("1 High Street", "GB", "A Sponsor")
    assert found.tax_ids[0].to_dict() == {"type": "gb_vat", "value": "GB1"}


def test_the_console_shows_everything_and_its_buttons_work(simulator: Simulator, client: stripe.StripeClient) -> None:
    intent = pay(simulator, sell(client))["session"]["payment_intent"]
    pay(simulator, sell(client), "bank_debit")
    control(simulator, f"/payments/{intent}/warn")
    page = requests.get(f"{simulator.base_url}/_sim/", timeout=20)
    assert "checkout.session.completed" in page.text
    actions = re.findall(r'action="(/_sim/[^"]+)"', page.text)
    assert f"/_sim/payments/{intent}/dispute" in actions
    pressed = requests.post(
        f"{simulator.base_url}/_sim/refunds", {"payment_intent": intent}, allow_redirects=False, timeout=20
    )
    assert (pressed.status_code, pressed.headers["Location"]) == (303, "/_sim/")
    assert [refund.payment_intent for refund in client.v1.refunds.list()] == [intent]


def test_a_receipt_shows_what_is_left_of_a_payment(simulator: Simulator, client: stripe.StripeClient) -> None:
    pay(simulator, sell(client))
    charge = client.v1.charges.list().data[0]
    assert "USD 450.00" in requests.get(str(charge.receipt_url), timeout=20).text
    assert requests.get(f"{simulator.base_url}/receipts/ch_none", timeout=20).status_code == 404
