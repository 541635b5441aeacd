"""How an invoice gets its money: its PaymentIntent, the link between them, and the end of both."""

from __future__ import annotations

from booking.stripe_simulator import payments
from booking.stripe_simulator.cards import Card, card_named
from booking.stripe_simulator.errors import StripeError, conflict, missing
from booking.stripe_simulator.events import changed, emit
from booking.stripe_simulator.invoice_shape import payment_shape
from booking.stripe_simulator.listing import page_of
from booking.stripe_simulator.store import Json
from booking.stripe_simulator.world import World


def finalise(world: World, invoice: Json) -> None:
    """Number an invoice, give it its PaymentIntent; nothing to pay is paid at once."""
    if invoice["amount_due"]:
        open_payment(world, invoice)
    number(world, invoice)
    if not invoice["amount_due"]:
        mark_paid(world, invoice)


def number(world: World, invoice: Json) -> None:
    """Open a draft: it gets its number, its page and its PDF."""
    customer = world.need("customer", invoice["customer"], "customer")
    given = f"{customer['invoice_prefix']}-{customer['next_invoice_sequence']:04d}"
    world.store.save(customer | {"next_invoice_sequence": customer["next_invoice_sequence"] + 1})
    before = changed(
        invoice,
        status="open",
        number=given,
        effective_at=world.now(),
        hosted_invoice_url=f"{world.base_url}/i/{invoice['id']}",
        invoice_pdf=f"{world.base_url}/i/{invoice['id']}/pdf",
        automatically_finalizes_at=None,
    )
    if invoice.get("_days") is not None:
        invoice["due_date"] = world.now() + invoice["_days"] * 24 * 60 * 60
    invoice["status_transitions"]["finalized_at"] = world.now()
    world.store.save(invoice)
    emit(world, "invoice.updated", invoice, before)
    emit(world, "invoice.finalized", invoice)


def open_payment(world: World, invoice: Json) -> Json:
    """The PaymentIntent that is to pay an invoice."""
    terms = {
        "amount": invoice["amount_due"],
        "currency": invoice["currency"],
        "customer": invoice["customer"],
        "description": "Payment for Invoice",
    }
    intent = payments.open_intent(world, terms)
    return world.store.add(payment_shape(world, invoice, intent["id"]))


def link_of(world: World, invoice: Json) -> Json | None:
    """The open payment of an invoice."""
    where = "json_extract(body, '$.invoice') = ? AND json_extract(body, '$.status') = 'open'"
    found = world.store.select("invoice_payment", where, (invoice["id"],))
    return found[0] if found else None


def pay_with(world: World, invoice: Json, card: Card) -> str | None:
    """Try a card. None when the invoice is paid (or, for a debit, under way); otherwise the bank's sentence."""
    link = link_of(world, invoice)
    if link is None:
        raise conflict(f"Invoice {invoice['id']} has no payment to make; it is {invoice['status']}.")
    if card.delayed or card.asks:
        raise conflict("The simulator pays invoices with cards that answer at once.", "payment_method")
    intent = world.need("payment_intent", link["payment"]["payment_intent"], "payment_intent")
    billing = {"email": invoice["customer_email"], "name": invoice["customer_name"]}
    invoice |= {"attempted": True, "attempt_count": invoice["attempt_count"] + 1}
    if card.code is not None:
        payments.refuse(world, intent, card, billing)
        world.store.save(invoice)
        emit(world, "invoice.payment_failed", invoice)
        return card.message
    payments.succeed(world, intent, card, billing)
    close_link(world, link, invoice)
    mark_paid(world, invoice, invoice["amount_due"])
    return None


def close_link(world: World, link: Json, invoice: Json) -> None:
    """The payment of an invoice has arrived."""
    link |= {"amount_paid": invoice["amount_due"], "status": "paid"}
    link["status_transitions"]["paid_at"] = world.now()
    world.store.save(link)
    emit(world, "invoice_payment.paid", link)


def mark_paid(world: World, invoice: Json, amount: int = 0) -> None:
    """The invoice is paid: by this amount on Stripe, or by nothing because nothing was due or it came out of band."""
    before = changed(
        invoice,
        status="paid",
        amount_paid=amount,
        amount_remaining=0 if amount or not invoice["amount_due"] else invoice["amount_remaining"],
        attempted=True,
        auto_advance=False,
    )
    invoice["status_transitions"]["paid_at"] = world.now()
    world.store.save(invoice)
    emit(world, "invoice.updated", invoice, before)
    emit(world, "invoice.paid", invoice)
    emit(world, "invoice.payment_succeeded", invoice)


def pay_by_api(world: World, invoice: Json, params: Json) -> None:
    """Pay as the app asks: out of band (a transfer that Stripe does not see) or with `pm_card_visa` and the like."""
    if params.get("paid_out_of_band"):
        cancel(world, invoice)
        mark_paid_elsewhere(world, invoice)
        return
    if "payment_method" not in params:
        raise conflict(
            "There is no `default_payment_method` set on this Customer or Invoice. Please attach a payment method."
        )
    card = card_named(params["payment_method"])
    if card is None:
        raise missing("PaymentMethod", params["payment_method"], "payment_method")
    refusal = pay_with(world, invoice, card)
    if refusal is not None:
        raise StripeError(refusal, status=402, type="card_error", code=card.code, decline_code=card.decline_code)


def mark_paid_elsewhere(world: World, invoice: Json) -> None:
    """Count money that came past Stripe."""
    invoice |= {"amount_paid_off_stripe": invoice["amount_due"]}
    mark_paid(world, invoice)
    world.store.save(invoice | {"amount_remaining": 0})


def cancel(world: World, invoice: Json) -> None:
    """Give up the PaymentIntent of an invoice that ends otherwise."""
    link = link_of(world, invoice)
    if link is None:
        return
    intent = world.need("payment_intent", link["payment"]["payment_intent"], "payment_intent")
    intent |= {"status": "canceled", "canceled_at": world.now(), "cancellation_reason": "void_invoice"}
    world.store.save(intent)
    emit(world, "payment_intent.canceled", intent)
    link["status"] = "canceled"
    link["status_transitions"]["canceled_at"] = world.now()
    world.store.save(link)


def listed(world: World, params: Json) -> Json:
    """`GET /v1/invoice_payments`, also by PaymentIntent."""
    flat = {name: value for name, value in params.items() if name != "payment"}
    if "payment" in params:
        flat["payment.payment_intent"] = params["payment"].get("payment_intent", "")
    return page_of(world, "invoice_payment", "/v1/invoice_payments", flat)
