"""The page of an invoice, where its customer pays it, and its PDF."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from booking.stripe_simulator import invoice_payments
from booking.stripe_simulator.cards import CARDS, card_named
from booking.stripe_simulator.pages import UNKNOWN_CARD, account, moment, money, shown
from booking.stripe_simulator.pdf import pdf
from booking.stripe_simulator.store import Json

blueprint = Blueprint("invoice_pages", __name__)


@blueprint.get("/i/<key>")
def invoice_page(key: str) -> AnyResponse:
    """The invoice with a way to pay it."""
    with account().act():
        invoice = account().store.get("invoice", key)
    return page(invoice)


@blueprint.post("/i/<key>")
def pay(key: str) -> AnyResponse:
    """Pay the invoice with a test card; a second submit changes nothing."""
    world = account()
    with world.act():
        invoice = world.store.get("invoice", key)
        if invoice is None or invoice["status"] not in ("open", "uncollectible"):
            return page(invoice)
        card = card_named(request.form.get("card", ""))
        if card is None or card.delayed:
            return page(invoice, UNKNOWN_CARD, 422)
        refusal = invoice_payments.pay_with(world, invoice, card)
    return page(invoice, refusal, 402) if refusal else redirect(f"/i/{key}", 303)


@blueprint.get("/i/<key>/pdf")
def invoice_pdf(key: str) -> Response:
    """The invoice as a file."""
    invoice = account().store.get("invoice", key)
    if invoice is None or invoice["status"] == "draft":
        return shown("invoice.html", None, status=404, invoice=None)
    response = Response(pdf(printed(invoice)), mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="Invoice-{invoice["number"]}.pdf"'
    return response


def printed(invoice: Json) -> list[str]:
    """The lines of the PDF."""
    currency = invoice["currency"]
    sold = [
        f"{line['description']}  x {line['quantity']}  {money(line['amount'], currency)}" for line in lines(invoice)
    ]
    who = [invoice["customer_name"], invoice["customer_email"]]
    tax_ids = [f"{entry['type']}: {entry['value']}" for entry in invoice["customer_tax_ids"]]
    fields = [f"{field['name']}: {field['value']}" for field in invoice["custom_fields"] or []]
    less = sum(entry["amount"] for entry in invoice["total_discount_amounts"])
    tax = sum(entry["amount"] for entry in invoice["total_taxes"])
    sums = [("Discount", -less), ("Tax", tax)] if less or tax else []
    return [
        f"Invoice {invoice['number']} (simulated: no money moved)",
        f"Issued {moment(invoice['effective_at'])}   Due {moment(invoice['due_date']) or 'on receipt'}",
        f"Status: {invoice['status']}",
        "",
        "Billed to",
        *[text for text in [*who, *tax_ids, *fields] if text],
        "",
        *sold,
        *[f"{name}  {money(amount, currency)}" for name, amount in sums if amount],
        f"Total  {money(invoice['total'], currency)}",
        f"Paid  {money(invoice['amount_paid'], currency)}",
        "",
        invoice["footer"] or "",
    ]


def lines(invoice: Json) -> list[Json]:
    """The invoice's lines."""
    found: list[Json] = invoice["lines"]["data"]
    return found


def page(invoice: Json | None, problem: str | None = None, status: int = 200) -> AnyResponse:
    """The page of an invoice; a draft has none yet."""
    if invoice is not None and invoice["status"] == "draft":
        invoice = None
    cards = [card for card in CARDS.values() if not card.delayed and not card.asks]
    return shown("invoice.html", None, status=status if invoice else 404, invoice=invoice, problem=problem, cards=cards)
