"""What is sold: the lines of a session, each with the product and the price that it makes on the spot."""

from __future__ import annotations

import re

from booking.stripe_simulator.errors import invalid
from booking.stripe_simulator.events import emit
from booking.stripe_simulator.ids import new_id
from booking.stripe_simulator.store import Json
from booking.stripe_simulator.world import World

CURRENCY = re.compile(r"^[a-z]{3}$")


def refuse_impossible(params: Json) -> None:
    """Raise StripeError for lines without a price, of several currencies, or of a negative or empty quantity."""
    for at, item in enumerate(params["line_items"]):
        path = f"line_items[{at}]"
        if "price_data" not in item:
            raise invalid(f"Missing required param: {path}[price_data].", f"{path}[price_data]", "parameter_missing")
        price = item["price_data"]
        if ("product" in price) == ("product_data" in price):
            raise invalid(
                f"You must specify either `product` or `product_data` for {path}[price_data].", f"{path}[price_data]"
            )
        if not CURRENCY.match(price["currency"].lower()):
            raise invalid(f"Invalid currency: {price['currency']}", f"{path}[price_data][currency]")
        if price.get("unit_amount", -1) < 0:
            refuse_amount(price, f"{path}[price_data][unit_amount]")
        if item.get("quantity", 0) < 1:
            refuse_quantity(item, f"{path}[quantity]")
    currencies = {item["price_data"]["currency"].lower() for item in params["line_items"]}
    if len(currencies | {params.get("currency", next(iter(currencies))).lower()}) > 1:
        raise invalid(
            "You specified prices of several currencies. All line items must have the same one.", "line_items"
        )


def refuse_amount(price: Json, path: str) -> None:
    """Raise StripeError for a price without an amount or with a negative one."""
    if "unit_amount" not in price:
        raise invalid(f"Missing required param: {path}.", path, "parameter_missing")
    raise invalid("This value must be greater than or equal to 0.", path, "parameter_invalid_integer")


def refuse_quantity(item: Json, path: str) -> None:
    """Raise StripeError for a line without a quantity or with less than one."""
    if "quantity" not in item:
        raise invalid(f"Missing required param: {path}.", path, "parameter_missing")
    raise invalid("This value must be greater than or equal to 1.", path, "parameter_invalid_integer")


def session_line(world: World, item: Json) -> Json:
    """One line of a session, before any discount."""
    price = item["price_data"]
    product = product_of(world, price)
    amount = price["unit_amount"] * item["quantity"]
    made = world.store.add(price_shape(world, price, product["id"]))
    return {
        "id": new_id("li_"),
        "object": "item",
        "adjustable_quantity": None,
        "amount_discount": 0,
        "amount_subtotal": amount,
        "amount_tax": 0,
        "amount_total": amount,
        "currency": made["currency"],
        "description": product["name"],
        "metadata": item.get("metadata") or {},
        "price": made,
        "quantity": item["quantity"],
    }


def product_of(world: World, price: Json) -> Json:
    """The product that a price names, or a new one from its data."""
    if "product" in price:
        return world.need("product", price["product"], "line_items[0][price_data][product]")
    data = price["product_data"]
    product = world.shape("product", "prod_") | {
        "active": False,
        "default_price": None,
        "description": data.get("description"),
        "images": [],
        "marketing_features": [],
        "metadata": data.get("metadata") or {},
        "name": data["name"],
        "package_dimensions": None,
        "shippable": None,
        "statement_descriptor": None,
        "tax_code": data.get("tax_code"),
        "unit_label": data.get("unit_label"),
        "updated": world.now(),
        "url": None,
    }
    world.store.add(product)
    emit(world, "product.created", product)
    return product


def price_shape(world: World, price: Json, product: str) -> Json:
    """A price for this one sale."""
    return world.shape("price", "price_") | {
        "active": False,
        "billing_scheme": "per_unit",
        "currency": price["currency"].lower(),
        "custom_unit_amount": None,
        "lookup_key": None,
        "metadata": {},
        "nickname": None,
        "product": product,
        "recurring": None,
        "tax_behavior": price.get("tax_behavior", "unspecified"),
        "tiers_mode": None,
        "transform_quantity": None,
        "type": "one_time",
        "unit_amount": price["unit_amount"],
        "unit_amount_decimal": str(price["unit_amount"]),
    }
