"""Events on their way to the app: signed, retried, in both forms, and disturbed on request."""

from __future__ import annotations

import http.server
import json
import threading
import time
from collections.abc import Iterator
from typing import Any, ClassVar

import pytest
import requests
import stripe

from booking.stripe_simulator import Simulator
from tests.stripe_simulator.shop import control, event, happened, pay, sell

SECRET = "whsec_simulator"


class App(http.server.BaseHTTPRequestHandler):
    """An app that answers what it is told to, and keeps what it gets."""

    answers: ClassVar[list[int]] = []
    got: ClassVar[list[stripe.Event]] = []

    def do_POST(self) -> None:
        """Take an event if its signature is good and no other answer is wanted."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        found = stripe.Webhook.construct_event(body, self.headers["Stripe-Signature"], SECRET)
        status = self.answers.pop(0) if self.answers else 200
        if status == 200:
            self.got.append(found)
        self.send_response(status)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
        """Say nothing."""


@pytest.fixture
def app(simulator: Simulator) -> Iterator[type[App]]:
    """An app that listens, told to the simulator."""
    App.answers.clear()
    App.got.clear()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), App)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    control(simulator, "/dials", url=f"http://127.0.0.1:{server.server_port}/webhooks/stripe")
    yield App
    simulator.reset()
    server.shutdown()
    thread.join()
    server.server_close()


def received(app: type[App]) -> list[str]:
    """The types that the app has accepted."""
    return [entry.type for entry in app.got]


def eventually(fact: Any) -> None:
    """Wait until something is so."""
    for _ in range(3_000):
        if fact():
            return
        time.sleep(0.01)
    raise AssertionError("It never happened.")


def deliveries(simulator: Simulator) -> list[dict[str, Any]]:
    """The log of deliveries."""
    found: list[dict[str, Any]] = requests.get(f"{simulator.base_url}/_sim/deliveries", timeout=20).json()
    return found


def test_an_event_arrives_by_itself_signed(simulator: Simulator, client: stripe.StripeClient, app: type[App]) -> None:
    pay(simulator, sell(client))
    eventually(lambda: "checkout.session.completed" in received(app))


def test_a_refused_event_comes_again_until_it_is_taken(
    simulator: Simulator, client: stripe.StripeClient, app: type[App]
) -> None:
    app.answers[:] = [500, 302]
    client.v1.customers.create({"email": "a@example.com"})
    eventually(lambda: received(app) == ["customer.created"])
    eventually(lambda: deliveries(simulator)[0]["state"] == "delivered")
    assert deliveries(simulator)[0]["attempts"] == 3


def test_an_event_that_nobody_takes_is_given_up_and_can_be_sent_again(
    simulator: Simulator, client: stripe.StripeClient, app: type[App]
) -> None:
    app.answers[:] = [500] * 4
    client.v1.customers.create({"email": "a@example.com"})
    eventually(lambda: deliveries(simulator)[0]["state"] == "failed")
    assert event(client, "customer.created").pending_webhooks == 0
    control(simulator, f"/events/{event(client, 'customer.created').id}/resend")
    eventually(lambda: received(app) == ["customer.created"])


def test_paused_events_wait_and_a_flush_sends_them_in_order(
    simulator: Simulator, client: stripe.StripeClient, app: type[App]
) -> None:
    control(simulator, "/pause")
    pay(simulator, sell(client))
    assert {entry["state"] for entry in deliveries(simulator)} == {"pending"}
    assert app.got == []
    assert [entry["state"] for entry in control(simulator, "/flush")] == ["delivered"] * len(happened(client))
    assert received(app) == happened(client)


def test_a_flush_while_the_app_is_down_says_so(simulator: Simulator, client: stripe.StripeClient) -> None:
    control(simulator, "/dials", url="http://127.0.0.1:9/webhooks/stripe", paused=True)
    client.v1.customers.create({"email": "a@example.com"})
    tried = control(simulator, "/flush")
    assert [(entry["state"], entry["last_status"]) for entry in tried] == [("pending", None)]
    assert "refused" in tried[0]["last_error"].lower()


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"action": "duplicate", "count": 1}, ["a", "a", "b", "c"]),
        ({"action": "duplicate", "count": 1, "times": 5}, ["a", "a", "a", "a", "a", "b", "c"]),
        ({"action": "drop", "count": 2}, ["c"]),
        ({"action": "reorder", "count": 3}, ["c", "b", "a"]),
        ({"action": "reorder", "count": 2}, ["b", "a", "c"]),
        ({"action": "reorder", "count": 9}, ["c", "b", "a"]),
        ({"action": "delay", "count": 1, "seconds": 60}, ["a", "b", "c"]),
        ({"action": "drop", "count": 9, "types": ["charge.*"]}, ["a", "b", "c"]),
    ],
)
def test_chaos_changes_what_arrives_and_how_often(
    simulator: Simulator, client: stripe.StripeClient, rule: dict[str, Any], expected: list[str]
) -> None:
    control(simulator, "/chaos", target="events", **rule)
    for name in ("a", "b", "c"):
        client.v1.customers.create({"name": name})
    got: list[str] = []

    def app(body: bytes, headers: dict[str, str]) -> int:
        got.append(stripe.Webhook.construct_event(body, headers["Stripe-Signature"], SECRET).data.object["name"])
        return 200

    simulator.deliver_to(app)
    assert got == expected


def test_an_event_that_the_app_causes_is_flushed_too(simulator: Simulator, client: stripe.StripeClient) -> None:
    intent = pay(simulator, sell(client))["session"]["payment_intent"]

    def app(body: bytes, headers: dict[str, str]) -> int:
        if json.loads(body)["type"] == "checkout.session.completed":
            client.v1.refunds.create({"payment_intent": intent})
        return 200

    assert simulator.deliver_to(app)[-1]["type"] == "refund.created"


def test_an_app_that_breaks_while_it_is_handed_events_loses_none(
    simulator: Simulator, client: stripe.StripeClient
) -> None:
    sell(client)

    def broken(body: bytes, headers: dict[str, str]) -> int:
        raise RuntimeError("the test's own fault")

    with pytest.raises(RuntimeError):
        simulator.deliver_to(broken)
    assert [entry["state"] for entry in simulator.deliver_to(lambda body, headers: 200)] == ["delivered"]


def test_a_stale_signature_can_be_asked_for(simulator: Simulator, client: stripe.StripeClient) -> None:
    client.v1.customers.create({"name": "a"})
    sent = control(simulator, f"/events/{event(client, 'customer.created').id}/sign", stamp_offset=-301)
    with pytest.raises(stripe.SignatureVerificationError, match="tolerance"):
        stripe.Webhook.construct_event(sent["body"], sent["headers"]["Stripe-Signature"], SECRET)


def test_both_secrets_sign_during_a_rotation(simulator: Simulator, client: stripe.StripeClient) -> None:
    control(simulator, "/dials", secrets=["whsec_old", "whsec_new"])
    client.v1.customers.create({"name": "a"})
    sent = control(simulator, f"/events/{event(client, 'customer.created').id}/sign")
    for secret in ("whsec_old", "whsec_new"):
        assert stripe.Webhook.construct_event(sent["body"], sent["headers"]["Stripe-Signature"], secret)


def test_a_thin_event_names_its_object_and_its_snapshot(simulator: Simulator, client: stripe.StripeClient) -> None:
    control(simulator, "/dials", payloads=["thin"])
    session = sell(client)
    client.v1.checkout.sessions.expire(session.id)
    snapshot = event(client, "checkout.session.expired")
    sent = control(simulator, f"/events/{snapshot.id}/sign")
    note: Any = client.parse_event_notification(sent["body"], sent["headers"]["Stripe-Signature"], SECRET)
    assert note.type == "v1.checkout.session.expired"
    assert note.fetch_related_object().status == "expired"
    full = note.fetch_event()
    assert (full.id, full.snapshot_event) == (note.id, snapshot.id)


def test_every_kind_of_event_is_one_that_the_sdk_knows(simulator: Simulator, client: stripe.StripeClient) -> None:
    control(simulator, "/dials", payloads=["thin"])
    pay(simulator, sell(client))
    kinds = []
    for name in dict.fromkeys(happened(client)):
        sent = control(simulator, f"/events/{event(client, name).id}/sign")
        kinds.append(
            type(client.parse_event_notification(sent["body"], sent["headers"]["Stripe-Signature"], SECRET)).__name__
        )
    assert "UnknownEventNotification" not in kinds


def test_events_are_listed_by_type_and_for_thirty_days(simulator: Simulator, client: stripe.StripeClient) -> None:
    client.v1.customers.create({"name": "a"})
    sell(client)
    assert [found.type for found in client.v1.events.list({"type": "customer.*"})] == ["customer.created"]
    wanted: Any = {"types": ["product.created", "customer.created"]}
    assert [found.type for found in client.v1.events.list(wanted)] == ["product.created", "customer.created"]
    control(simulator, "/clock", advance=31 * 24 * 3600)
    assert client.v1.events.list({"type": "customer.*"}).data == []
