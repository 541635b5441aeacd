"""The pages that a buyer sees: checkout, 3-D Secure and what comes after. They work without JavaScript."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import urlsplit

from flask import Blueprint, Response, current_app, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from booking.stripe_simulator import checkout, discounts, sessions
from booking.stripe_simulator.cards import CARDS, Card, card_named, offered
from booking.stripe_simulator.checkout import Buyer, Outcome
from booking.stripe_simulator.customers import whole_address
from booking.stripe_simulator.store import Json
from booking.stripe_simulator.totals import ZERO_DECIMAL
from booking.stripe_simulator.world import World

blueprint = Blueprint("pages", __name__)

UNKNOWN_CARD = "This is not a test card. Choose one from the list."
NO_EMAIL = "Enter your e-mail address."


@blueprint.get("/c/pay/<key>")
def checkout_page(key: str) -> AnyResponse:
    """The hosted page of a session."""
    world = account()
    with world.act():
        session = world.store.get("checkout.session", key)
    return closed(session) if session is None or session["status"] != "open" else page(session)


@blueprint.post("/c/pay/<key>")
def pay(key: str) -> AnyResponse:
    """Pay, or apply a promotion code. A second submit of a paid session goes on as the first did."""
    world = account()
    with world.act():
        session = world.store.get("checkout.session", key)
        if session is None or session["status"] != "open":
            return closed(session)
        if "promotion" in request.form:
            return apply_code(world, session)
        card, buyer = card_named(request.form.get("quick") or request.form.get("card", "")), buyer_of(session)
        if card is None or "@" not in buyer.email:
            return page(session, UNKNOWN_CARD if card is None else NO_EMAIL, 422)
        outcome = checkout.pay(world, session, card, buyer)
    return onwards(session, outcome)


@blueprint.get("/c/pay/<key>/3ds")
def three_d_secure(key: str) -> AnyResponse:
    """The bank's question."""
    session = account().store.get("checkout.session", key)
    if session is None or session["status"] != "open" or "_asked" not in session:
        return closed(session) if session is None or session["status"] != "open" else redirect(f"/c/pay/{key}", 303)
    return shown("three_d_secure.html", session)


@blueprint.post("/c/pay/<key>/3ds")
def answer(key: str) -> AnyResponse:
    """The buyer's answer to the bank."""
    world = account()
    with world.act():
        session = world.store.get("checkout.session", key)
        if session is None or session["status"] != "open":
            return closed(session)
        card = CARDS[session.get("_asked", "4000002500003155")]
        outcome = checkout.answer_3ds(world, session, card, request.form.get("answer") == "complete")
    return onwards(session, outcome)


@blueprint.get("/receipts/<key>")
def receipt(key: str) -> AnyResponse:
    """What Stripe would show as a receipt."""
    charge = account().store.get("charge", key)
    return shown("receipt.html", None, status=200 if charge else 404, charge=charge)


def apply_code(world: World, session: Json) -> AnyResponse:
    """Apply the promotion code that was typed, and show the page again."""
    if not session["allow_promotion_codes"]:
        return page(session, "Codes are not taken here.", 422)
    refusal = discounts.enter_code(world, session, request.form["promotion"])
    if refusal:
        return page(session, refusal, 422)
    sessions.save(world, session)
    return redirect(f"/c/pay/{session['id']}", 303)


def buyer_of(session: Json) -> Buyer:
    """What the form says of the buyer."""
    form = request.form
    address = whole_address({part: form.get(part) or None for part in ("line1", "postal_code", "city", "country")})
    tax_id = None
    if form.get("tax_id"):
        tax_id = {"type": form.get("tax_id_type") or "eu_vat", "value": form["tax_id"].strip()}
    return Buyer(
        email=(session["customer_email"] or form.get("email", "")).strip(),
        name=form.get("name") or Buyer().name,
        address=address if any(address.values()) else None,
        tax_id=tax_id,
        phone=form.get("phone") or None,
    )


def onwards(session: Json, outcome: Outcome) -> AnyResponse:
    """Where an attempt leads: on to the shop, to the bank, or to the same page with the reason."""
    if outcome.result == "asks":
        return redirect(f"/c/pay/{session['id']}/3ds", 303)
    if outcome.result == "declined":
        return page(session, outcome.message, 402)
    return closed(session)


def closed(session: Json | None) -> AnyResponse:
    """A page for what cannot be paid any more; a complete session goes on to the shop."""
    if session is not None and session["status"] == "complete":
        return redirect(session["success_url"].replace("{CHECKOUT_SESSION_ID}", session["id"]), 303)
    return shown("closed.html", session, status=410 if session else 404)


def page(session: Json, problem: str | None = None, status: int = 200) -> AnyResponse:
    """The checkout page, with what was typed and the sentence that says what is wrong."""
    cards: list[Card] = offered(session)
    values = {"problem": problem, "cards": cards, "typed": request.form, "example": checkout.EXAMPLE_ADDRESS}
    return shown("checkout.html", session, status=status, **values)


def shown(template: str, session: Json | None, status: int = 200, **values: object) -> Response:
    """A rendered page with a strict policy; forms may lead on to the shop's own address only."""
    response = make_response(render_template(template, session=session, **values), status)
    targets = [origin(session[name]) for name in ("success_url", "cancel_url") if session and session.get(name)]
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
        f"form-action 'self' {' '.join(dict.fromkeys(targets))}"
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def origin(url: str) -> str:
    """Scheme, host and port of an address."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def account() -> World:
    """The simulated account."""
    world: World = current_app.extensions["simulator"].world
    return world


@blueprint.app_template_filter("money")
def money(amount: int, currency: str) -> str:
    """`USD 450.00`, or without decimals where the currency has none."""
    if currency in ZERO_DECIMAL:
        return f"{currency.upper()} {amount:,}"
    return f"{currency.upper()} {amount / 100:,.2f}"


@blueprint.app_template_filter("moment")
def moment(seconds: int | None) -> str:
    """`23 November 2026, 05:16 UTC`."""
    return "" if seconds is None else datetime.fromtimestamp(seconds, UTC).strftime("%-d %B %Y, %H:%M UTC")
