"""The shape of a new dispute, every field that Stripe answers."""

from __future__ import annotations

from booking.stripe_simulator.store import Json
from booking.stripe_simulator.world import World

EVIDENCE = (
    "access_activity_log billing_address cancellation_policy cancellation_policy_disclosure cancellation_rebuttal "
    "customer_communication customer_email_address customer_name customer_purchase_ip customer_signature "
    "duplicate_charge_documentation duplicate_charge_explanation duplicate_charge_id product_description receipt "
    "refund_policy refund_policy_disclosure refund_refusal_explanation service_date service_documentation "
    "shipping_address shipping_carrier shipping_date shipping_documentation shipping_tracking_number "
    "uncategorized_file uncategorized_text"
).split()

TIME_TO_ANSWER = 9 * 24 * 60 * 60
"""Seconds; Stripe's differs by card network, mostly 7 to 21 days."""

REASON_CODES = {"fraudulent": "10.4", "product_not_received": "13.1", "duplicate": "12.6.1"}
"""Visa's codes for Stripe's words."""


def dispute_shape(world: World, charge: Json, amount: int, reason: str, *, inquiry: bool) -> Json:
    """A new dispute that needs a response; an inquiry is one before any money is taken."""
    details = charge["payment_method_details"]
    dispute = world.shape("dispute", "du_") | {
        "amount": amount,
        "balance_transactions": [],
        "charge": charge["id"],
        "currency": charge["currency"],
        "enhanced_eligibility_types": [],
        "evidence": dict.fromkeys(EVIDENCE) | {"enhanced_evidence": {}},
        "evidence_details": {
            "due_by": world.now() + TIME_TO_ANSWER,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        "is_charge_refundable": inquiry,
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "reason": reason,
        "status": "warning_needs_response" if inquiry else "needs_response",
    }
    if details["type"] == "card":
        card = {
            "brand": details["card"]["brand"],
            "case_type": "inquiry" if inquiry else "chargeback",
            "network_reason_code": REASON_CODES.get(reason, "10.4"),
        }
        dispute["payment_method_details"] = {"card": card, "type": "card"}
    return dispute
