"""The control plane's hold on money: what buyers, banks and a person at Stripe's dashboard would do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from booking.stripe_simulator import checkout, discounts, disputes, invoice_payments, invoices, refunds
from booking.stripe_simulator.cards import BY_NAME, Card, card_named
from booking.stripe_simulator.checkout import Buyer
from booking.stripe_simulator.control_words import NotPossible, the
from booking.stripe_simulator.customers import whole_address
from booking.stripe_simulator.store import Json, public
from booking.stripe_simulator.world import World


def pay_session(parts: Any, body: Json, key: str) -> Json:
    """Pay without a browser: `{card, email, name, address, tax_id: {type, value}, promotion_code, three_d_secure}`.

    `card` is a number or a name from cards.py; `three_d_secure` is "complete" (default), "fail" or "leave".
    """
    world: World = parts.world
    with world.act():
        session = the(world, "checkout.session", key)
        enter_code(world, session, body.get("promotion_code"))
        card = the_card(body.get("card", "succeeds"))
        outcome = checkout.pay(world, session, card, buyer_of(body))
        asked = body.get("three_d_secure", "complete")
        if outcome.result == "asks" and asked != "leave":
            outcome = checkout.answer_3ds(world, session, card, asked == "complete")
        return {"result": outcome.result, "message": outcome.message, "session": public(session)}


def enter_code(world: World, session: Json, code: str | None) -> None:
    """Type a promotion code. Raises NotPossible with the page's own sentence when it is refused."""
    if not code:
        return
    refusal = discounts.enter_code(world, session, code) if session["allow_promotion_codes"] else "Codes are not taken."
    if refusal:
        raise NotPossible(refusal)


def buyer_of(body: Json) -> Buyer:
    """The buyer that a body describes."""
    address = whole_address(body["address"]) if body.get("address") else None
    given = {name: body[name] for name in ("email", "name", "tax_id", "phone") if body.get(name)}
    return Buyer(address=address, **given)


def the_card(name: str) -> Card:
    """The test card of this name or number."""
    card = card_named(name)
    if card is None:
        raise NotPossible(f"{name} is no test card; there are {', '.join(BY_NAME)}.")
    return card


def settle(parts: Any, body: Json, key: str) -> Json:
    """End a delayed payment: `{outcome}` is "succeeded" (default) or "failed"."""
    world: World = parts.world
    with world.act():
        session = the(world, "checkout.session", key)
        if not checkout.end_delayed(world, session, body.get("outcome", "succeeded") == "succeeded"):
            raise NotPossible(f"No delayed payment is under way for {key}.")
        return public(session)


def refund(parts: Any, body: Json) -> Json:
    """A refund that a person makes at the dashboard: `{payment_intent or charge, amount, reason, metadata, status}`."""
    world: World = parts.world
    with world.act():
        if "status" in body:
            world.refunds_ahead.insert(0, str(body["status"]))
        wanted = ("payment_intent", "charge", "amount", "reason", "metadata")
        params = {name: body[name] for name in wanted if body.get(name) not in (None, "")}
        if "amount" in params:
            params["amount"] = int(params["amount"])
        return refunds.create(world, params)


def refunds_ahead(parts: Any, body: Json) -> Json:
    """What becomes of the next refunds: `{status: "pending" | "failed" | "succeeded", count}`."""
    status = body.get("status", "pending")
    if status not in ("pending", "failed", "succeeded"):
        raise NotPossible("status must be pending, failed or succeeded.")
    parts.world.refunds_ahead.extend([status] * int(body.get("count", 1)))
    return {"ahead": parts.world.refunds_ahead}


def end_refund(parts: Any, body: Json, key: str, outcome: str) -> Json:
    """A refund arrives (`succeed`) or comes back (`fail`, also after it had succeeded)."""
    world: World = parts.world
    with world.act():
        found = the(world, "refund", key)
        if outcome == "fail":
            refunds.fail(world, found, body.get("reason", "lost_or_stolen_card"))
        elif found["status"] == "pending":
            refunds.succeed(world, found)
        else:
            raise NotPossible(f"{key} is {found['status']}, not pending.")
        return public(found)


def dispute(parts: Any, body: Json, key: str) -> Json:
    """The bank disputes a payment (charge, intent or session): `{amount, reason, inquiry}`."""
    world: World = parts.world
    with world.act():
        return public(disputes.open_dispute(world, the(world, "charge", key), body))


def end_dispute(parts: Any, body: Json, key: str, outcome: str) -> Json:
    """The bank decides, or (`review`) begins to."""
    world: World = parts.world
    with world.act():
        found = the(world, "dispute", key)
        {"win": disputes.win, "lose": disputes.lose, "review": disputes.review}[outcome](world, found)
        return public(found)


def warn(parts: Any, body: Json, key: str) -> Json:
    """An early fraud warning for a payment: `{fraud_type}`."""
    world: World = parts.world
    with world.act():
        return public(disputes.warn(world, the(world, "charge", key), body))


def pay_invoice(parts: Any, body: Json, key: str) -> Json:
    """The customer pays an invoice on its page: `{card}`."""
    world: World = parts.world
    with world.act():
        invoice = the(world, "invoice", key)
        refusal = invoice_payments.pay_with(world, invoice, the_card(body.get("card", "succeeds")))
        return {"result": "declined" if refusal else "paid", "message": refusal or "", "invoice": public(invoice)}


def make_overdue(parts: Any, body: Json, key: str) -> Json:
    """An open invoice passes its due date now, whatever the clock says."""
    world: World = parts.world
    with world.act():
        invoice = the(world, "invoice", key)
        if invoice["status"] != "open":
            raise NotPossible(f"{key} is {invoice['status']}, not open.")
        invoices.on_time(world, invoice)
        return public(invoice)


ACTS: dict[tuple[str, str], Callable[..., Any]] = {
    ("POST", "/sessions/<key>/pay"): pay_session,
    ("POST", "/sessions/<key>/settle"): settle,
    ("POST", "/payments/<key>/settle"): settle,
    ("POST", "/payments/<key>/dispute"): dispute,
    ("POST", "/payments/<key>/warn"): warn,
    ("POST", "/disputes/<key>/<any(win, lose, review):outcome>"): end_dispute,
    ("POST", "/invoices/<key>/pay"): pay_invoice,
    ("POST", "/invoices/<key>/overdue"): make_overdue,
    ("POST", "/refunds"): refund,
    ("POST", "/refunds/ahead"): refunds_ahead,
    ("POST", "/refunds/<key>/<any(succeed, fail):outcome>"): end_refund,
}
