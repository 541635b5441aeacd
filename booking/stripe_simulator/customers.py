"""Customers and their tax ids: made by the app, or by a session for its buyer."""

from __future__ import annotations

from booking.stripe_simulator.errors import invalid
from booking.stripe_simulator.events import changed, emit
from booking.stripe_simulator.ids import new_id
from booking.stripe_simulator.listing import page_of
from booking.stripe_simulator.metadata import merged
from booking.stripe_simulator.store import Json, public
from booking.stripe_simulator.world import World

SIMPLE = ("address", "description", "email", "name", "phone", "preferred_locales", "tax_exempt")


def create(world: World, params: Json) -> Json:
    """`POST /v1/customers`."""
    customer = world.shape("customer", "cus_")
    customer |= {
        "address": None,
        "balance": 0,
        "currency": None,
        "customer_account": None,
        "default_source": None,
        "delinquent": False,
        "description": None,
        "discount": None,
        "email": None,
        "invoice_prefix": new_id("")[:8].upper(),
        "invoice_settings": {
            "custom_fields": None,
            "default_payment_method": None,
            "footer": None,
            "rendering_options": None,
        },
        "metadata": merged({}, params),
        "name": None,
        "next_invoice_sequence": 1,
        "phone": None,
        "preferred_locales": [],
        "shipping": None,
        "tax_exempt": "none",
        "test_clock": None,
    }
    customer |= fields(params)
    world.store.add(customer)
    for given in params.get("tax_id_data", []):
        add_tax_id(world, customer, given["type"], given["value"])
    emit(world, "customer.created", customer)
    return public(customer)


def fields(params: Json) -> Json:
    """The plain fields of a request, as the object holds them."""
    given = {name: params[name] for name in SIMPLE if name in params}
    if given.get("address"):
        given["address"] = whole_address(given["address"])
    if "@" not in (given.get("email") or "@"):
        raise invalid(f"Invalid email address: {given['email']}", "email", "email_invalid")
    return given


def whole_address(given: Json) -> Json:
    """An address with all of Stripe's parts."""
    return {part: given.get(part) for part in ("city", "country", "line1", "line2", "postal_code", "state")}


def add_tax_id(world: World, customer: Json, kind: str, value: str) -> Json:
    """A tax id of a customer; the simulator verifies none."""
    return world.store.add(
        world.shape("tax_id", "txi_")
        | {
            "country": value[:2].upper() if value[:2].isalpha() else None,
            "customer": customer["id"],
            "customer_account": None,
            "owner": {"customer": customer["id"], "type": "customer"},
            "type": kind,
            "value": value,
            "verification": {"status": "unavailable", "verified_address": None, "verified_name": None},
        }
    )


def from_session(world: World, session: Json) -> Json:
    """The customer that a session makes of its buyer."""
    given = session["customer_details"]
    params = {name: given[name] for name in ("address", "email", "name", "phone") if given[name]}
    tax_ids = [{"type": entry["type"], "value": entry["value"]} for entry in given["tax_ids"] or []]
    return create(world, {**params, "tax_id_data": tax_ids})


def retrieve(world: World, params: Json, key: str) -> Json:
    """`GET /v1/customers/{customer}`."""
    return public(world.need("customer", key, "id", in_path=True))


def update(world: World, params: Json, key: str) -> Json:
    """`POST /v1/customers/{customer}`."""
    customer = world.need("customer", key, "id", in_path=True)
    before = changed(customer, **fields(params), metadata=merged(customer["metadata"], params))
    world.store.save(customer)
    emit(world, "customer.updated", customer, before)
    return public(customer)


def listed(world: World, params: Json) -> Json:
    """`GET /v1/customers`, also by e-mail address."""
    return page_of(world, "customer", "/v1/customers", params)
