"""Every answer and every event of a long day in the simulator stands up to Stripe's own OpenAPI schema."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import Any

import pytest
import requests
import stripe

from booking.stripe_simulator import API_VERSION, Simulator
from booking.stripe_simulator.operations import OPERATIONS
from tests.stripe_simulator import openapi
from tests.stripe_simulator.shop import JOB, SPONSOR, client_of, control, events_as_sent, pay, sell

needs_file = pytest.mark.skipif(not openapi.available(), reason=openapi.ABSENT)


def test_the_simulator_and_the_overlay_speak_the_version_that_the_client_pins() -> None:
    assert stripe.api_version == API_VERSION == openapi.OVERLAID_VERSION, (
        "stripe-python has moved to another API version: read its changelog, then write a new overlay in openapi.py."
    )


@dataclass(frozen=True, slots=True)
class Day:
    """What a long day left behind: every request with its answer, and every event, as JSON."""

    log: list[dict[str, Any]]
    events: list[dict[str, Any]]


@pytest.fixture(scope="module")
def day(running: Simulator) -> Day:
    """A long day, lived once."""
    running.reset()
    a_long_day(running)
    log = requests.get(f"{running.base_url}/_sim/requests", timeout=20).json()
    return Day(log, events_as_sent(running))


@needs_file
def test_every_answer_and_event_of_a_long_day_satisfies_stripes_schema(day: Day) -> None:
    found: list[str] = []
    for entry in day.log:
        found += openapi.violations_of_response(entry["method"], entry["path"], entry["status"], entry["answer"])
        if entry["status"] == 200:
            found += openapi.violations_of_request(entry["method"], entry["path"], entry["form"])
    for event in day.events:
        found += openapi.violations_of_event(event)
    assert sorted(set(found)) == []


def test_the_day_tried_every_operation(day: Day) -> None:
    assert untried(day.log) == []


def test_the_day_saw_every_kind_of_event_that_the_app_subscribes_to(day: Day) -> None:
    assert SUBSCRIBED - {event["type"] for event in day.events} == set()


def test_what_the_file_leaves_out_has_the_fields_of_the_sdk(simulator: Simulator) -> None:
    client = client_of(simulator)
    control(simulator, "/dials", payloads=["thin"])
    pay(simulator, sell(client))
    sent = control(simulator, f"/events/{happened_last(client)}/sign")
    thin = client.v2.core.events.retrieve(json.loads(sent["body"])["id"]).to_dict()
    assert set(thin) - {"related_object"} == set(stripe.v2.core.Event.__annotations__) - HIDDEN
    assert set(client.v1.balance.retrieve().to_dict()) <= set(stripe.Balance.__annotations__)


HIDDEN = {"OBJECT_NAME", "_inner_class_types"}


def happened_last(client: stripe.StripeClient) -> str:
    """The id of the newest event."""
    return client.v1.events.list({"limit": 1}).data[0].id


@needs_file
def test_the_schema_would_notice_an_invented_and_a_missing_field(simulator: Simulator) -> None:
    session = sell(client_of(simulator)).to_dict()
    path = f"/v1/checkout/sessions/{session['id']}"
    assert openapi.violations_of_response("GET", path, 200, session) == []
    assert openapi.violations_of_response("GET", path, 200, session | {"invented": 1})
    assert openapi.violations_of_response("GET", path, 200, session | {"payment_status": "settled"})
    del session["expires_at"]
    assert openapi.violations_of_response("GET", path, 200, session)


@needs_file
def test_the_schema_would_notice_a_wrong_request() -> None:
    path = "/v1/checkout/sessions"
    assert openapi.violations_of_request("POST", path, "mode=payment&line_items[0][quantity]=1") == []
    assert openapi.violations_of_request("POST", path, "payment_method_types[0]=card")
    assert openapi.violations_of_request("POST", path, "payment_intent_data[bogus]=1")
    assert openapi.violations_of_request("POST", path, "mode=barter")
    assert openapi.violations_of_request("POST", path, "expires_at=soon")


SUBSCRIBED = set(
    "checkout.session.completed checkout.session.expired checkout.session.async_payment_succeeded "
    "checkout.session.async_payment_failed charge.refunded refund.created refund.updated refund.failed "
    "charge.dispute.created charge.dispute.updated charge.dispute.closed charge.dispute.funds_withdrawn "
    "charge.dispute.funds_reinstated radar.early_fraud_warning.created invoice.paid invoice.overdue "
    "invoice.voided".split()
)


def untried(log: list[dict[str, Any]]) -> list[str]:
    """The operations that the day did not use."""
    used = {(entry["method"], tuple(entry["path"].split("/"))) for entry in log if entry["status"] == 200}
    return [
        f"{operation.method} {operation.path}"
        for operation in OPERATIONS
        if not any(method == operation.method and matches(operation.path, path) for method, path in used)
    ]


def matches(template: str, path: tuple[str, ...]) -> bool:
    """Whether a path is one of a template."""
    parts = template.split("/")
    pairs = zip(parts, path, strict=False)
    return len(parts) == len(path) and all(part in ("{key}", name) for part, name in pairs)


def a_long_day(simulator: Simulator) -> None:
    """Use everything there is."""
    client = client_of(simulator)
    thin_events(simulator, client)
    sales(simulator, client)
    delayed_payments(simulator, client)
    money_back(simulator, client)
    promotions(simulator, client)
    invoices(simulator, client)
    refusals(client)
    look_at_everything(client)


INVOICE_DATA = {"custom_fields": [{"name": "PO", "value": "7"}], "footer": "Thanks"}


def sales(simulator: Simulator, client: stripe.StripeClient) -> None:
    """Sessions of every fate."""
    control(simulator, "/dials", tax_percent=20, fee_percent=2.9)
    everything = sell(
        client,
        line_items=[
            {"quantity": 2, "price_data": SPONSOR},
            {"quantity": 1, "price_data": JOB, "metadata": {"slot": "7"}},
        ],
        automatic_tax={"enabled": True},
        tax_id_collection={"enabled": True},
        excluded_payment_method_types=["us_bank_account"],
        custom_text={"submit": {"message": "Your slots are held."}},
        invoice_creation={
            "enabled": True,
            "invoice_data": {"custom_fields": [{"name": "PO", "value": "7"}], "footer": "Thanks"},
        },
        payment_intent_data={"description": "Order 1", "receipt_email": "a@example.com", "metadata": {"order": "1"}},
        customer_email="sponsor@example.com",
        phone_number_collection={"enabled": True},
        submit_type="book",
        locale="en-GB",
    )
    pay(simulator, everything, "declined")
    pay(simulator, everything, "insufficient_funds")
    pay(simulator, everything, "three_d_secure", three_d_secure="fail")
    address = {"line1": "1 High Street", "city": "London", "postal_code": "N1", "country": "GB"}
    tax_id = {"type": "gb_vat", "value": "GB123456789"}
    pay(
        simulator,
        everything,
        "three_d_secure",
        three_d_secure="leave",
        address=address,
        tax_id=tax_id,
        name="A Sponsor",
    )
    requests.post(
        f"{simulator.base_url}/c/pay/{everything.id}/3ds", {"answer": "complete"}, allow_redirects=False, timeout=20
    )
    control(simulator, "/dials", tax_percent=0)
    client.v1.checkout.sessions.update(everything.id, {"metadata": {"seen": "1"}})
    client.v1.checkout.sessions.expire(sell(client).id)
    sell(client, expires_at=int(time.time()) + 1801)
    control(simulator, "/clock", advance=1802)
    expanded = [
        "payment_intent.latest_charge.balance_transaction",
        "invoice.payments",
        "line_items",
        "customer.tax_ids",
    ]
    client.v1.checkout.sessions.retrieve(everything.id, {"expand": [*expanded, "total_details.breakdown"]})
    client.v1.checkout.sessions.list({"expand": ["data.payment_intent", "data.customer"]})
    client.v1.checkout.sessions.line_items.list(everything.id, {"expand": ["data.price.product"]})


def thin_events(simulator: Simulator, client: stripe.StripeClient) -> None:
    """A sale that is told by thin events too."""
    control(simulator, "/dials", payloads=["snapshot", "thin"])
    sell(client)
    for delivery in simulator.deliver_to(lambda body, headers: 200):
        sent = control(simulator, f"/events/{delivery['event']}/sign", payload="thin")
        client.v2.core.events.retrieve(json.loads(sent["body"])["id"])
    control(simulator, "/dials", payloads=["snapshot"])


def delayed_payments(simulator: Simulator, client: stripe.StripeClient) -> None:
    """Debits of three currencies that arrive or come back."""
    for currency, outcome in (("usd", "succeeded"), ("eur", "failed"), ("gbp", "succeeded")):
        session = sell(client, line_items=[{"quantity": 1, "price_data": {**SPONSOR, "currency": currency}}])
        pay(simulator, session, "bank_debit")
        client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent.latest_charge"]})
        control(simulator, f"/sessions/{session.id}/settle", outcome=outcome)
        client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent.latest_charge", "invoice"]})


def money_back(simulator: Simulator, client: stripe.StripeClient) -> None:
    """Refunds and disputes of every fate."""
    paid = [sell(client) for _ in range(5)]
    intents = [pay(simulator, session)["session"]["payment_intent"] for session in paid]
    part = client.v1.refunds.create(
        {"payment_intent": intents[0], "amount": 100, "reason": "duplicate", "metadata": {"a": "b"}}
    )
    client.v1.refunds.update(part.id, {"metadata": {"a": "", "c": "d"}})
    control(simulator, f"/refunds/{part.id}/fail")
    control(simulator, "/refunds/ahead", status="pending")
    waiting = client.v1.refunds.create({"payment_intent": intents[0]})
    control(simulator, f"/refunds/{waiting.id}/succeed")
    control(simulator, "/refunds", payment_intent=intents[1], amount=5, status="failed")
    client.v1.refunds.retrieve(
        part.id, {"expand": ["charge", "payment_intent", "balance_transaction", "failure_balance_transaction"]}
    )
    for intent, ends in zip(intents[1:4], (["win"], ["review", "lose"], []), strict=True):
        dispute = control(simulator, f"/payments/{intent}/dispute", reason="product_not_received")
        client.v1.disputes.update(
            dispute["id"], {"evidence": {"product_description": "An ad"}, "metadata": {"x": "y"}, "submit": False}
        )
        client.v1.disputes.update(dispute["id"], {"evidence": {"customer_name": "A Sponsor"}})
        for end in ends:
            control(simulator, f"/disputes/{dispute['id']}/{end}")
        if not ends:
            client.v1.disputes.close(dispute["id"])
        client.v1.disputes.retrieve(dispute["id"], {"expand": ["charge", "payment_intent"]})
    inquiry = control(simulator, f"/payments/{intents[4]}/dispute", inquiry=True)
    control(simulator, f"/disputes/{inquiry['id']}/win")
    control(simulator, f"/payments/{intents[4]}/warn")
    pay(simulator, sell(client), "disputed")
    control(simulator, "/clock", advance=120)


def promotions(simulator: Simulator, client: stripe.StripeClient) -> None:
    """Coupons, codes, and orders that cost less or nothing."""
    tenth = client.v1.coupons.create({"percent_off": 10, "name": "Ten", "duration": "once"})
    free = client.v1.coupons.create({"percent_off": 100, "id": "ONUS"})
    cents = client.v1.coupons.create({"amount_off": 333, "currency": "usd", "max_redemptions": 1})
    code = client.v1.promotion_codes.create({"promotion": {"type": "coupon", "coupon": tenth.id}, "code": "SPRING"})
    lines = [{"quantity": 1, "price_data": SPONSOR}, {"quantity": 3, "price_data": JOB}]
    pay(simulator, sell(client, allow_promotion_codes=True, line_items=lines), promotion_code="spring")
    cheap = sell(client, discounts=[{"coupon": cents.id}], line_items=lines)
    pay(simulator, cheap)
    expand = ["total_details.breakdown", "discounts.coupon", "line_items.data.discounts", "invoice"]
    client.v1.checkout.sessions.retrieve(cheap.id, {"expand": expand})
    given = sell(client, discounts=[{"coupon": free.id}])
    pay(simulator, given)
    client.v1.checkout.sessions.retrieve(given.id, {"expand": ["invoice", "customer"]})
    client.v1.promotion_codes.retrieve(code.id, {"expand": ["promotion.coupon"]})
    client.v1.promotion_codes.update(code.id, {"active": False, "metadata": {"why": "over"}})
    client.v1.coupons.retrieve(tenth.id)
    client.v1.coupons.delete(tenth.id)


def invoices(simulator: Simulator, client: stripe.StripeClient) -> None:
    """Invoices of every fate."""
    customer = client.v1.customers.create(
        {"email": "books@example.com", "name": "A Sponsor", "tax_id_data": [{"type": "eu_vat", "value": "DE123456789"}]}
    )
    client.v1.customers.update(
        customer.id, {"address": {"line1": "2 Low Road", "country": "DE"}, "metadata": {"a": "b"}}
    )
    client.v1.customers.retrieve(customer.id, {"expand": ["tax_ids"]})

    def draft(**more: Any) -> Any:
        given: Any = {"customer": customer.id, "collection_method": "send_invoice", "days_until_due": 14, **more}
        invoice = client.v1.invoices.create(given)
        client.v1.invoice_items.create(
            {
                "customer": customer.id,
                "invoice": invoice.id,
                "amount": 45_000,
                "currency": "usd",
                "description": "Sponsor",
            }
        )
        return invoice

    paid = draft(
        custom_fields=[{"name": "PO", "value": "7"}], footer="Thanks", metadata={"order": "1"}, description="Ads"
    )
    client.v1.invoices.update(paid.id, {"description": "Ads in issue 475"})
    client.v1.invoices.finalize_invoice(paid.id)
    client.v1.invoices.send_invoice(paid.id)
    control(simulator, f"/invoices/{paid.id}/pay", card="declined")
    control(simulator, f"/invoices/{paid.id}/pay")
    client.v1.invoices.retrieve(paid.id, {"expand": ["payments", "customer", "payments.data.payment.payment_intent"]})
    late = draft()
    client.v1.invoices.send_invoice(late.id)
    control(simulator, "/clock", advance=15 * 24 * 60 * 60)
    client.v1.invoices.pay(late.id, {"payment_method": "pm_card_visa"})
    elsewhere, gone, lost, scratch = draft(), draft(), draft(), draft(auto_advance=True)
    client.v1.invoices.pay(client.v1.invoices.finalize_invoice(elsewhere.id).id, {"paid_out_of_band": True})
    client.v1.invoices.void_invoice(client.v1.invoices.finalize_invoice(gone.id).id)
    client.v1.invoices.mark_uncollectible(client.v1.invoices.finalize_invoice(lost.id).id)
    client.v1.invoices.line_items.list(lost.id)
    client.v1.invoices.delete(draft().id)
    control(simulator, "/clock", advance=3601)
    assert client.v1.invoices.retrieve(scratch.id).status == "open"
    pending = client.v1.invoice_items.create({"customer": customer.id, "amount": 100, "currency": "usd"})
    client.v1.invoice_items.retrieve(pending.id)
    client.v1.invoice_items.delete(pending.id)
    client.v1.invoice_items.create({"customer": customer.id, "amount": 200, "currency": "usd", "metadata": {"a": "b"}})
    whole: Any = {"customer": customer.id, "pending_invoice_items_behavior": "include"}
    client.v1.invoices.pay(client.v1.invoices.create(whole).id, {"payment_method": "pm_card_visa"})


def refusals(client: stripe.StripeClient) -> None:
    """Errors of several kinds, which have a schema too."""
    wrong: list[tuple[str, str, Any]] = [
        ("post", "/v1/checkout/sessions", {"mode": "payment"}),
        ("post", "/v1/checkout/sessions", {"payment_intent_data": {"bogus": 1}}),
        ("post", "/v1/refunds", {"payment_intent": "pi_none"}),
        ("get", "/v1/checkout/sessions/cs_none", {}),
    ]
    for method, path, params in wrong:
        with pytest.raises(stripe.InvalidRequestError):
            client.raw_request(method, path, **params)


def look_at_everything(client: stripe.StripeClient) -> None:
    """Every list, expanded, and one of each of what it lists."""
    v1: Any = client.v1
    lists = {
        v1.payment_intents: ["data.customer", "data.latest_charge"],
        v1.charges: ["data.refunds", "data.balance_transaction", "data.customer"],
        v1.refunds: ["data.charge"],
        v1.disputes: ["data.charge"],
        v1.balance_transactions: ["data.source"],
        v1.customers: [],
        v1.coupons: [],
        v1.promotion_codes: ["data.promotion.coupon"],
        v1.invoices: ["data.payments"],
        v1.invoice_items: ["data.invoice"],
        v1.invoice_payments: ["data.invoice", "data.payment.payment_intent"],
        v1.radar.early_fraud_warnings: ["data.charge"],
    }
    for service, expand in lists.items():
        found = list(service.list({"limit": 7, "expand": expand}).auto_paging_iter())
        assert found
        if service is not v1.invoice_payments:
            service.retrieve(found[0].id)
    newest = client.v1.events.list({"limit": 1}).data[0]
    client.v1.events.retrieve(newest.id)
    client.v1.balance.retrieve()
