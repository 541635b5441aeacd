"""Coupons and promotion codes through the API."""

from __future__ import annotations

import secrets

from booking.stripe_simulator.errors import conflict, invalid, missing
from booking.stripe_simulator.events import changed, emit
from booking.stripe_simulator.ids import ALPHABET
from booking.stripe_simulator.listing import page_of
from booking.stripe_simulator.metadata import merged
from booking.stripe_simulator.store import Json, public
from booking.stripe_simulator.world import World


def create(world: World, params: Json) -> Json:
    """`POST /v1/coupons`: a percentage or an amount, not both."""
    if ("percent_off" in params) == ("amount_off" in params):
        raise invalid("You must pass either percent_off or amount_off, but not both.", "percent_off")
    if not 0 < params.get("percent_off", 1) <= 100:
        raise invalid("Percent off must be greater than 0 and at most 100.", "percent_off")
    if "amount_off" in params and ("currency" not in params or params["amount_off"] < 1):
        raise invalid("You must pass currency when passing amount_off, which must be positive.", "currency")
    key = params.get("id") or code()
    if world.store.anything(key):
        raise conflict("Coupon already exists.", "id", "resource_already_exists")
    coupon = world.shape("coupon", "") | {
        "id": key,
        "amount_off": params.get("amount_off"),
        "currency": params["currency"].lower() if "amount_off" in params else None,
        "duration": params.get("duration", "once"),
        "duration_in_months": params.get("duration_in_months"),
        "max_redemptions": params.get("max_redemptions"),
        "metadata": merged({}, params),
        "name": params.get("name"),
        "percent_off": params.get("percent_off"),
        "redeem_by": params.get("redeem_by"),
        "times_redeemed": 0,
        "valid": True,
    }
    world.store.add(coupon)
    emit(world, "coupon.created", coupon)
    return coupon


def code() -> str:
    """Eight letters and digits, as Stripe makes when none are given."""
    return "".join(secrets.choice(ALPHABET) for _ in range(8)).upper()


def need(world: World, kind: str, key: str, param: str) -> Json:
    """The coupon or promotion code in a path, or 404."""
    found = world.store.get(kind, key)
    if found is None:
        raise missing(kind.replace("_", " "), key, param, in_path=True)
    return found


def retrieve(world: World, params: Json, key: str) -> Json:
    """`GET /v1/coupons/{coupon}`."""
    return need(world, "coupon", key, "coupon")


def delete(world: World, params: Json, key: str) -> Json:
    """`DELETE /v1/coupons/{coupon}`: codes that lead to it stop working."""
    coupon = need(world, "coupon", key, "coupon")
    for promotion in world.store.select("promotion_code", "json_extract(body, '$.promotion.coupon') = ?", (key,)):
        world.store.save(promotion | {"active": False})
    world.store.remove(key)
    emit(world, "coupon.deleted", coupon)
    return {"id": key, "object": "coupon", "deleted": True}


def listed(world: World, params: Json) -> Json:
    """`GET /v1/coupons`."""
    return page_of(world, "coupon", "/v1/coupons", params)


def create_promotion(world: World, params: Json) -> Json:
    """`POST /v1/promotion_codes`: the word that a buyer types for a coupon."""
    promotion = params["promotion"]
    if "coupon" not in promotion:
        raise invalid("Missing required param: promotion[coupon].", "promotion[coupon]", "parameter_missing")
    world.need("coupon", promotion["coupon"], "promotion[coupon]")
    word = params.get("code") or code()
    taken = world.store.select("promotion_code", "lower(json_extract(body, '$.code')) = ?", (word.lower(),))
    if any(other["active"] for other in taken):
        raise conflict("An active promotion code with `code: " + word + "` already exists.", "code")
    limits = params.get("restrictions", {})
    made = world.shape("promotion_code", "promo_") | {
        "active": params.get("active", True),
        "code": word,
        "customer": params.get("customer"),
        "customer_account": None,
        "expires_at": params.get("expires_at"),
        "max_redemptions": params.get("max_redemptions"),
        "metadata": merged({}, params),
        "promotion": {"coupon": promotion["coupon"], "type": "coupon"},
        "restrictions": {
            "first_time_transaction": False,
            "minimum_amount": limits.get("minimum_amount"),
            "minimum_amount_currency": limits.get("minimum_amount_currency"),
        },
        "times_redeemed": 0,
    }
    world.store.add(made)
    emit(world, "promotion_code.created", made)
    return made


def retrieve_promotion(world: World, params: Json, key: str) -> Json:
    """`GET /v1/promotion_codes/{promotion_code}`."""
    return need(world, "promotion_code", key, "promotion_code")


def update_promotion(world: World, params: Json, key: str) -> Json:
    """`POST /v1/promotion_codes/{promotion_code}`: switch it on or off, change its metadata."""
    found = need(world, "promotion_code", key, "promotion_code")
    before = changed(found, active=params.get("active", found["active"]), metadata=merged(found["metadata"], params))
    world.store.save(found)
    emit(world, "promotion_code.updated", found, before)
    return public(found)


def list_promotions(world: World, params: Json) -> Json:
    """`GET /v1/promotion_codes`, also by the code itself."""
    flat = {("promotion.coupon" if name == "coupon" else name): value for name, value in params.items()}
    return page_of(world, "promotion_code", "/v1/promotion_codes", flat)
