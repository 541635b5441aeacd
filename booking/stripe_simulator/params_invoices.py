"""The parameters of invoices and invoice items that the simulator takes."""

from __future__ import annotations

from booking.stripe_simulator.params import clearable, flag, group, listed, metadata, need, one_of, text, whole
from booking.stripe_simulator.params_checkout import EXPAND, PAGE, SPAN

FIELDS = clearable(listed(group(name=need(text), value=need(text))))

CHANGEABLE = {
    "auto_advance": flag,
    "collection_method": one_of("charge_automatically", "send_invoice"),
    "custom_fields": FIELDS,
    "days_until_due": whole,
    "description": text,
    "due_date": whole,
    "expand": EXPAND,
    "footer": text,
    "metadata": clearable(metadata),
}
NOT_TAKEN = (
    "account_tax_ids application_fee_amount automatically_finalizes_at default_payment_method "
    "default_source default_tax_rates "
    "discounts effective_at issuer number on_behalf_of payment_settings rendering shipping_cost shipping_details "
    "statement_descriptor transfer_data "
)

CREATE = group(
    NOT_TAKEN + "customer_account from_invoice subscription",
    automatic_tax=group("liability", enabled=need(flag)),
    currency=text,
    customer=text,
    pending_invoice_items_behavior=one_of("exclude", "include"),
    **CHANGEABLE,
)
UPDATE = group(NOT_TAKEN + "automatic_tax", **CHANGEABLE)
LIST = group(
    "customer_account subscription",
    collection_method=one_of("charge_automatically", "send_invoice"),
    customer=text,
    due_date=SPAN,
    status=one_of("draft", "open", "paid", "uncollectible", "void"),
    **PAGE,
)
FINALIZE = group(auto_advance=flag, expand=EXPAND)
PAY = group("forgive mandate off_session source", expand=EXPAND, paid_out_of_band=flag, payment_method=text)

ITEM_CREATE = group(
    "customer_account discountable discounts period price_data pricing quantity_decimal subscription "
    "tax_behavior tax_code "
    "tax_rates unit_amount_decimal",
    amount=whole,
    currency=text,
    customer=text,
    description=text,
    expand=EXPAND,
    invoice=text,
    metadata=clearable(metadata),
    quantity=whole,
)
ITEM_LIST = group("customer_account", customer=text, invoice=text, pending=flag, **PAGE)

PAYMENT_LIST = group(
    invoice=text,
    payment=group("payment_record", payment_intent=text, type=need(one_of("payment_intent", "payment_record"))),
    status=one_of("canceled", "open", "paid"),
    **PAGE,
)
LINES = group(limit=whole, starting_after=text, ending_before=text, expand=EXPAND)
