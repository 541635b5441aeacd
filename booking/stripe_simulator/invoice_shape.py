"""The shapes of invoices, their lines and their payments, every field that Stripe answers."""

from __future__ import annotations

from booking.stripe_simulator.ids import new_id
from booking.stripe_simulator.store import Json
from booking.stripe_simulator.world import LIVEMODE, World

NULLS = (
    "account_country account_tax_ids application automatically_finalizes_at customer_account customer_address "
    "customer_email customer_name customer_phone customer_shipping default_payment_method default_source "
    "description due_date effective_at ending_balance footer from_invoice hosted_invoice_url invoice_pdf "
    "last_finalization_error latest_revision next_payment_attempt number on_behalf_of parent receipt_number "
    "rendering shipping_cost shipping_details statement_descriptor test_clock total_pretax_credit_amounts "
    "webhooks_delivered_at"
).split()
ZEROS = (
    "amount_due amount_overpaid amount_paid amount_paid_off_stripe amount_remaining amount_shipping attempt_count "
    "post_payment_credit_notes_amount pre_payment_credit_notes_amount starting_balance subtotal "
    "subtotal_excluding_tax total total_excluding_tax"
).split()


def invoice_shape(world: World, customer: Json, currency: str, collection: str) -> Json:
    """A new draft without lines for a customer."""
    invoice = world.shape("invoice", "in_") | dict.fromkeys(NULLS) | dict.fromkeys(ZEROS, 0)
    return invoice | {
        "account_name": "Simulated newsletter",
        "attempted": False,
        "auto_advance": False,
        "automatic_tax": automatic_tax(enabled=False),
        "billing_reason": "manual",
        "collection_method": collection,
        "currency": currency,
        "custom_fields": None,
        "customer": customer["id"],
        "customer_address": customer["address"],
        "customer_email": customer["email"],
        "customer_name": customer["name"],
        "customer_phone": customer["phone"],
        "customer_tax_exempt": customer["tax_exempt"],
        "customer_tax_ids": [],
        "default_tax_rates": [],
        "discounts": [],
        "issuer": {"type": "self"},
        "lines": {"object": "list", "data": [], "has_more": False, "url": f"/v1/invoices/{invoice['id']}/lines"},
        "metadata": {},
        "payment_settings": {"default_mandate": None, "payment_method_options": None, "payment_method_types": None},
        "period_end": invoice["created"],
        "period_start": invoice["created"],
        "status": "draft",
        "status_transitions": dict.fromkeys(("finalized_at", "marked_uncollectible_at", "paid_at", "voided_at")),
        "total_discount_amounts": [],
        "total_taxes": [],
    }


def automatic_tax(*, enabled: bool) -> Json:
    """The invoice's word on tax."""
    return {
        "disabled_reason": None,
        "enabled": enabled,
        "liability": {"type": "self"} if enabled else None,
        "provider": "stripe" if enabled else None,
        "status": "complete" if enabled else None,
    }


def line_shape(invoice: Json, given: Json, item: str | None) -> Json:
    """One line. `given` holds amount, description, quantity, metadata and, if there is one, price and product ids."""
    pricing = None
    if given.get("price"):
        details = {"price": given["price"], "product": given["product"]}
        pricing = {"price_details": details, "type": "price_details", "unit_amount_decimal": str(given["unit_amount"])}
    parent = None
    if item:
        details = {"invoice_item": item, "proration": False, "proration_details": None, "subscription": None}
        parent = {"invoice_item_details": details, "subscription_item_details": None, "type": "invoice_item_details"}
    return {
        "id": new_id("il_"),
        "object": "line_item",
        "amount": given["amount"],
        "currency": invoice["currency"],
        "description": given.get("description"),
        "discount_amounts": [],
        "discountable": True,
        "discounts": [],
        "invoice": invoice["id"],
        "livemode": LIVEMODE,
        "metadata": given.get("metadata") or {},
        "parent": parent,
        "period": {"end": invoice["created"], "start": invoice["created"]},
        "pretax_credit_amounts": [],
        "pricing": pricing,
        "quantity": given["quantity"],
        "quantity_decimal": str(given["quantity"]),
        "subscription": None,
        "subtotal": given["amount"],
        "taxes": [],
    }


def payment_shape(world: World, invoice: Json, intent: str) -> Json:
    """The link between an invoice and the PaymentIntent that is to pay it."""
    return world.shape("invoice_payment", "inpay_") | {
        "amount_paid": None,
        "amount_requested": invoice["amount_due"],
        "currency": invoice["currency"],
        "invoice": invoice["id"],
        "is_default": True,
        "payment": {"payment_intent": intent, "type": "payment_intent"},
        "status": "open",
        "status_transitions": {"canceled_at": None, "paid_at": None},
    }
