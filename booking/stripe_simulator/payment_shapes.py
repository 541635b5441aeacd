"""The shapes of PaymentIntents and charges, every field that Stripe answers."""

from __future__ import annotations

from booking.stripe_simulator.cards import Card, card_details, method_details, type_of
from booking.stripe_simulator.ids import new_id
from booking.stripe_simulator.store import Json
from booking.stripe_simulator.world import World

INTENT_NULLS = (
    "application application_fee_amount automatic_payment_methods canceled_at cancellation_reason customer_account "
    "excluded_payment_method_types last_payment_error latest_charge managed_payments next_action "
    "on_behalf_of payment_method "
    "payment_method_configuration_details processing review setup_future_usage shipping transfer_data transfer_group "
    "allowed_payment_method_types"
).split()
CHARGE_NULLS = (
    "application application_fee application_fee_amount balance_transaction failure_balance_transaction failure_code "
    "failure_message on_behalf_of outcome receipt_number review shipping source_transfer transfer_data transfer_group"
).split()
NO_ADDRESS = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))


def intent_shape(world: World, terms: Json) -> Json:
    """A new PaymentIntent. `terms` may hold amount, currency, customer, metadata, description, receipt_email,
    statement_descriptor(_suffix) and payment_method_types."""
    intent = world.shape("payment_intent", "pi_")
    intent |= dict.fromkeys(INTENT_NULLS)
    return intent | {
        "amount": terms["amount"],
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "capture_method": "automatic_async",
        "client_secret": f"{intent['id']}_secret_{new_id('')[:25]}",
        "confirmation_method": "automatic",
        "currency": terms["currency"],
        "customer": terms.get("customer"),
        "description": terms.get("description"),
        "metadata": terms.get("metadata") or {},
        "payment_method_options": {"card": {"request_three_d_secure": "automatic"}},
        "payment_method_types": terms.get("payment_method_types", ["card"]),
        "receipt_email": terms.get("receipt_email"),
        "statement_descriptor": terms.get("statement_descriptor"),
        "statement_descriptor_suffix": terms.get("statement_descriptor_suffix"),
        "status": "requires_payment_method",
    }


def charge_shape(world: World, intent: Json, card: Card, billing: Json) -> Json:
    """A new, paid charge of an intent, not yet on the balance."""
    charge = world.shape("charge", "py_" if card.delayed else "ch_")
    charge |= dict.fromkeys(CHARGE_NULLS)
    return charge | {
        "amount": intent["amount"],
        "amount_captured": intent["amount"],
        "amount_refunded": 0,
        "billing_details": billing_details(billing),
        "calculated_statement_descriptor": intent["statement_descriptor"] or "NEWSLETTER",
        "captured": True,
        "currency": intent["currency"],
        "customer": intent["customer"],
        "description": intent["description"],
        "disputed": False,
        "fraud_details": {},
        "metadata": dict(intent["metadata"]),
        "paid": True,
        "payment_intent": intent["id"],
        "payment_method": new_id("pm_"),
        "payment_method_details": method_details(card, intent["amount"], intent["currency"]),
        "radar_options": {},
        "receipt_email": intent["receipt_email"],
        "receipt_url": f"{world.base_url}/receipts/{charge['id']}",
        "refunded": False,
        "statement_descriptor": intent["statement_descriptor"],
        "statement_descriptor_suffix": intent["statement_descriptor_suffix"],
        "status": "succeeded",
    }


def billing_details(billing: Json) -> Json:
    """Who paid, as the charge says it."""
    return {
        "address": billing.get("address") or NO_ADDRESS,
        "email": billing.get("email"),
        "name": billing.get("name"),
        "phone": billing.get("phone"),
        "tax_id": None,
    }


def last_error(card: Card, charge: Json, currency: str) -> Json:
    """`last_payment_error` of an intent whose attempt failed."""
    error: Json = {
        "charge": charge["id"],
        "code": card.code,
        "doc_url": f"https://stripe.com/docs/error-codes/{(card.code or '').replace('_', '-')}",
        "message": card.message,
        "payment_method": payment_method(card, charge, currency),
        "type": "card_error" if card.method == "card" else "invalid_request_error",
    }
    return error | ({"decline_code": card.decline_code} if card.decline_code else {})


def payment_method(card: Card, charge: Json, currency: str) -> Json:
    """The payment method that was tried, as the error shows it."""
    kind = type_of(card, currency)
    details = charge["payment_method_details"][kind]
    if kind == "card":
        shared = ("brand", "checks", "country", "exp_month", "exp_year", "fingerprint", "funding", "last4", "wallet")
        tried = card_details(card, 0)
        details = {name: tried[name] for name in shared} | {
            "display_brand": "visa",
            "generated_from": None,
            "networks": {"available": ["visa"], "preferred": None},
            "regulated_status": "unregulated",
            "three_d_secure_usage": {"supported": True},
        }
    else:
        details = {name: details[name] for name in ("fingerprint", "last4")}
    return {
        "id": charge["payment_method"],
        "object": "payment_method",
        "allow_redisplay": "limited",
        "billing_details": charge["billing_details"],
        "created": charge["created"],
        "customer": None,
        "customer_account": None,
        "livemode": False,
        "metadata": {},
        "type": kind,
        kind: details,
    }
