"""Coupons and promotion codes applied to a session: by the app when it makes one, or by the buyer on the page."""

from __future__ import annotations

from booking.stripe_simulator import totals
from booking.stripe_simulator.errors import conflict, invalid
from booking.stripe_simulator.ids import new_id
from booking.stripe_simulator.store import Json
from booking.stripe_simulator.world import World


def apply_given(world: World, session: Json, given: list[Json]) -> None:
    """Apply the `discounts` of a create call (at most one) and work out the totals."""
    if len(given) > 1:
        raise invalid("You can only pass one discount to a Checkout Session.", "discounts")
    coupon, promotion = None, None
    for entry in given:
        if len(entry) != 1:
            raise invalid("You must specify either `coupon` or `promotion_code`.", "discounts[0]")
        if "coupon" in entry:
            coupon = world.need("coupon", entry["coupon"], "discounts[0][coupon]")
        else:
            promotion = world.need("promotion_code", entry["promotion_code"], "discounts[0][promotion_code]")
            coupon = world.need("coupon", promotion["promotion"]["coupon"], "discounts[0][promotion_code]")
    refusal = why_not(world, session, coupon, promotion) if coupon else None
    if refusal:
        raise conflict(refusal, "discounts[0]")
    apply(world, session, coupon, promotion)


def apply(world: World, session: Json, coupon: Json | None, promotion: Json | None, tax_percent: float = 0) -> None:
    """Set a session's discount and its totals; without a coupon there is none."""
    discount = discount_shape(world, session, coupon, promotion) if coupon else None
    session["discounts"] = []
    if coupon:
        session["discounts"] = [{"coupon": coupon["id"], "promotion_code": promotion["id"] if promotion else None}]
    totals.work_out(session, coupon, discount, tax_percent, world.now())


def enter_code(world: World, session: Json, code: str) -> str | None:
    """Apply what the buyer typed. The sentence that refuses it, or None when it was applied."""
    found = [
        promotion
        for promotion in world.store.select("promotion_code", "json_extract(body, '$.active')")
        if promotion["code"].lower() == code.strip().lower()
    ]
    if not found:
        return "This code is invalid."
    coupon = world.need("coupon", found[0]["promotion"]["coupon"], "promotion_code")
    refusal = why_not(world, session, coupon, found[0])
    if refusal is None:
        apply(world, session, coupon, found[0])
    return refusal


def coupon_of(world: World, session: Json) -> tuple[Json | None, Json | None]:
    """The coupon and the promotion code that a session carries."""
    for entry in session["discounts"] or []:
        code = entry["promotion_code"]
        return world.store.get("coupon", entry["coupon"]), world.store.get("promotion_code", code) if code else None
    return None, None


def why_not(world: World, session: Json, coupon: Json, promotion: Json | None) -> str | None:
    """The sentence that refuses a discount for this session, or None."""
    now, subtotal = world.now(), sum(line["amount_subtotal"] for line in session["_lines"])
    if not still_valid(coupon, now):
        return "This coupon has expired."
    if coupon["amount_off"] is not None and coupon["currency"] != session["currency"]:
        return "This code cannot be used with this currency."
    if promotion is None:
        return None
    limits = promotion["restrictions"]
    spent = promotion["max_redemptions"] is not None and promotion["times_redeemed"] >= promotion["max_redemptions"]
    if not promotion["active"] or spent or (promotion["expires_at"] or now + 1) <= now:
        return "This code has expired."
    if promotion["customer"] not in (None, session["customer"]):
        return "This code cannot be used by this customer."
    if limits["minimum_amount"] is not None and subtotal < limits["minimum_amount"]:
        return "This code needs a larger order."
    return None


def still_valid(coupon: Json, now: int) -> bool:
    """Whether a coupon may still be redeemed."""
    spent = coupon["max_redemptions"] is not None and coupon["times_redeemed"] >= coupon["max_redemptions"]
    return not spent and (coupon["redeem_by"] or now + 1) > now


def redeem(world: World, session: Json) -> None:
    """Count the use of a session's discount, once it is complete."""
    coupon, promotion = coupon_of(world, session)
    for used in (coupon, promotion):
        if used is not None:
            used["times_redeemed"] += 1
            if used["object"] == "coupon":
                used["valid"] = still_valid(used, world.now())
            world.store.save(used)


def discount_shape(world: World, session: Json, coupon: Json, promotion: Json | None) -> Json:
    """The discount object that stands in the breakdown."""
    return {
        "id": new_id("di_"),
        "object": "discount",
        "checkout_session": session["id"],
        "customer": session["customer"],
        "customer_account": None,
        "end": None,
        "invoice": None,
        "invoice_item": None,
        "promotion_code": promotion["id"] if promotion else None,
        "source": {"coupon": coupon["id"], "type": "coupon"},
        "start": world.now(),
        "subscription": None,
        "subscription_item": None,
    }
