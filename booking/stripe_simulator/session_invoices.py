"""The paid invoice that a session makes for its buyer when `invoice_creation` is on."""

from __future__ import annotations

from booking.stripe_simulator import invoice_payments, invoices
from booking.stripe_simulator.events import emit
from booking.stripe_simulator.invoice_items import total
from booking.stripe_simulator.invoice_shape import automatic_tax, invoice_shape, line_shape, payment_shape
from booking.stripe_simulator.store import Json
from booking.stripe_simulator.world import World


def make(world: World, session: Json) -> None:
    """Make the paid invoice of a session, if it wants one."""
    if not session["invoice_creation"]["enabled"]:
        return
    data = session["invoice_creation"]["invoice_data"]
    customer = world.need("customer", session["customer"], "customer")
    invoice = invoice_shape(world, customer, session["currency"], "charge_automatically")
    invoice |= {
        "automatic_tax": automatic_tax(enabled=session["automatic_tax"]["enabled"]),
        "custom_fields": data["custom_fields"],
        "customer_tax_ids": invoices.tax_ids(world, customer),
        "description": data["description"],
        "footer": data["footer"],
        "metadata": data["metadata"],
    }
    put_lines(invoice, session)
    world.store.add(invoice)
    emit(world, "invoice.created", invoice)
    finalise(world, session, invoice)
    session["invoice"] = invoice["id"]


def put_lines(invoice: Json, session: Json) -> None:
    """The session's lines on the invoice, with its discount and its tax as sums."""
    for sold in session["_lines"]:
        given = {
            "amount": sold["amount_subtotal"],
            "description": sold["description"],
            "quantity": sold["quantity"],
            "metadata": sold["metadata"],
            "price": sold["price"]["id"],
            "product": sold["price"]["product"],
            "unit_amount": sold["price"]["unit_amount"],
        }
        line = line_shape(invoice, given, None)
        line["discount_amounts"] = discounts_of(sold["discounts"])
        line["taxes"] = [tax(entry) for entry in sold["taxes"]]
        invoice["lines"]["data"].append(line)
    breakdown = session["_breakdown"]
    invoice["total_discount_amounts"] = discounts_of(breakdown["discounts"])
    invoice["total_taxes"] = [tax(entry) for entry in breakdown["taxes"]]
    invoice["discounts"] = [entry["discount"]["id"] for entry in breakdown["discounts"]]
    total(invoice)


def discounts_of(entries: list[Json]) -> list[Json]:
    """Discount amounts as an invoice names them."""
    return [{"amount": entry["amount"], "discount": entry["discount"]["id"]} for entry in entries]


def tax(entry: Json) -> Json:
    """One tax as an invoice names it."""
    return {
        "amount": entry["amount"],
        "tax_behavior": "exclusive",
        "tax_rate_details": {"tax_rate": entry["rate"]["id"]},
        "taxability_reason": entry["taxability_reason"],
        "taxable_amount": entry["taxable_amount"],
        "type": "tax_rate_details",
    }


def finalise(world: World, session: Json, invoice: Json) -> None:
    """Finalise the invoice and mark it paid by the session's own PaymentIntent."""
    if session["payment_intent"] is None:
        invoice_payments.finalise(world, invoice)
        return
    link = world.store.add(payment_shape(world, invoice, session["payment_intent"]))
    invoice_payments.number(world, invoice)
    invoice_payments.close_link(world, link, invoice)
    invoice_payments.mark_paid(world, invoice, invoice["amount_due"])
