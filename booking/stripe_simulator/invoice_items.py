"""Invoice items: what an invoice asks for, until it is finalised."""

from __future__ import annotations

from booking.stripe_simulator.errors import conflict, invalid
from booking.stripe_simulator.events import emit
from booking.stripe_simulator.invoice_shape import line_shape
from booking.stripe_simulator.listing import page_of
from booking.stripe_simulator.metadata import merged
from booking.stripe_simulator.store import Json, public
from booking.stripe_simulator.world import World


def create(world: World, params: Json) -> Json:
    """`POST /v1/invoiceitems`: on a draft invoice, or pending for the customer's next one."""
    invoice = world.need("invoice", params["invoice"], "invoice") if "invoice" in params else None
    customer = params.get("customer") or (invoice["customer"] if invoice else None)
    if customer is None:
        raise invalid("Missing required param: customer.", "customer", "parameter_missing")
    world.need("customer", customer, "customer")
    if "amount" not in params:
        raise invalid("Missing required param: amount.", "amount", "parameter_missing")
    if invoice and invoice["status"] != "draft":
        raise conflict("This invoice is no longer editable.", "invoice", "invoice_not_editable")
    currency = str(params.get("currency") or (invoice["currency"] if invoice else "")).lower()
    if not currency or (invoice and currency != invoice["currency"]):
        raise invalid("The currency of an invoice item must be that of its invoice.", "currency")
    item = item_shape(world, params, customer, currency) | {"invoice": invoice["id"] if invoice else None}
    world.store.add(item | {"created": world.now()})
    if invoice:
        put_on(world, invoice, [item])
    emit(world, "invoiceitem.created", item)
    return item


def item_shape(world: World, params: Json, customer: str, currency: str) -> Json:
    """A new item of a customer, on no invoice yet."""
    quantity = params.get("quantity", 1)
    item = world.shape("invoiceitem", "ii_") | {
        "amount": params["amount"],
        "currency": currency,
        "customer": customer,
        "customer_account": None,
        "date": world.now(),
        "description": params.get("description"),
        "discountable": params["amount"] >= 0,
        "discounts": [],
        "invoice": None,
        "metadata": merged({}, params),
        "net_amount": params["amount"],
        "parent": None,
        "period": {"end": world.now(), "start": world.now()},
        "pricing": None,
        "proration": False,
        "quantity": quantity,
        "quantity_decimal": str(quantity),
        "tax_rates": [],
        "test_clock": None,
    }
    del item["created"]
    return item


def put_on(world: World, invoice: Json, items: list[Json]) -> None:
    """Add items to a draft and work out its sums."""
    for item in items:
        line = line_shape(invoice, item, item["id"])
        invoice["lines"]["data"].append(line)
    total(invoice)
    world.store.save(invoice)


def total(invoice: Json) -> None:
    """The sums of an invoice from its lines."""
    subtotal = sum(line["amount"] for line in invoice["lines"]["data"])
    less = sum(entry["amount"] for entry in invoice["total_discount_amounts"])
    tax = sum(entry["amount"] for entry in invoice["total_taxes"])
    due = max(0, subtotal - less + tax)
    invoice |= {
        "subtotal": subtotal,
        "subtotal_excluding_tax": subtotal,
        "total": subtotal - less + tax,
        "total_excluding_tax": subtotal - less,
        "amount_due": due,
        "amount_remaining": due - invoice["amount_paid"],
    }


def pending_of(world: World, customer: str) -> list[Json]:
    """A customer's items that wait for an invoice."""
    return world.store.select(
        "invoiceitem",
        "json_extract(body, '$.customer') = ? AND json_extract(body, '$.invoice') IS NULL",
        (customer,),
    )


def retrieve(world: World, params: Json, key: str) -> Json:
    """`GET /v1/invoiceitems/{invoiceitem}`."""
    return shown(world.need("invoiceitem", key, "invoiceitem", in_path=True))


def delete(world: World, params: Json, key: str) -> Json:
    """`DELETE /v1/invoiceitems/{invoiceitem}`: only while its invoice is a draft."""
    item = world.need("invoiceitem", key, "invoiceitem", in_path=True)
    invoice = world.store.get("invoice", item["invoice"] or "")
    if invoice:
        if invoice["status"] != "draft":
            raise conflict("This invoice is no longer editable.", "invoiceitem", "invoice_not_editable")
        kept = [
            line for line in invoice["lines"]["data"] if line["parent"]["invoice_item_details"]["invoice_item"] != key
        ]
        invoice["lines"]["data"] = kept
        total(invoice)
        world.store.save(invoice)
    world.store.remove(key)
    emit(world, "invoiceitem.deleted", shown(item))
    return {"id": key, "object": "invoiceitem", "deleted": True}


def listed(world: World, params: Json) -> Json:
    """`GET /v1/invoiceitems`."""
    page = page_of(world, "invoiceitem", "/v1/invoiceitems", params)
    page["data"] = [shown(item) for item in page["data"]]
    return page


def shown(item: Json) -> Json:
    """An item as Stripe shows it: it has a date, but no `created`."""
    return {name: value for name, value in public(item).items() if name != "created"}
