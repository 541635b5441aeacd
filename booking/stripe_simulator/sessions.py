"""Checkout Sessions through the API: create, update, expire and list. Paying one is in checkout.py."""

from __future__ import annotations

from urllib.parse import urlsplit

from booking.stripe_simulator import discounts, lines, totals
from booking.stripe_simulator.cards import types_for
from booking.stripe_simulator.errors import conflict, invalid, missing
from booking.stripe_simulator.events import emit
from booking.stripe_simulator.listing import cut, page_of
from booking.stripe_simulator.metadata import merged
from booking.stripe_simulator.session_shape import session_shape
from booking.stripe_simulator.store import Json, public
from booking.stripe_simulator.world import World

SHORTEST = 30 * 60
LONGEST = 24 * 60 * 60
ONLY = {"mode": "payment", "ui_mode": "hosted_page"}
EITHER = (
    ("allow_promotion_codes", "discounts"),
    ("customer", "customer_email"),
    ("customer", "customer_creation"),
    ("allowed_payment_method_types", "excluded_payment_method_types"),
)
"""Pairs of which Stripe takes one."""


def create(world: World, params: Json) -> Json:
    """`POST /v1/checkout/sessions`: an open session with its page."""
    refuse_impossible(world, params)
    session = session_shape(world, params)
    session["payment_method_types"] = methods(params, session["currency"])
    session["_lines"] = [lines.session_line(world, item) for item in params["line_items"]]
    discounts.apply_given(world, session, params.get("discounts", []))
    totals_within_limits(session)
    world.store.add(session, due=session["expires_at"])
    return public(session)


def refuse_impossible(world: World, params: Json) -> None:
    """Raise StripeError for parameters that are fine alone and cannot be together, or not now."""
    for name in ("mode", "line_items", "success_url"):
        if not params.get(name):
            raise invalid(f"Missing required param: {name}.", name, "parameter_missing")
    for name, only in ONLY.items():
        if params.get(name, only) != only:
            raise invalid(f"The simulator takes {name}={only} only.", name, "simulator_parameter")
    for first, second in EITHER:
        if params.get(first) and params.get(second):
            raise invalid(f"You may only specify one of these parameters: {first}, {second}.", first)
    refuse_texts(params)
    if "customer" in params:
        refuse_customer(world, params)
    lines.refuse_impossible(params)
    refuse_expiry(world.now(), params)


def refuse_customer(world: World, params: Json) -> None:
    """Raise StripeError for an unknown customer, or tax ids for one whose name must not change."""
    world.need("customer", params["customer"], "customer")
    collects = params.get("tax_id_collection", {}).get("enabled")
    if collects and params.get("customer_update", {}).get("name") != "auto":
        raise invalid(
            "Tax ID collection requires updating business name on the customer. To enable tax ID collection for an "
            "existing customer, please set `customer_update[name]` to `auto`.",
            "customer_update[name]",
        )


def refuse_texts(params: Json) -> None:
    """Raise StripeError for an address that is none, or a reference that is too long."""
    for name in ("success_url", "cancel_url"):
        if name in params and not is_url(params[name]):
            raise invalid("Not a valid URL", name, "url_invalid")
    if len(params.get("client_reference_id", "")) > 200:
        raise invalid("Invalid string: must be at most 200 characters", "client_reference_id")


def refuse_expiry(now: int, params: Json) -> None:
    """Raise StripeError unless `expires_at` lies 30 minutes to 24 hours ahead on the simulator's clock."""
    if "expires_at" not in params:
        return
    if params["expires_at"] < now + SHORTEST:
        raise invalid(
            "The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation.", "expires_at"
        )
    if params["expires_at"] > now + LONGEST:
        raise invalid(
            "The `expires_at` timestamp must be less than 24 hours from Checkout Session creation.", "expires_at"
        )


def is_url(text: str) -> bool:
    """True for an absolute http or https address."""
    parts = urlsplit(text)
    return parts.scheme in ("http", "https") and bool(parts.netloc)


def methods(params: Json, currency: str) -> list[str]:
    """The ways to pay that are left of those the account has switched on."""
    chosen = types_for(currency)
    if "allowed_payment_method_types" in params:
        chosen = [name for name in chosen if name in params["allowed_payment_method_types"]]
    chosen = [name for name in chosen if name not in params.get("excluded_payment_method_types", [])]
    if not chosen:
        raise invalid("No valid payment method types for this Checkout Session.", "excluded_payment_method_types")
    return chosen


def totals_within_limits(session: Json) -> None:
    """Raise StripeError for a total that cannot be charged; nothing at all is fine."""
    total, currency = session["amount_total"], session["currency"]
    if 0 < total < (1 if currency in totals.ZERO_DECIMAL else totals.LEAST):
        raise invalid("The Checkout Session's total amount must convert to at least 50 cents.", code="amount_too_small")
    if total > totals.MOST:
        raise invalid(
            "The Checkout Session's total amount due must be no more than $999,999.99.", code="amount_too_large"
        )


def retrieve(world: World, params: Json, key: str) -> Json:
    """`GET /v1/checkout/sessions/{session}`."""
    return public(need(world, key))


def update(world: World, params: Json, key: str) -> Json:
    """`POST /v1/checkout/sessions/{session}`: its metadata."""
    session = need(world, key)
    session["metadata"] = merged(session["metadata"], params)
    return public(save(world, session))


def expire(world: World, params: Json, key: str) -> Json:
    """`POST /v1/checkout/sessions/{session}/expire`: only an open one."""
    session = need(world, key)
    if session["status"] != "open":
        raise conflict(
            'Only Checkout Sessions with a status in ["open"] can be expired. '
            f"This Checkout Session has a status of `{session['status']}`."
        )
    run_out(world, session)
    return public(session)


def run_out(world: World, session: Json) -> None:
    """Make an open session expired, because its time came or because it was asked for."""
    if session["status"] == "open":
        session |= {"status": "expired", "url": None}
        save(world, session)
        emit(world, "checkout.session.expired", session)


def listed(world: World, params: Json) -> Json:
    """`GET /v1/checkout/sessions`."""
    flat = {name: value for name, value in params.items() if name != "customer_details"}
    if "customer_details" in params:
        flat["customer_details.email"] = params["customer_details"]["email"]
    return page_of(world, "checkout.session", "/v1/checkout/sessions", flat)


def line_items(world: World, params: Json, key: str) -> Json:
    """`GET /v1/checkout/sessions/{session}/line_items`."""
    return cut(need(world, key)["_lines"], f"/v1/checkout/sessions/{key}/line_items", params)


def need(world: World, key: str) -> Json:
    """The session named in a path, or 404."""
    session = world.store.get("checkout.session", key)
    if session is None:
        raise missing("checkout.session", key, "session", in_path=True)
    return session


def save(world: World, session: Json) -> Json:
    """Keep a session; only an open one stays on the clock."""
    if session["status"] != "open":
        world.store.put_on_clock(session["id"], None)
    return world.store.save(session)
