"""One request at a time and many at once: keys, replays, faults on request, paging, expansion, refusals."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests
import stripe

from booking.stripe_simulator import API_VERSION, Simulator
from tests.stripe_simulator.shop import client_of, control, funds, pay, sell, terms


def test_the_same_key_and_body_replay_the_first_answer(client: stripe.StripeClient) -> None:
    first, second = sell(client, key="attempt-1"), sell(client, key="attempt-1")
    assert first.id == second.id
    assert second.last_response.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.last_response.headers
    assert second.last_response.headers["Original-Request"] == first.last_response.headers["Request-Id"]
    assert len(client.v1.checkout.sessions.list().data) == 1


def test_the_same_key_with_another_body_is_refused(client: stripe.StripeClient) -> None:
    sell(client, key="attempt-1")
    with pytest.raises(stripe.IdempotencyError) as caught:
        sell(client, key="attempt-1", client_reference_id="order-2")
    assert caught.value.http_status == 400


def test_a_key_is_forgotten_after_a_day(simulator: Simulator, client: stripe.StripeClient) -> None:
    first = sell(client, key="attempt-1").id
    control(simulator, "/clock", advance=24 * 60 * 60 - 60)
    assert sell(client, key="attempt-1").id == first
    control(simulator, "/clock", advance=120)
    assert sell(client, key="attempt-1").id != first


def test_a_key_whose_request_still_runs_is_in_use(simulator: Simulator) -> None:
    control(simulator, "/chaos", target="requests", action="delay", seconds=60, path="/v1/checkout/sessions")
    chaos = f"{simulator.base_url}/_sim/chaos"
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(lambda: str(sell(client_of(simulator), key="attempt-1").id))
        while requests.get(chaos, timeout=20).json()[0]["remaining"]:
            time.sleep(0.01)
        with pytest.raises(stripe.APIError) as caught:
            sell(client_of(simulator), key="attempt-1")
        assert caught.value.http_status == 409
        assert caught.value.error is not None
        assert caught.value.error.code == "idempotency_key_in_use"
        requests.delete(chaos, timeout=20)
        made = running.result()
    assert sell(client_of(simulator), key="attempt-1").id == made


def test_a_validation_failure_does_not_use_up_the_key(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        sell(client, key="attempt-1", expires_at=5)
    with pytest.raises(stripe.InvalidRequestError):
        sell(client, key="attempt-1", mode="barter")
    assert sell(client, key="attempt-1").status == "open"


def test_a_refusal_by_the_objects_state_is_replayed(simulator: Simulator, client: stripe.StripeClient) -> None:
    intent = pay(simulator, sell(client))["session"]["payment_intent"]
    big: Any = {"payment_intent": intent, "amount": 50_000}
    for _ in range(2):
        with pytest.raises(stripe.InvalidRequestError, match="greater than") as caught:
            client.v1.refunds.create(big, {"idempotency_key": "refund-1"})
    assert caught.value.headers is not None
    assert caught.value.headers["Idempotent-Replayed"] == "true"


@pytest.mark.parametrize(
    "fault",
    [
        {"action": "error", "when": "before"},
        {"action": "error", "when": "after"},
        {"action": "error", "when": "after", "status": 503},
        {"action": "drop", "when": "before"},
        {"action": "drop", "when": "after"},
    ],
)
def test_a_retry_after_a_lost_answer_refunds_once(
    simulator: Simulator, client: stripe.StripeClient, fault: dict[str, Any]
) -> None:
    intent = pay(simulator, sell(client))["session"]["payment_intent"]
    control(simulator, "/chaos", target="requests", method="POST", path="/v1/refunds", **fault)
    refund = client_of(simulator, retries=2).v1.refunds.create({"payment_intent": intent, "amount": 100})
    assert [found.id for found in client.v1.refunds.list()] == [refund.id]
    assert funds(client) == 44_900


def test_a_timeout_after_the_commit_leaves_the_refund_made(simulator: Simulator, client: stripe.StripeClient) -> None:
    intent = pay(simulator, sell(client))["session"]["payment_intent"]
    control(simulator, "/chaos", target="requests", action="delay", when="after", seconds=1, path="/v1/refunds")
    hasty = stripe.StripeClient(
        "sk_test_x",
        base_addresses={"api": simulator.base_url},
        http_client=stripe.RequestsClient(timeout=(3, 0.2)),
        max_network_retries=0,
    )
    with pytest.raises(stripe.APIConnectionError):
        hasty.v1.refunds.create({"payment_intent": intent}, {"idempotency_key": "refund-1"})
    assert client.v1.refunds.create({"payment_intent": intent}, {"idempotency_key": "refund-1"}).status == "succeeded"
    assert len(client.v1.refunds.list().data) == 1


def test_chaos_stops_when_it_is_used_up_or_cleared(simulator: Simulator, client: stripe.StripeClient) -> None:
    control(simulator, "/chaos", target="requests", action="error", status=429, count=9)
    with pytest.raises(stripe.RateLimitError):
        sell(client)
    requests.delete(f"{simulator.base_url}/_sim/chaos", timeout=20)
    assert sell(client).status == "open"


def test_a_bad_rule_is_refused_with_what_is_possible(simulator: Simulator) -> None:
    answer = requests.post(f"{simulator.base_url}/_sim/chaos", json={"action": "explode"}, timeout=20)
    assert answer.status_code == 400
    assert "duplicate" in answer.json()["error"]


def test_many_at_once_with_one_key_make_one_session(simulator: Simulator) -> None:
    def one(_: int) -> str | None:
        try:
            return str(sell(client_of(simulator), key="attempt-1").id)
        except stripe.APIError:
            return None

    with ThreadPoolExecutor(12) as pool:
        made = {found for found in pool.map(one, range(36)) if found}
    assert len(made) == 1


def test_many_refunds_at_once_never_exceed_the_payment(simulator: Simulator, client: stripe.StripeClient) -> None:
    intent = pay(simulator, sell(client))["session"]["payment_intent"]

    def one(_: int) -> int:
        try:
            return client_of(simulator).v1.refunds.create({"payment_intent": intent, "amount": 20_000}).amount
        except stripe.InvalidRequestError:
            return 0

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(one, range(16))) == 40_000
    assert funds(client) == 5_000


def test_lists_page_both_ways_newest_first(client: stripe.StripeClient) -> None:
    made = [client.v1.customers.create({"name": str(number)}).id for number in range(25)][::-1]
    assert [found.id for found in client.v1.customers.list({"limit": 10}).auto_paging_iter()] == made
    back: Any = {"limit": 10, "ending_before": made[20]}
    assert [found.id for found in client.v1.customers.list(back)] == made[10:20]
    assert client.v1.customers.list({"limit": 25}).has_more is False
    assert client.v1.customers.list({"limit": 24}).has_more is True


def test_lists_filter(simulator: Simulator, client: stripe.StripeClient) -> None:
    early = sell(client)
    control(simulator, "/clock", advance=100)
    late = sell(client, customer_email="b@example.com")
    pay(simulator, late)
    sessions = client.v1.checkout.sessions
    assert [found.id for found in sessions.list({"status": "open"})] == [early.id]
    assert [found.id for found in sessions.list({"created": {"gt": early.created}})] == [late.id]
    assert [found.id for found in sessions.list({"created": early.created})] == [early.id]
    assert [found.id for found in sessions.list({"customer_details": {"email": "b@example.com"}})] == [late.id]
    intent = sessions.retrieve(late.id).payment_intent
    assert [found.id for found in sessions.list({"payment_intent": str(intent)})] == [late.id]


def test_a_foreign_cursor_and_a_wrong_limit_are_refused(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="No such"):
        client.v1.customers.list({"starting_after": "cus_none"})
    with pytest.raises(stripe.InvalidRequestError, match="between 1 and 100"):
        client.v1.customers.list({"limit": 101})


def test_what_cannot_be_expanded_is_refused(client: stripe.StripeClient) -> None:
    session = sell(client)
    with pytest.raises(stripe.InvalidRequestError, match="cannot be expanded"):
        client.v1.checkout.sessions.retrieve(session.id, {"expand": ["colour"]})


def test_an_unknown_object_is_a_404_with_its_code(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError, match=r"No such checkout\.session: 'cs_none'") as caught:
        client.v1.checkout.sessions.retrieve("cs_none")
    assert (caught.value.http_status, caught.value.code) == (404, "resource_missing")


def test_an_unknown_path_says_what_to_do(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="Unrecognized request URL") as caught:
        client.v1.payouts.list()
    assert caught.value.http_status == 404


@pytest.mark.parametrize("key", ["sk_live_x", "pk_test_x"])
def test_only_test_keys_are_let_in(simulator: Simulator, key: str) -> None:
    client = stripe.StripeClient(key, base_addresses={"api": simulator.base_url})
    with pytest.raises(stripe.AuthenticationError):
        client.v1.balance.retrieve()


@pytest.mark.parametrize("query", [b"limit=%FF%FE", b"a[b]=1&a=2", b"[]=1", b"expand[][]=x", b"created[gte]=x"])
def test_a_garbled_query_is_refused_and_not_a_failure(simulator: Simulator, query: bytes) -> None:
    url = f"{simulator.base_url}/v1/checkout/sessions?".encode() + query
    assert requests.get(url, auth=("sk_test_x", ""), timeout=20).status_code == 400


def test_every_answer_says_its_request_and_version(simulator: Simulator) -> None:
    url = f"{simulator.base_url}/v1/balance"
    answer = requests.get(url, auth=("sk_test_x", ""), timeout=20)
    assert answer.headers["Request-Id"].startswith("req_")
    assert answer.headers["Stripe-Version"] == API_VERSION
    assert requests.get(url, timeout=20).status_code == 401


def test_a_client_of_another_version_is_refused_with_what_to_do(simulator: Simulator) -> None:
    old = stripe.StripeClient("sk_test_x", base_addresses={"api": simulator.base_url}, stripe_version="2024-06-20")
    with pytest.raises(stripe.InvalidRequestError, match="speaks") as caught:
        old.v1.balance.retrieve()
    assert caught.value.code == "simulator_version"


def test_a_parameter_that_stripe_knows_and_the_simulator_does_not_is_refused_and_not_ignored(
    client: stripe.StripeClient,
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        sell(client, after_expiration={"recovery": {"enabled": True}})
    assert caught.value.code == "simulator_parameter"


def test_the_log_of_requests_keeps_the_form_as_sent_and_nested(
    simulator: Simulator, client: stripe.StripeClient
) -> None:
    sell(client, key="attempt-1")
    entry = requests.get(f"{simulator.base_url}/_sim/requests", timeout=20).json()[0]
    assert (entry["method"], entry["path"], entry["idempotency_key"]) == ("POST", "/v1/checkout/sessions", "attempt-1")
    assert entry["nested"]["line_items"]["0"]["price_data"]["currency"] == "usd"
    assert set(entry["nested"]) == set(terms())
