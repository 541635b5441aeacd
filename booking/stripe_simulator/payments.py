"""PaymentIntents and charges: one attempt after another until the money is there, each with its events."""

from __future__ import annotations

from booking.stripe_simulator import balance
from booking.stripe_simulator.cards import Card
from booking.stripe_simulator.errors import missing
from booking.stripe_simulator.events import changed, emit
from booking.stripe_simulator.listing import page_of
from booking.stripe_simulator.payment_shapes import charge_shape, intent_shape, last_error
from booking.stripe_simulator.store import Json, public
from booking.stripe_simulator.world import World

AUTHENTICATION_FAILED = Card(
    "4000002500003155",
    "",
    "payment_intent_authentication_failure",
    None,
    "We are unable to authenticate your payment method. Please choose a different payment method and try again.",
)
RETURNED = Card(
    "000123456789", "", "debit_not_authorized", None, "The customer's bank returned the debit.", method="bank_debit"
)


def open_intent(world: World, terms: Json) -> Json:
    """A new PaymentIntent without an attempt. `terms` holds amount, currency, customer, metadata and the like."""
    intent = world.store.add(intent_shape(world, terms))
    emit(world, "payment_intent.created", intent)
    return intent


def ask(world: World, intent: Json, url: str) -> None:
    """The bank wants 3-D Secure: the intent waits for the buyer at `url`."""
    action = {"type": "redirect_to_url", "redirect_to_url": {"return_url": None, "url": url}}
    intent |= {"status": "requires_action", "next_action": action, "last_payment_error": None}
    world.store.save(intent)
    emit(world, "payment_intent.requires_action", intent)


def refuse(world: World, intent: Json, card: Card, billing: Json) -> Json:
    """The attempt fails: a failed charge, and the intent waits for another payment method."""
    charge = charge_shape(world, intent, card, billing)
    charge |= {
        "captured": False,
        "amount_captured": 0,
        "paid": False,
        "status": "failed",
        "failure_code": card.code,
        "failure_message": card.message,
        "receipt_url": None,
        "outcome": outcome("issuer_declined", card),
    }
    world.store.add(charge)
    fail(world, intent, charge, card)
    return charge


def fail(world: World, intent: Json, charge: Json, card: Card) -> None:
    """Write a failure into an intent, and tell."""
    intent |= {
        "status": "requires_payment_method",
        "next_action": None,
        "payment_method": None,
        "latest_charge": charge["id"],
        "last_payment_error": last_error(card, charge, intent["currency"]),
    }
    world.store.save(intent)
    emit(world, "charge.failed", charge)
    emit(world, "payment_intent.payment_failed", intent)


def succeed(world: World, intent: Json, card: Card, billing: Json) -> Json:
    """The attempt succeeds at once: a charge, the money on the balance, both events. The charge."""
    charge = charge_shape(world, intent, card, billing)
    charge["outcome"] = outcome(None, card)
    intent["payment_method"] = charge["payment_method"]
    world.store.add(charge, due=world.now() + world.dials.dispute_after if card.disputed else None)
    receive(world, intent, charge)
    return charge


def receive(world: World, intent: Json, charge: Json) -> None:
    """Book a charge's money and make the intent succeed."""
    entry = balance.book_charge(world, charge)
    charge |= {"balance_transaction": entry["id"], "paid": True, "status": "succeeded"}
    world.store.save(charge)
    intent |= {
        "status": "succeeded",
        "amount_received": intent["amount"],
        "latest_charge": charge["id"],
        "last_payment_error": None,
        "next_action": None,
        "processing": None,
    }
    world.store.save(intent)
    emit(world, "charge.succeeded", charge)
    emit(world, "payment_intent.succeeded", intent)


def debit(world: World, intent: Json, card: Card, billing: Json) -> Json:
    """The attempt will be known in some days: a pending charge. `settle` or `bounce` ends it."""
    charge = charge_shape(world, intent, card, billing)
    charge |= {"paid": False, "status": "pending", "outcome": outcome(None, card)}
    world.store.add(charge)
    intent |= {
        "status": "processing",
        "payment_method": charge["payment_method"],
        "latest_charge": charge["id"],
        "next_action": None,
        "last_payment_error": None,
    }
    world.store.save(intent)
    emit(world, "charge.pending", charge)
    emit(world, "payment_intent.processing", intent)
    return charge


def settle(world: World, intent: Json) -> None:
    """A delayed payment arrives."""
    receive(world, intent, world.need("charge", intent["latest_charge"], "charge"))


def bounce(world: World, intent: Json) -> None:
    """A delayed payment comes back."""
    charge = world.need("charge", intent["latest_charge"], "charge")
    changed(charge, status="failed", paid=False, failure_code=RETURNED.code, failure_message=RETURNED.message)
    charge |= {"captured": False, "amount_captured": 0, "receipt_url": None}
    world.store.save(charge)
    fail(world, intent, charge, RETURNED)


def outcome(reason: str | None, card: Card) -> Json:
    """What the network and Stripe's risk rules said."""
    refused = reason is not None
    return {
        "advice_code": None,
        "network_advice_code": None,
        "network_decline_code": None,
        "network_status": "declined_by_network" if refused else "approved_by_network",
        "reason": card.decline_code if refused else None,
        "risk_level": "normal",
        "risk_score": 12,
        "seller_message": "The bank did not return any further details with this decline."
        if refused
        else "Payment complete.",
        "type": reason or "authorized",
    }


def retrieve_intent(world: World, params: Json, key: str) -> Json:
    """`GET /v1/payment_intents/{intent}`."""
    found = world.store.get("payment_intent", key)
    if found is None:
        raise missing("payment_intent", key, "intent", in_path=True)
    return public(found)


def list_intents(world: World, params: Json) -> Json:
    """`GET /v1/payment_intents`."""
    return page_of(world, "payment_intent", "/v1/payment_intents", params)


def retrieve_charge(world: World, params: Json, key: str) -> Json:
    """`GET /v1/charges/{charge}`."""
    return public(world.need("charge", key, "id", in_path=True))


def list_charges(world: World, params: Json) -> Json:
    """`GET /v1/charges`."""
    return page_of(world, "charge", "/v1/charges", params)
