"""Paying an open session: what the hosted page and the control plane do on behalf of the buyer."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from booking.stripe_simulator import customers, discounts, payments, session_invoices, sessions
from booking.stripe_simulator.cards import Card, type_of
from booking.stripe_simulator.events import emit
from booking.stripe_simulator.session_shape import details
from booking.stripe_simulator.store import Json
from booking.stripe_simulator.world import World

EXAMPLE_ADDRESS: Json = {
    "city": "Springfield",
    "country": "US",
    "line1": "1 Example Street",
    "line2": None,
    "postal_code": "12345",
    "state": None,
}
"""What a buyer who is asked for an address and types none is taken to have typed."""


@dataclass(frozen=True, slots=True)
class Buyer:
    """What the buyer says of themselves on the page."""

    email: str = "buyer@example.com"
    name: str | None = "Test Buyer"
    address: Json | None = None
    tax_id: Json | None = None
    phone: str | None = None

    def billing(self) -> Json:
        """Billing details of a charge."""
        return {"address": self.address, "email": self.email, "name": self.name, "phone": self.phone}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an attempt: `paid`, `declined`, `asks` (3-D Secure), `unpaid` (settles later) or `closed`."""

    result: str
    message: str = ""
    fields: Json = field(default_factory=dict)


def pay(world: World, session: Json, card: Card, buyer: Buyer) -> Outcome:
    """One attempt with a card. A session that is not open is left alone, so a double submit is harmless."""
    if session["status"] != "open":
        return Outcome("closed")
    take_down(world, session, buyer)
    if session["amount_total"] == 0:
        keep_customer(world, session)
        complete(world, session, "no_payment_required")
        return Outcome("paid")
    if type_of(card, session["currency"]) not in session["payment_method_types"]:
        return Outcome("declined", "This payment method is not offered for this order.")
    intent = intent_of(world, session)
    if card.code is not None:
        payments.refuse(world, intent, card, buyer.billing())
        sessions.save(world, session)
        return Outcome("declined", card.message or "")
    if card.asks:
        session["_asked"] = card.number
        payments.ask(world, intent, f"{world.base_url}/c/pay/{session['id']}/3ds")
        sessions.save(world, session)
        return Outcome("asks")
    return finish(world, session, intent, card, buyer)


def answer_3ds(world: World, session: Json, card: Card, authenticated: bool) -> Outcome:
    """The buyer's answer to 3-D Secure. Only a session that was asked listens."""
    if session["status"] != "open" or not session.pop("_asked", None):
        return Outcome("closed")
    intent = intent_of(world, session)
    buyer = Buyer(**session["_buyer"])
    if not authenticated:
        payments.refuse(world, intent, payments.AUTHENTICATION_FAILED, buyer.billing())
        sessions.save(world, session)
        return Outcome("declined", payments.AUTHENTICATION_FAILED.message or "")
    return finish(world, session, intent, card, buyer)


def finish(world: World, session: Json, intent: Json, card: Card, buyer: Buyer) -> Outcome:
    """The bank agrees: now, or (a debit) in some days. Only now is there a customer, as at Stripe."""
    keep_customer(world, session)
    intent["customer"] = session["customer"]
    if card.delayed:
        payments.debit(world, intent, card, buyer.billing())
        complete(world, session, "unpaid")
        return Outcome("unpaid")
    payments.succeed(world, intent, card, buyer.billing())
    complete(world, session, "paid")
    return Outcome("paid")


def take_down(world: World, session: Json, buyer: Buyer) -> None:
    """Write what the buyer said into the session, and with it the tax."""
    buyer = whole(session, buyer)
    tax_ids = [buyer.tax_id] if buyer.tax_id and session["tax_id_collection"]["enabled"] else []
    email = session["customer_email"] or buyer.email
    session["customer_details"] = details(
        email=email, name=buyer.name, address=buyer.address, tax_ids=tax_ids, phone=buyer.phone
    )
    session["_buyer"] = {
        "email": email,
        "name": buyer.name,
        "address": buyer.address,
        "tax_id": buyer.tax_id,
        "phone": buyer.phone,
    }
    if session["automatic_tax"]["enabled"]:
        coupon, promotion = discounts.coupon_of(world, session)
        discounts.apply(world, session, coupon, promotion, world.dials.tax_percent)
        session["automatic_tax"]["status"] = "complete"


def whole(session: Json, buyer: Buyer) -> Buyer:
    """A buyer with an address, where the page insists on one."""
    if session["billing_address_collection"] == "required" and buyer.address is None:
        return replace(buyer, address=EXAMPLE_ADDRESS)
    return buyer


def keep_customer(world: World, session: Json) -> None:
    """Make a customer of the buyer, or update the one that the session was given, as the app asked."""
    said = session["customer_details"]
    given = world.store.get("customer", session["customer"] or "")
    if given is not None:
        named = [part for part, how in session["_customer_update"].items() if how == "auto" and said.get(part)]
        if named:
            customers.update(world, {part: said[part] for part in named}, given["id"])
        for entry in said["tax_ids"]:
            customers.add_tax_id(world, given, entry["type"], entry["value"])
        return
    wanted = session["customer_creation"] == "always" or session["invoice_creation"]["enabled"]
    if wanted:
        session["customer"] = customers.from_session(world, session)["id"]


def intent_of(world: World, session: Json) -> Json:
    """The session's PaymentIntent, made at the first attempt."""
    found = world.store.get("payment_intent", session["payment_intent"] or "")
    if found is not None:
        found |= {"amount": session["amount_total"], "customer": session["customer"]}
        return found
    given = session["_intent"]
    terms = {
        **given,
        "amount": session["amount_total"],
        "currency": session["currency"],
        "customer": session["customer"],
    }
    intent = payments.open_intent(world, terms | {"payment_method_types": session["payment_method_types"]})
    session["payment_intent"] = intent["id"]
    return intent


def complete(world: World, session: Json, payment_status: str) -> None:
    """Close the session, with its invoice if the money is there, and tell."""
    session |= {"status": "complete", "payment_status": payment_status, "url": None}
    discounts.redeem(world, session)
    if payment_status != "unpaid":
        session_invoices.make(world, session)
    sessions.save(world, session)
    emit(world, "checkout.session.completed", session)
    if payment_status == "unpaid" and world.dials.settle_after is not None:
        world.store.put_on_clock(session["id"], world.now() + world.dials.settle_after)


def end_delayed(world: World, session: Json, arrived: bool) -> bool:
    """Settle or fail the delayed payment of a session; False when nothing is under way."""
    if session["status"] != "complete" or session["payment_status"] != "unpaid":
        return False
    intent = world.need("payment_intent", session["payment_intent"], "payment_intent")
    if intent["status"] != "processing":
        return False
    if arrived:
        payments.settle(world, intent)
        session["payment_status"] = "paid"
        session_invoices.make(world, session)
    else:
        payments.bounce(world, intent)
    world.store.save(session)
    emit(world, f"checkout.session.async_payment_{'succeeded' if arrived else 'failed'}", session)
    return True


def on_time(world: World, session: Json) -> None:
    """What a session's clock does: an open one expires, a delayed one settles."""
    if session["status"] == "open":
        sessions.run_out(world, session)
    else:
        end_delayed(world, session, arrived=True)
