"""What we ask Stripe for: the parameters of a Checkout Session, frozen as plain data before the first call.

Amounts come from rows of the database only. The names are those of API version 2026-10-28.endive.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from booking.gateways.stripe_facts import APP

DELAYED_METHODS = (
    "acss_debit",
    "au_becs_debit",
    "bacs_debit",
    "boleto",
    "customer_balance",
    "konbini",
    "multibanco",
    "nz_bank_account",
    "oxxo",
    "sepa_debit",
    "sofort",
    "us_bank_account",
)
"""Methods that report payment days later (https://docs.stripe.com/payments/payment-methods/payment-method-support)."""


@dataclass(frozen=True, slots=True)
class ChargeLine:
    """One booking as the buyer reads it at Stripe; ``amount`` in minor units, discount taken off."""

    name: str
    description: str
    amount: int


@dataclass(frozen=True, slots=True)
class Charge:
    """What an order asks to be paid. ``site`` is the host of our pages.

    ``near`` says that an issue is too close for a payment that takes days.
    """

    site: str
    order: str
    attempt: str
    currency: str
    lines: Sequence[ChargeLine]
    email: str
    po_number: str
    memory: Mapping[str, str]
    near: bool


def checkout_params(charge: Charge, order_page: str, expires_at: datetime) -> dict[str, Any]:
    """The body of the call that opens a Checkout Session for `charge`, returning to `order_page`."""
    ids = {"app": APP, "site": charge.site, "order": charge.order, "attempt": charge.attempt}
    fields = [{"name": "PO number", "value": charge.po_number}] if charge.po_number else []
    params: dict[str, Any] = {
        "mode": "payment",
        "line_items": [
            {
                "quantity": 1,
                "price_data": {
                    "currency": charge.currency.lower(),
                    "unit_amount": line.amount,
                    "product_data": {"name": line.name, "description": line.description},
                },
            }
            for line in charge.lines
        ],
        # The braces are filled in by Stripe, so they must arrive as they are: no URL builder may encode them.
        "success_url": f"{order_page}?session_id={{CHECKOUT_SESSION_ID}}",
        "cancel_url": order_page,
        "expires_at": int(expires_at.timestamp()),
        "client_reference_id": charge.order,
        "metadata": {**ids, **charge.memory},
        "payment_intent_data": {"metadata": ids},
        "customer_email": charge.email,
        "customer_creation": "always",
        "billing_address_collection": "required",
        "tax_id_collection": {"enabled": True},
        "invoice_creation": {"enabled": True, "invoice_data": {"metadata": ids, "custom_fields": fields}},
        "allow_promotion_codes": True,
        "automatic_tax": {"enabled": False},
    }
    if not fields:
        del params["invoice_creation"]["invoice_data"]["custom_fields"]
    if charge.near:
        params["excluded_payment_method_types"] = list(DELAYED_METHODS)
    return params
