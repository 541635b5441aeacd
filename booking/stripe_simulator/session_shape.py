"""The shape of a new Checkout Session: every field that Stripe answers, also those that are null."""

from __future__ import annotations

from booking.stripe_simulator.store import Json
from booking.stripe_simulator.world import World

A_DAY = 24 * 60 * 60

NULLS = (
    "after_expiration client_secret collected_information consent consent_collection "
    "currency_conversion customer_account "
    "customer_details invoice managed_payments origin_context optional_items payment_intent payment_link "
    "payment_method_configuration_details permissions recovered_from saved_payment_method_options setup_intent "
    "shipping_address_collection shipping_cost subscription wallet_options integration_identifier"
).split()
ECHOED = (
    "allow_promotion_codes billing_address_collection cancel_url client_reference_id customer "
    "customer_email locale submit_type "
    "success_url allowed_payment_method_types"
).split()
"""Fields that a request sets and the answer repeats; null when they were not given."""


def session_shape(world: World, params: Json) -> Json:
    """A new, open session without lines or sums."""
    session = world.shape("checkout.session", "cs_test_")
    invoice = params.get("invoice_creation", {"enabled": False})
    collection = params.get("tax_id_collection", {"enabled": False})
    session |= dict.fromkeys(NULLS)
    session |= {name: params.get(name) for name in ECHOED}
    session |= {
        "adaptive_pricing": {"enabled": params.get("adaptive_pricing", {}).get("enabled", False)},
        "automatic_tax": automatic_tax(params),
        "currency": params["line_items"][0]["price_data"]["currency"].lower(),
        "custom_fields": [],
        "custom_text": dict.fromkeys(CUSTOM_TEXTS) | params.get("custom_text", {}),
        "customer_creation": None if "customer" in params else params.get("customer_creation", "if_required"),
        "discounts": [],
        "expires_at": params.get("expires_at", session["created"] + A_DAY),
        "invoice_creation": {"enabled": invoice["enabled"], "invoice_data": invoice_data(invoice)},
        "metadata": params.get("metadata") or {},
        "mode": "payment",
        "payment_method_collection": params.get("payment_method_collection", "if_required"),
        "payment_method_options": {"card": {"request_three_d_secure": "automatic"}},
        "payment_status": "unpaid",
        "phone_number_collection": {"enabled": params.get("phone_number_collection", {}).get("enabled", False)},
        "shipping_options": [],
        "status": "open",
        "tax_id_collection": {"required": "never", **collection},
        "ui_mode": "hosted_page",
        "url": f"{world.base_url}/c/pay/{session['id']}",
        "_intent": params.get("payment_intent_data", {}),
        "_customer_update": params.get("customer_update", {}),
    }
    if "excluded_payment_method_types" in params:
        session["excluded_payment_method_types"] = params["excluded_payment_method_types"]
    if params.get("customer_email"):
        session["customer_details"] = details(email=params["customer_email"])
    return session


def automatic_tax(params: Json) -> Json:
    """Whether tax is worked out, and by whom."""
    enabled = bool(params.get("automatic_tax", {}).get("enabled"))
    return {
        "enabled": enabled,
        "liability": {"type": "self"} if enabled else None,
        "provider": "stripe" if enabled else None,
        "status": "requires_location_inputs" if enabled else None,
    }


CUSTOM_TEXTS = ("after_submit", "shipping_address", "submit", "terms_of_service_acceptance")


def invoice_data(invoice: Json) -> Json:
    """What the invoice of a session will say."""
    given = invoice.get("invoice_data", {})
    return {
        "account_tax_ids": None,
        "custom_fields": given.get("custom_fields"),
        "description": given.get("description"),
        "footer": given.get("footer"),
        "issuer": None,
        "metadata": given.get("metadata") or {},
        "rendering_options": None,
    }


def details(**given: object) -> Json:
    """`customer_details`: what the buyer said of themselves on the page."""
    nothing = dict.fromkeys(("address", "business_name", "email", "individual_name", "name", "phone", "tax_ids"))
    return {**nothing, "tax_exempt": "none", **given}
