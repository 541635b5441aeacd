"""What a buyer finds in the portal: what to do next, the papers, and booking once more without typing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

import pytest
from flask_sqlalchemy.session import Session
from sqlalchemy.orm import scoped_session

from booking import clock
from booking.db import db
from booking.domain.states import Actor, PlacementKind
from booking.models import Booking, User
from booking.services import cancelling, feeding, freezing, holding, pricing, publishing, reviewing
from booking.services.booking_steps import By
from booking.services.buyers import Buyer
from booking.services.feeding import DraftGiven
from tests.support.copy import approved, editor_by, seen, submitted
from tests.support.drafts import Draft
from tests.support.factories import NOW, choice, make_editor, make_issue, wish
from tests.support.paid import paid
from tests.support.till import Till
from tests.support.visitor import Visitor

pytestmark = pytest.mark.usefixtures("simulator")

TYPED = {
    "company": "Ledgerline",
    "name": "Press desk",
    "email": "press@ledgerline.example",
    "vat_number": "GB 123",
    "po_number": "PO 7",
    "fallback": "move",
}


@pytest.fixture
def booking(session: scoped_session[Session], till: Till, visitor: Visitor) -> Iterator[Booking]:
    """The sponsor slot of issue 502, paid by a buyer who is signed in."""
    with till.at(NOW):
        make_issue(506)
        (booking,) = paid(till, choice(502))
        visitor.sign_in(db.session.get_one(User, booking.order.user_id))
        yield booking


def typed(visitor: Visitor, slot: str) -> dict[str, list[str]]:
    """What stands in the form of the details."""
    return visitor.get("/book", query_string={"slot": slot}).form().values()


def test_booking_again_asks_for_nothing_that_is_known(visitor: Visitor, booking: Booking) -> None:
    visitor.follow(visitor.get(f"/bookings/{booking.id}/again", 303))
    stripe = visitor.submit(button="Hold and pay")
    assert "/c/pay/" in (stripe.location or "")


def test_a_browser_that_has_ordered_need_not_type_it_again(
    session: scoped_session[Session], visitor: Visitor, till: Till
) -> None:
    with till.at(NOW):
        make_issue(506)
        visitor.get("/book?slot=502-sponsor-50000")
        visitor.submit(TYPED)
        known = typed(visitor, "503-sponsor-50000")
    assert {name: known[name] for name in TYPED} == {**{n: [v] for n, v in TYPED.items()}, "po_number": [""]}


def test_who_is_signed_in_and_never_bought_finds_only_the_own_name_and_address(
    session: scoped_session[Session], visitor: Visitor, till: Till
) -> None:
    with till.at(NOW):
        make_issue(506)
        visitor.sign_in(make_editor())
        known = typed(visitor, "503-sponsor-50000")
    assert (known["name"], known["email"], known["company"]) == (["The editor"], ["editor@quietpager.example"], [""])


def test_nobody_is_offered_what_others_typed(booking: Booking, till: Till, visitors: Callable[[], Visitor]) -> None:
    stranger = visitors()
    assert typed(stranger, "503-sponsor-50000")["email"] == [""]
    holding.hold(wish(choice(504), by=Buyer("Ledgerline", "Else", "else@ledgerline.example")), NOW)
    assert typed(stranger, "503-sponsor-50000")["company"] == [""]


def test_the_details_say_what_is_held_already(visitor: Visitor, booking: Booking) -> None:
    visitor.get("/book?slot=503-sponsor-50000")
    visitor.submit({}, button="Hold and pay")
    page = visitor.get("/book?slot=503-sponsor-50000")
    assert "You hold 1 place until" in page.text
    assert page.links["Go on to pay"].startswith("/orders/")


def test_a_browser_that_has_ordered_finds_its_bookings_without_signing_in(
    session: scoped_session[Session], visitor: Visitor, till: Till
) -> None:
    with till.at(NOW):
        make_issue(506)
        assert "Your bookings" not in visitor.get("/").links
        visitor.get("/book?slot=502-sponsor-50000")
        visitor.submit(TYPED)
        visitor.get("/")
        page = visitor.click("Your bookings")
    assert "Sponsor, issue 502" in page.text
    assert page.links["Sign in"] == "/sign-in"


def test_what_is_held_asks_to_be_paid_and_for_nothing_else(visitor: Visitor, booking: Booking) -> None:
    visitor.get("/book?slot=503-sponsor-50000")
    visitor.submit({}, button="Hold and pay")
    page = visitor.get("/bookings")
    assert "It is yours when it is paid." in page.text
    assert page.text.count("Send your copy by") == 1
    paying = visitor.click("Go on to pay")
    assert paying.h1 == "Your places are held"


def test_a_booking_leads_to_its_order_and_receipt(visitor: Visitor, booking: Booking) -> None:
    visitor.get(f"/bookings/{booking.id}")
    assert "Receipt" in visitor.click("Order and receipt").links


def test_an_order_with_a_cancelled_week_does_not_say_that_the_place_was_gone(
    visitor: Visitor, booking: Booking, till: Till
) -> None:
    first, _ = paid(till, choice(503), choice(504))
    cancelling.cancel(first.id, By(Actor.ADVERTISER, NOW, first.order.user_id), NOW)
    page = visitor.get(f"/orders/{first.order.public_id}")
    assert page.h1 == "Booked. Thank you."
    assert "was gone" not in page.text
    assert "Refunded or on its way back $500" in page.text


def test_an_order_that_ran_asks_for_no_copy(visitor: Visitor, booking: Booking) -> None:
    by = editor_by(make_editor())
    approved(booking, by=by)
    freezing.freeze(502, by)
    freezing.sent(502, "https://quietpager.example/502", by)
    page = visitor.get(f"/orders/{booking.order.public_id}")
    assert page.h1 == "All of it ran"
    assert "Go on with your copy" not in page.links


def test_companies_are_named_in_the_list_when_there_are_several(visitor: Visitor, booking: Booking) -> None:
    assert "Sunday 22 March 2026, Ledgerline" not in visitor.get("/bookings").text
    other = Buyer("Ledgerline Labs", "Press desk", booking.order.buyer_email)
    holding.hold(wish(choice(504), by=other), NOW)
    assert "Sunday 22 March 2026, Ledgerline" in visitor.get("/bookings").text


def test_a_cancelled_booking_says_what_went_back(visitor: Visitor, booking: Booking) -> None:
    cancelling.cancel(booking.id, By(Actor.ADVERTISER, NOW, booking.order.user_id), NOW)
    assert "Cancelled $500 refunded or on its way back" in visitor.get(f"/bookings/{booking.id}").text


def test_refused_copy_says_so_and_that_the_money_went_back(visitor: Visitor, booking: Booking) -> None:
    by = editor_by(make_editor())
    reviewing.reject(seen(submitted(booking)), "We run no ads for coins.", by)
    cancelling.cancel(booking.id, by, NOW, refused=True)
    assert "Refused $500 refunded or on its way back" in visitor.get(f"/bookings/{booking.id}").text


def test_what_ran_offers_its_proof_and_the_next_week_in_the_list(visitor: Visitor, booking: Booking) -> None:
    by = editor_by(make_editor())
    approved(booking, by=by)
    freezing.freeze(502, by)
    freezing.sent(502, "https://quietpager.example/502", by)
    page = visitor.get("/bookings")
    assert page.links["Tear sheet of issue 502"] == f"/bookings/{booking.id}/tear-sheet"
    assert page.links["Book again, as in issue 502"] == f"/bookings/{booking.id}/again"
    assert "Your approved copy stays in" not in visitor.get(f"/bookings/{booking.id}/copy").text


def test_a_week_is_past_when_its_day_is_over_where_the_newsletter_is(
    session: scoped_session[Session], till: Till, visitor: Visitor
) -> None:
    with till.at(NOW):
        make_issue(506)
        # Sunday 5 April, a week after the clocks in London went forward.
        (booking,) = paid(till, choice(504))
    user = db.session.get_one(User, booking.order.user_id)
    for moment, heading in (("2026-04-05 22:59", "Coming up"), ("2026-04-05 23:01", "Past and cancelled")):
        with clock.frozen_at(moment):
            visitor.sign_in(user)
            assert [part.text() for part in visitor.get("/bookings").select("section h2")] == [heading]


def test_the_tear_sheet_says_where_the_ad_was_found(visitor: Visitor, booking: Booking, till: Till) -> None:
    by = editor_by(make_editor())
    approved(booking, by=by)
    fed = feeding.feed_issue(502, DraftGiven(Draft(number=502).text().encode()), by).result.draft
    freezing.freeze(502, by)
    freezing.sent(502, "https://quietpager.example/502", by)
    url = f"/bookings/{booking.id}/tear-sheet"
    assert "Found in the issue" not in visitor.get(url).text
    publishing.verify_issue(502, fed, by)
    page = visitor.get(url)
    assert "In the heading Ledgerline" in page.text
    assert "At the top: ran as approved Above the footer: ran as approved" in page.text
    assert "Compared on Monday 2 March 2026, 09:00 London time" in page.text


def test_weeks_to_move_to_are_spelled_out_and_say_what_costs_less(visitor: Visitor, booking: Booking) -> None:
    pricing.change_price(PlacementKind.SPONSOR, 40_000, date(2026, 3, 29), None, NOW)
    page = visitor.get(f"/bookings/{booking.id}/move")
    assert "Sunday 29 March 2026, issue 503, $400 now" in page.text
    assert "Sunday 15 March 2026, issue 501 " in page.text


def test_the_thread_calls_its_reader_you(visitor: Visitor, booking: Booking) -> None:
    submitted(booking)
    assert "You sent copy (version 1)" in visitor.get(f"/bookings/{booking.id}").text
