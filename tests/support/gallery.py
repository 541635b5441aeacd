"""Every page of the demo newsletter at one frozen minute: what the checks of whole pages and the pictures look at.

An endpoint that answers a GET is in it by its route alone; a state that deserves a look of its own has a line here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import Flask, url_for

from booking import clock, demo
from booking.db import db, transaction
from booking.demo import words
from booking.domain.states import Actor, BookingState, PlacementKind
from booking.models import (
    ApiToken,
    Booking,
    CreativeRevision,
    HouseAd,
    Issue,
    LoginSession,
    Order,
    OutboxMessage,
    Placement,
    Slot,
    Task,
    User,
)
from booking.services import api_tokens, signing_in
from booking.services.booking_steps import By
from booking.services.tasks_for_people import open_task
from tests.access import ACCESS, Access, Who
from tests.support.world import UNKNOWN

MOMENT = clock.instant("2026-03-04 09:00")
"""A Wednesday morning; issue 412 of the demo goes out on the Sunday after it."""

NEXT = 412
NOT_PAGES = {
    "account.export",
    "api.ads",
    "api.one_section",
    "checkout.dates",
    "desk.export",
    "desk.set_up",
    "dev.sign_in",
    "static",
}
"""Files, a link that signs somebody in, and the page that is there only before there is a newsletter."""


@dataclass(frozen=True, slots=True)
class View:
    """One page as one person sees it."""

    name: str
    address: str
    email: str = ""
    """Who looks; empty for somebody who is not signed in."""
    press: str = ""
    """The button to press on it as it stands, to see the page with its mistakes."""
    status: int = 200
    """What it is answered with, before the button is pressed."""


def before_the_first_issue(app: Flask) -> list[View]:
    """The pages of an empty database, with an editor who has just come. Within an app context."""
    signing_in.make_editor(words.EDITOR, MOMENT)
    with app.test_request_context():
        return [View("storefront.front:empty", "/"), View("desk.set_up", url_for("desk.set_up"), words.EDITOR)]


def hang(app: Flask) -> list[View]:
    """Load the demo into the empty database and give its views. Within an app context, and at `MOMENT`."""
    furnish()
    return views(app)


def furnish() -> None:
    """Load the demo into the empty database, and what the gallery shows beside it."""
    demo.load()
    editor = _user(words.EDITOR)
    api_tokens.make_token("The build", By(Actor.EDITOR, MOMENT, editor.id))
    signing_in.sign_in_directly(_user(words.LEDGERLINE.buyer.email).id, "Visitor", MOMENT)
    _ask_the_editor()


def views(app: Flask) -> list[View]:
    """What there is to see once it is furnished. Within an app context, and at `MOMENT`."""
    with app.test_request_context():
        listed = [*_public(), *_sponsors(), *_recruiters(), *_desk(), *_mistakes()]
        return [*listed, *_by_route(app, {view.name.partition(":")[0] for view in listed})]


@transaction
def _ask_the_editor() -> None:
    advice = "Somebody made it in Stripe’s dashboard. Look there for the reason, then press Done."
    open_task("a-refund", "Stripe made a refund that nobody asked for here", advice, None, MOMENT)


def _by_route(app: Flask, seen: set[str]) -> Iterator[View]:
    """The pages that have no line of their own."""
    parameters = _parameters()
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.endpoint in NOT_PAGES | seen:
            continue
        missing = rule.arguments - parameters.keys()
        assert not missing, f"Say in tests/support/gallery.py what stands for {missing} in {rule.rule}."
        access = ACCESS[rule.endpoint]
        email = words.LEDGERLINE.buyer.email if access.lets_in(Who.OWNER) else words.EDITOR
        address = url_for(rule.endpoint, **{name: parameters[name] for name in rule.arguments})
        # A link with a token that nobody was sent is too old.
        status = 409 if UNKNOWN in address else 200
        yield View(rule.endpoint, address, "" if access is Access.PUBLIC else email, status=status)


def _public() -> Iterator[View]:
    weeks = [_tick(NEXT + week) for week in (8, 9, 10)]
    yield View("storefront.front", "/")
    yield View("storefront.front:chosen", url_for("storefront.front", slot=weeks))
    yield View("storefront.jobs", "/jobs")
    yield View("checkout.details", url_for("checkout.details", slot=weeks))
    yield View("checkout.details:nothing-chosen", "/book", status=422)
    yield View("checkout.details:gone", url_for("checkout.details", slot=_tick(NEXT + 1)), status=409)
    yield View("storefront.front:missing", "/there-is-no-such-page", status=404)
    yield View("portal.bookings:signed-out", "/bookings")


def _sponsors() -> Iterator[View]:
    ledgerline, tidewater, kettle = words.LEDGERLINE, words.TIDEWATER, words.COPPERKETTLE
    ran, *_, coming = _bookings(ledgerline)
    yield from _order("booked", ledgerline, "checkout.order", "portal.insertion_order")
    yield from _order("copy-missing", kettle, "checkout.order")
    yield from _order("held", words.MOSSBANK, "checkout.order", "checkout.ask_to_give_up")
    yield from _order("ended", words.LANTERNFISH, "checkout.order")
    yield from _order("cancelled", words.QUARRY, "checkout.order")
    yield View("portal.bookings", "/bookings", ledgerline.buyer.email)
    yield from _booking("ran", ledgerline, ran, "portal.booking", "portal.proof_that_it_ran", "portal.copy")
    pages = ("portal.booking", "portal.copy", "portal.cancel", "portal.move")
    yield from _booking("approved", ledgerline, coming, *pages)
    yield from _booking("changes-requested", tidewater, _bookings(tidewater)[0], *pages[:2])
    yield from _booking("copy-missing", kettle, _bookings(kettle)[0], *pages)
    yield from _booking("cancelled", words.QUARRY, _bookings(words.QUARRY)[0], "portal.booking")


def _recruiters() -> Iterator[View]:
    for state, company in (
        ("in-review", words.ORCHARD),
        ("job-missing", words.PLAINSONG),
        ("edited", words.FERNWAY),
        ("refused", words.MOONSHOT),
    ):
        yield View(f"portal.bookings:{state}", "/bookings", company.buyer.email)
        yield from _booking(state, company, _bookings(company)[0], "portal.booking", "portal.copy")


def _desk() -> Iterator[View]:
    edited, submitted = _newest(words.FERNWAY), _newest(words.ORCHARD)
    slots = {
        "open": _slot(NEXT + 8),
        "blocked": _slot(NEXT + 7),
        "sold": _slot(NEXT + 1),
        "held": _slot(NEXT + 6),
        "given": _slot(NEXT + 1, PlacementKind.JOB, 5),
    }
    editor = words.EDITOR
    for state, slot in slots.items():
        yield View(f"desk.slot:{state}", url_for("desk.slot", slot_id=slot.id), editor)
    yield View("desk.give", url_for("desk.give", slot_id=slots["open"].id), editor)
    yield View("desk.take_back", url_for("desk.take_back", slot_id=slots["held"].id), editor)
    for number in (NEXT, NEXT + 1, NEXT - 1):
        yield View(f"desk.issue:{number}", url_for("desk.issue", number=number), editor)
    for state, revision in (("waits", submitted), ("edited", edited)):
        yield View(f"desk.review:{state}", url_for("desk.review", revision_id=revision), editor)
        yield View(f"desk.edit_copy:{state}", url_for("desk.edit_copy", revision_id=revision), editor)
    for name in ("orders", "payments", "refunds", "disputes", "tasks", "ledger"):
        yield View(f"desk.money_list:{name}", url_for("desk.money_list", name=name), editor)
    for kind in PlacementKind:
        yield View(f"desk.placement:{kind.value}", url_for("desk.placement", kind=kind.value), editor)
    yield View("portal.booking:as-editor", _of("portal.booking", _bookings(words.TIDEWATER)[0]), editor)


def _mistakes() -> Iterator[View]:
    missing = _bookings(words.PLAINSONG)[0]
    yield View("checkout.details:mistakes", url_for("checkout.details", slot=_tick(NEXT + 8)), press="Hold and pay")
    yield View("auth.sign_in:mistakes", "/sign-in", press="Send me the link")
    yield View("portal.copy:mistakes", _of("portal.copy", missing), words.PLAINSONG.buyer.email, "Send for review")
    yield View(
        "desk.review:mistakes", url_for("desk.review", revision_id=_newest(words.ORCHARD)), words.EDITOR, "Refuse"
    )
    yield View("desk.ads:mistakes", url_for("desk.ads"), words.EDITOR, "Add it")


def _order(state: str, company: words.Company, *endpoints: str) -> Iterator[View]:
    order = _orders(company)[0]
    for endpoint in endpoints:
        address = url_for(endpoint, public_id=order.public_id)
        yield View(f"{endpoint}:{state}", address, company.buyer.email)


def _booking(state: str, company: words.Company, booking: Booking, *endpoints: str) -> Iterator[View]:
    yield from (View(f"{endpoint}:{state}", _of(endpoint, booking), company.buyer.email) for endpoint in endpoints)


def _of(endpoint: str, booking: Booking) -> str:
    return url_for(endpoint, booking_id=booking.id)


def _parameters() -> Mapping[str, Any]:
    """What stands for each variable part of an address that has no line of its own."""
    order = _orders(words.LEDGERLINE)[0]
    coming = next(each for each in reversed(_bookings(words.LEDGERLINE)) if each.state is BookingState.CONFIRMED)
    return {
        "ad_id": _first(HouseAd.id),
        "advertiser_id": order.advertiser_id,
        "booking_id": coming.id,
        "kind": PlacementKind.SPONSOR.value,
        "message_id": _first(OutboxMessage.id),
        "number": NEXT,
        "public_id": order.public_id,
        "revision_id": _newest(words.ORCHARD),
        "session_id": _first(LoginSession.id),
        "slot_id": _slot(NEXT + 8).id,
        "table_name": "discount",
        "task_id": _first(Task.id),
        "token": UNKNOWN,
        "token_id": _first(ApiToken.id),
        "user_id": _user(words.EDITOR).id,
    }


def _first(column: Any) -> Any:
    return db.session.scalars(sa.select(column).order_by(column)).first()


def _user(email: str) -> User:
    return db.session.scalars(sa.select(User).where(User.email == email)).one()


def _orders(company: words.Company) -> list[Order]:
    user_id = _user(company.buyer.email).id
    return list(db.session.scalars(sa.select(Order).where(Order.user_id == user_id).order_by(Order.id)))


def _bookings(company: words.Company) -> list[Booking]:
    found = [booking for order in _orders(company) for booking in order.bookings]
    return sorted(found, key=lambda booking: booking.id)


def _newest(company: words.Company) -> int:
    creative_id = _bookings(company)[0].creative_id
    newest = sa.select(sa.func.max(CreativeRevision.id)).where(CreativeRevision.creative_id == creative_id)
    return db.session.scalars(newest).one() or 0


def _slot(number: int, kind: PlacementKind = PlacementKind.SPONSOR, ordinal: int = 1) -> Slot:
    return db.session.scalars(
        sa.select(Slot)
        .join(Issue, Issue.id == Slot.issue_id)
        .join(Placement, Placement.id == Slot.placement_id)
        .where(Issue.number == number, Placement.kind == kind, Slot.ordinal == ordinal)
    ).one()


def _tick(number: int) -> str:
    """The value of the calendar's checkbox for the sponsor of an issue."""
    slot = _slot(number)
    return f"{number}-sponsor-{slot.price}"
