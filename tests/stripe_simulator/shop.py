"""What the tests sell and how they pay: the requests that the booking app would make, and the control plane's acts."""

from __future__ import annotations

from typing import Any

import requests
import stripe

from booking.stripe_simulator import Simulator

SPONSOR = {"currency": "usd", "unit_amount": 45_000, "product_data": {"name": "Sponsor, issue 475"}}
JOB = {"currency": "usd", "unit_amount": 15_000, "product_data": {"name": "Job, issue 475"}}


def terms(**changes: Any) -> dict[str, Any]:
    """The parameters of a session as the app sends them; None takes one away."""
    given: dict[str, Any] = {
        "mode": "payment",
        "line_items": [{"quantity": 1, "price_data": SPONSOR}],
        "success_url": "http://127.0.0.1:8000/paid?session_id={CHECKOUT_SESSION_ID}",
        "cancel_url": "http://127.0.0.1:8000/choose",
        "client_reference_id": "order-1",
        "metadata": {"app": "booking", "order": "order-1"},
        "payment_intent_data": {"metadata": {"app": "booking", "order": "order-1"}},
        "automatic_tax": {"enabled": False},
        "customer_creation": "always",
        "billing_address_collection": "auto",
        "invoice_creation": {"enabled": True},
    } | changes
    return {name: value for name, value in given.items() if value is not None}


def sell(client: stripe.StripeClient, key: str | None = None, **changes: Any) -> Any:
    """A new session."""
    options: Any = {"idempotency_key": key} if key else {}
    given: Any = terms(**changes)
    return client.v1.checkout.sessions.create(given, options)


def look(client: stripe.StripeClient, session: Any, *expand: str) -> Any:
    """A session as it is now."""
    return client.v1.checkout.sessions.retrieve(session.id, {"expand": list(expand)})


def control(simulator: Simulator, act: str, /, **body: Any) -> Any:
    """One act of the control plane that must succeed."""
    answer = requests.post(f"{simulator.base_url}/_sim{act}", json=body, timeout=20)
    assert answer.status_code == 200, answer.text
    return answer.json()


def pay(simulator: Simulator, session: Any, card: str = "succeeds", **body: Any) -> Any:
    """Pay a session without a browser."""
    return control(simulator, f"/sessions/{session.id}/pay", card=card, **body)


def happened(client: stripe.StripeClient) -> list[str]:
    """The types of all events, oldest first."""
    return [str(event.type) for event in client.v1.events.list({"limit": 100}).auto_paging_iter()][::-1]


def events_as_sent(simulator: Simulator) -> list[dict[str, Any]]:
    """Every event as JSON, oldest first, before the client makes decimals and objects of it."""
    found: list[dict[str, Any]] = []
    more = True
    while more:
        asked = {"limit": "100"} | ({"starting_after": found[-1]["id"]} if found else {})
        page = requests.get(f"{simulator.base_url}/v1/events", asked, auth=("sk_test_x", ""), timeout=20).json()
        found += page["data"]
        more = page["has_more"]
    return found[::-1]


def event(client: stripe.StripeClient, kind: str) -> Any:
    """The newest event of a type."""
    return client.v1.events.list({"type": kind}).data[0]


def funds(client: stripe.StripeClient) -> int:
    """The balance in dollars' cents."""
    return sum(entry.amount for entry in client.v1.balance.retrieve().available)


def client_of(simulator: Simulator, retries: int = 0) -> stripe.StripeClient:
    """Stock stripe-python for a simulator."""
    return stripe.StripeClient(
        "sk_test_x",
        base_addresses={"api": simulator.base_url},
        http_client=stripe.RequestsClient(timeout=(3, 20)),
        max_network_retries=retries,
    )
