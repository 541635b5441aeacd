"""Invoices through the API: draft, finalise, send, pay, void, mark uncollectible; overdue by the clock."""

from __future__ import annotations

from booking.stripe_simulator import invoice_items, invoice_payments
from booking.stripe_simulator.errors import conflict, invalid
from booking.stripe_simulator.events import changed, emit
from booking.stripe_simulator.invoice_shape import automatic_tax, invoice_shape
from booking.stripe_simulator.listing import cut, page_of
from booking.stripe_simulator.metadata import merged
from booking.stripe_simulator.store import Json, public
from booking.stripe_simulator.world import World

A_DAY = 24 * 60 * 60
AN_HOUR = 60 * 60
SIMPLE = ("auto_advance", "custom_fields", "description", "footer")


def create(world: World, params: Json) -> Json:
    """`POST /v1/invoices`: a draft. One that is to be sent needs a due date."""
    if "customer" not in params:
        raise invalid("Missing required param: customer.", "customer", "parameter_missing")
    customer = world.need("customer", params["customer"], "customer")
    items = []
    if params.get("pending_invoice_items_behavior") == "include":
        items = invoice_items.pending_of(world, customer["id"])
    collection = params.get("collection_method", "charge_automatically")
    currency = params.get("currency") or (items[0]["currency"] if items else "usd")
    invoice = invoice_shape(world, customer, currency.lower(), collection)
    invoice["automatic_tax"] = automatic_tax(enabled=params.get("automatic_tax", {}).get("enabled", False))
    invoice["customer_tax_ids"] = tax_ids(world, customer)
    fill(world, invoice, params)
    if collection == "send_invoice" and invoice["due_date"] is None and invoice.get("_days") is None:
        raise invalid("If invoices are sent, you must specify either `days_until_due` or `due_date`.", "days_until_due")
    world.store.add(invoice)
    for item in items:
        world.store.save({**item, "invoice": invoice["id"]})
    invoice_items.put_on(world, invoice, items)
    keep(world, invoice)
    emit(world, "invoice.created", invoice)
    return public(invoice)


def fill(world: World, invoice: Json, params: Json) -> Json:
    """Set what a request may change; the earlier values."""
    if "days_until_due" in params and "due_date" in params:
        raise invalid("You may only specify one of these parameters: days_until_due, due_date.", "days_until_due")
    values = {name: params[name] for name in SIMPLE if name in params}
    if "due_date" in params:
        if params["due_date"] < world.now():
            raise invalid("`due_date` must be in the future.", "due_date")
        values["due_date"] = params["due_date"]
    if "days_until_due" in params:
        invoice["_days"] = params["days_until_due"]
        values["due_date"] = invoice["created"] + params["days_until_due"] * A_DAY
    if "collection_method" in params:
        values["collection_method"] = params["collection_method"]
    return changed(invoice, **values, metadata=merged(invoice["metadata"], params))


def acts_at(invoice: Json) -> int | None:
    """When the clock acts on an invoice: a draft is finalised after an hour, an open one is overdue at its due date."""
    if invoice["status"] == "draft" and invoice["auto_advance"]:
        invoice["automatically_finalizes_at"] = invoice["created"] + AN_HOUR
        return int(invoice["automatically_finalizes_at"])
    if invoice["status"] == "open" and not invoice.get("_overdue"):
        return None if invoice["due_date"] is None else int(invoice["due_date"])
    return None


def keep(world: World, invoice: Json) -> Json:
    """Save an invoice with its time."""
    world.store.put_on_clock(invoice["id"], acts_at(invoice))
    return world.store.save(invoice)


def tax_ids(world: World, customer: Json) -> list[Json]:
    """The customer's tax ids as the invoice prints them."""
    found = world.store.select("tax_id", "json_extract(body, '$.customer') = ?", (customer["id"],))
    return [{"type": entry["type"], "value": entry["value"]} for entry in found]


def need(world: World, key: str, *states: str, act: str = "") -> Json:
    """The invoice in a path, in one of the states that an act wants. Raises StripeError otherwise."""
    invoice = world.need("invoice", key, "invoice", in_path=True)
    if states and invoice["status"] not in states:
        code = "invoice_not_editable" if states == ("draft",) else None
        raise conflict(
            f"You can only {act} {' or '.join(states)} invoices. This one is {invoice['status']}.", code=code
        )
    return invoice


def retrieve(world: World, params: Json, key: str) -> Json:
    """`GET /v1/invoices/{invoice}`."""
    return public(need(world, key))


def update(world: World, params: Json, key: str) -> Json:
    """`POST /v1/invoices/{invoice}`: a draft; of a finalised one its metadata only."""
    invoice = need(world, key)
    if invoice["status"] != "draft" and set(params) - {"metadata"}:
        raise conflict("This invoice is no longer editable.", "invoice", "invoice_not_editable")
    before = fill(world, invoice, params)
    keep(world, invoice)
    emit(world, "invoice.updated", invoice, before)
    return public(invoice)


def delete(world: World, params: Json, key: str) -> Json:
    """`DELETE /v1/invoices/{invoice}`: drafts only."""
    invoice = need(world, key, "draft", act="delete")
    world.store.remove(key)
    emit(world, "invoice.deleted", invoice)
    return {"id": key, "object": "invoice", "deleted": True}


def finalize(world: World, params: Json, key: str) -> Json:
    """`POST /v1/invoices/{invoice}/finalize`: it gets its number, its page and its PaymentIntent."""
    invoice = need(world, key, "draft", act="finalize")
    invoice["auto_advance"] = params.get("auto_advance", invoice["auto_advance"])
    invoice_payments.finalise(world, invoice)
    keep(world, invoice)
    return public(invoice)


def send(world: World, params: Json, key: str) -> Json:
    """`POST /v1/invoices/{invoice}/send`: the mail to the customer (none is sent here); a draft is finalised first."""
    invoice = need(world, key, "draft", "open", act="send")
    if invoice["collection_method"] != "send_invoice":
        raise conflict("You can only send invoices with `collection_method=send_invoice`.", "invoice")
    if invoice["status"] == "draft":
        invoice_payments.finalise(world, invoice)
        keep(world, invoice)
    emit(world, "invoice.sent", invoice)
    return public(invoice)


def pay(world: World, params: Json, key: str) -> Json:
    """`POST /v1/invoices/{invoice}/pay`: out of band, or with a test payment method."""
    invoice = need(world, key, "draft", "open", "uncollectible", act="pay")
    if invoice["status"] == "draft":
        invoice_payments.finalise(world, invoice)
    if invoice["status"] != "paid":
        invoice_payments.pay_by_api(world, invoice, params)
    keep(world, invoice)
    return public(invoice)


def void(world: World, params: Json, key: str) -> Json:
    """`POST /v1/invoices/{invoice}/void`."""
    invoice = need(world, key, "open", "uncollectible", act="void")
    invoice_payments.cancel(world, invoice)
    return end(world, invoice, "void", "voided_at", "invoice.voided")


def mark_uncollectible(world: World, params: Json, key: str) -> Json:
    """`POST /v1/invoices/{invoice}/mark_uncollectible`."""
    invoice = need(world, key, "open", act="write off")
    return end(world, invoice, "uncollectible", "marked_uncollectible_at", "invoice.marked_uncollectible")


def end(world: World, invoice: Json, status: str, moment: str, event: str) -> Json:
    """Close an open invoice without its money."""
    before = changed(invoice, status=status, auto_advance=False)
    invoice["status_transitions"][moment] = world.now()
    keep(world, invoice)
    emit(world, "invoice.updated", invoice, before)
    emit(world, event, invoice)
    return public(invoice)


def on_time(world: World, invoice: Json) -> None:
    """What an invoice's clock does: a draft is finalised, an open one becomes overdue."""
    if invoice["status"] == "draft":
        invoice_payments.finalise(world, invoice)
        keep(world, invoice)
        return
    if invoice["status"] == "open" and not invoice.get("_overdue"):
        invoice["_overdue"] = True
        world.store.save(invoice)
        emit(world, "invoice.overdue", invoice)


def listed(world: World, params: Json) -> Json:
    """`GET /v1/invoices`."""
    return page_of(world, "invoice", "/v1/invoices", params)


def lines(world: World, params: Json, key: str) -> Json:
    """`GET /v1/invoices/{invoice}/lines`."""
    return cut(need(world, key)["lines"]["data"], f"/v1/invoices/{key}/lines", params)
