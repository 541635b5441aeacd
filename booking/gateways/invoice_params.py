"""What we ask Stripe for when an advertiser pays by invoice: customer, invoice and lines, frozen as plain data."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from booking.gateways.checkout_params import Charge
from booking.gateways.stripe_facts import APP


def invoice_params(charge: Charge, company: str, due_at: datetime) -> dict[str, Any]:
    """The three parts that `Payments.create_invoice` sends, for a payment due at `due_at` (UTC)."""
    ids = {"app": APP, "site": charge.site, "order": charge.order, "attempt": charge.attempt}
    invoice: dict[str, Any] = {
        "collection_method": "send_invoice",
        "due_date": int(due_at.timestamp()),
        "currency": charge.currency.lower(),
        "auto_advance": False,
        "pending_invoice_items_behavior": "exclude",
        # The order number is what a bank transfer should name.
        "description": f"Order {charge.order}",
        "metadata": {**ids, **charge.memory},
        "automatic_tax": {"enabled": False},
    }
    if charge.po_number:
        invoice["custom_fields"] = [{"name": "PO number", "value": charge.po_number}]
    return {
        "customer": {"name": company, "email": charge.email, "metadata": ids},
        "invoice": invoice,
        "lines": [
            {
                "currency": charge.currency.lower(),
                "amount": line.amount,
                "description": f"{line.name}, {line.description}",
            }
            for line in charge.lines
        ],
    }
