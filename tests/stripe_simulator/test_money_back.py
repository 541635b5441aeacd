"""Refunds and disputes: never more than was paid, and a balance that is always what moved."""

from __future__ import annotations

from typing import Any

import pytest
import requests
import stripe
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from booking.stripe_simulator import Simulator
from tests.stripe_simulator.shop import client_of, control, event, funds, happened, pay, sell


@pytest.fixture
def intent(simulator: Simulator, client: stripe.StripeClient) -> str:
    """A payment of 450 dollars."""
    return str(pay(simulator, sell(client))["session"]["payment_intent"])


def give_back(client: stripe.StripeClient, intent: str, **more: Any) -> Any:
    """A refund through the API."""
    params: Any = {"payment_intent": intent, **more}
    return client.v1.refunds.create(params)


def test_partial_refunds_add_up_and_stop_at_the_payment(client: stripe.StripeClient, intent: str) -> None:
    give_back(client, intent, amount=10_000)
    with pytest.raises(stripe.InvalidRequestError, match="greater than unrefunded amount") as caught:
        give_back(client, intent, amount=35_001)
    assert caught.value.param == "amount"
    assert give_back(client, intent).amount == 35_000
    with pytest.raises(stripe.InvalidRequestError) as caught:
        give_back(client, intent)
    assert caught.value.code == "charge_already_refunded"
    charge = client.v1.charges.list({"payment_intent": intent}).data[0]
    assert (charge.amount_refunded, charge.refunded) == (45_000, True)
    assert funds(client) == 0


@pytest.mark.parametrize("amount", [0, -1])
def test_a_refund_of_nothing_or_less_is_refused(client: stripe.StripeClient, intent: str, amount: int) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        give_back(client, intent, amount=amount)
    assert caught.value.code == "parameter_invalid_integer"


def test_a_payment_without_money_cannot_be_refunded(simulator: Simulator, client: stripe.StripeClient) -> None:
    tried = pay(simulator, sell(client), "declined")["session"]["payment_intent"]
    with pytest.raises(stripe.InvalidRequestError, match="does not have a successful charge"):
        give_back(client, tried)


def test_every_refund_fires_charge_refunded_also_a_partial_one(client: stripe.StripeClient, intent: str) -> None:
    give_back(client, intent, amount=1, metadata={"order": "1"}, reason="requested_by_customer")
    assert happened(client)[-2:] == ["charge.refunded", "refund.created"]
    seen = event(client, "charge.refunded")
    assert (seen.data.object["amount_refunded"], seen.data.object["refunded"]) == (1, False)
    assert seen.data.previous_attributes.to_dict() == {"amount_refunded": 0}


def test_a_refund_can_fail_after_it_had_succeeded(
    simulator: Simulator, client: stripe.StripeClient, intent: str
) -> None:
    refund = give_back(client, intent)
    assert (refund.status, funds(client)) == ("succeeded", 0)
    control(simulator, f"/refunds/{refund.id}/fail")
    found = client.v1.refunds.retrieve(refund.id)
    assert (found.status, found.failure_reason) == ("failed", "lost_or_stolen_card")
    assert client.v1.charges.retrieve(str(found.charge)).amount_refunded == 0
    assert funds(client) == 45_000
    assert happened(client)[-1] == "refund.failed"


def test_a_refund_can_be_pending_first(simulator: Simulator, client: stripe.StripeClient, intent: str) -> None:
    control(simulator, "/refunds/ahead", status="pending")
    refund = give_back(client, intent)
    assert refund.status == "pending"
    control(simulator, f"/refunds/{refund.id}/succeed")
    assert client.v1.refunds.retrieve(refund.id).status == "succeeded"


def test_a_refund_from_the_dashboard_has_no_request_of_ours(
    simulator: Simulator, client: stripe.StripeClient, intent: str
) -> None:
    control(simulator, "/refunds", payment_intent=intent, amount=500)
    assert event(client, "refund.created").request.id is None
    assert [refund.amount for refund in client.v1.refunds.list({"payment_intent": intent})] == [500]


@pytest.mark.parametrize(("end", "status", "left"), [("win", "won", 45_000), ("lose", "lost", 0)])
def test_a_dispute_takes_the_money_until_it_is_won(
    simulator: Simulator, client: stripe.StripeClient, intent: str, end: str, status: str, left: int
) -> None:
    dispute = control(simulator, f"/payments/{intent}/dispute")
    assert funds(client) == 0
    with pytest.raises(stripe.InvalidRequestError) as caught:
        give_back(client, intent)
    assert caught.value.code == "charge_disputed"
    control(simulator, f"/disputes/{dispute['id']}/{end}")
    assert client.v1.disputes.retrieve(dispute["id"]).status == status
    assert funds(client) == left
    kinds = [kind for kind in happened(client) if kind.startswith("charge.dispute")]
    between = ["charge.dispute.funds_reinstated"] if end == "win" else []
    assert kinds == ["charge.dispute.created", "charge.dispute.funds_withdrawn", *between, "charge.dispute.closed"]


def test_a_dispute_after_a_partial_refund_takes_only_the_rest(
    simulator: Simulator, client: stripe.StripeClient, intent: str
) -> None:
    give_back(client, intent, amount=20_000)
    assert control(simulator, f"/payments/{intent}/dispute")["amount"] == 25_000
    assert funds(client) == 0


def test_an_inquiry_moves_no_money(simulator: Simulator, client: stripe.StripeClient, intent: str) -> None:
    dispute = control(simulator, f"/payments/{intent}/dispute", inquiry=True)
    assert (dispute["status"], funds(client)) == ("warning_needs_response", 45_000)


def test_a_decided_dispute_stays_decided(simulator: Simulator, client: stripe.StripeClient, intent: str) -> None:
    dispute = control(simulator, f"/payments/{intent}/dispute")
    client.v1.disputes.close(dispute["id"])
    with pytest.raises(stripe.InvalidRequestError, match="already closed"):
        client.v1.disputes.close(dispute["id"])


def test_a_fraud_warning_names_the_charge(simulator: Simulator, client: stripe.StripeClient, intent: str) -> None:
    warning = control(simulator, f"/payments/{intent}/warn")
    assert warning["payment_intent"] == intent
    assert event(client, "radar.early_fraud_warning.created").data.object["charge"] == warning["charge"]


def test_fees_leave_the_balance_when_the_dial_is_turned(simulator: Simulator, client: stripe.StripeClient) -> None:
    control(simulator, "/dials", fee_percent=2)
    pay(simulator, sell(client))
    assert funds(client) == 44_100


MOVES = st.lists(
    st.tuples(st.sampled_from(["refund", "fail", "dispute", "win", "lose"]), st.integers(1, 50_000)), max_size=12
)


PROFILE = settings.get_current_profile_name()
EXAMPLES = 10 if PROFILE == "default" else settings.get_profile(PROFILE).max_examples
"""Some of them for every change; `make sure` asks for more."""


@given(moves=MOVES)
@settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_balance_is_payments_less_refunds_and_lost_disputes(
    running: Simulator, moves: list[tuple[str, int]]
) -> None:
    running.reset()
    client = client_of(running)
    paid = pay(running, sell(client))["session"]["payment_intent"]
    for move, amount in moves:
        attempt(running, paid, move, amount)
    charge = client.v1.charges.list().data[0]
    back = sum(refund.amount for refund in client.v1.refunds.list() if refund.status != "failed")
    gone = sum(dispute.amount for dispute in client.v1.disputes.list() if dispute.status in ("needs_response", "lost"))
    assert charge.amount_refunded == back <= charge.amount
    assert funds(client) == charge.amount - back - gone
    assert sum(entry.net for entry in client.v1.balance_transactions.list({"limit": 100})) == funds(client)


def attempt(simulator: Simulator, intent: str, move: str, amount: int) -> None:
    """One move, possible or not."""
    url = f"{simulator.base_url}/_sim"
    client = client_of(simulator)
    if move == "refund":
        requests.post(f"{url}/refunds", json={"payment_intent": intent, "amount": amount}, timeout=20)
    elif move == "dispute":
        requests.post(f"{url}/payments/{intent}/dispute", json={}, timeout=20)
    elif move == "fail":
        for refund in client.v1.refunds.list({"limit": 1}):
            requests.post(f"{url}/refunds/{refund.id}/fail", json={}, timeout=20)
    else:
        for dispute in client.v1.disputes.list({"limit": 1}):
            requests.post(f"{url}/disputes/{dispute.id}/{move}", json={}, timeout=20)
