"""Buying: three pages, no account, and nothing half saved when something is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime

import pytest
import requests
import sqlalchemy as sa
from flask_sqlalchemy.session import Session
from icalendar import Calendar
from sqlalchemy.orm import scoped_session

from booking import clock
from booking.domain.states import BookingState, Fallback, PlacementKind
from booking.models import Advertiser, Booking, Order, Slot, User
from booking.services import holding, inventory, paying, pricing
from tests.support.factories import NOW, buyer, choice, make_issue, make_newsletter, make_order, slot_of
from tests.support.page import Page
from tests.support.till import BANK_DEBIT, DECLINED, Till
from tests.support.visitor import Visitor

Db = scoped_session[Session]

SPONSOR_500 = "500-sponsor-50000"
DETAILS = {"company": "Ledgerline", "name": "Press desk", "email": "press@ledgerline.example"}


@pytest.fixture(autouse=True)
def _on_a_monday(till: Till) -> Iterator[datetime]:
    with till.at(NOW) as now:
        yield now


@pytest.fixture
def checkout(session: Db, visitor: Visitor) -> Page:
    """The details page for the sponsor slot of issue 500."""
    make_newsletter()
    return visitor.get("/book", query_string={"slot": SPONSOR_500})


def the_order(session: Db) -> Order:
    session.rollback()
    return session.scalars(sa.select(Order)).one()


def nothing_was_saved(session: Db) -> bool:
    session.rollback()
    rows = [
        session.scalar(sa.select(sa.func.count()).select_from(model)) for model in (Order, Booking, User, Advertiser)
    ]
    held = session.scalar(sa.select(sa.func.count(Slot.id)).where(Slot.booking_id.is_not(None)))
    return not any(rows) and not held


def test_a_sponsor_books_a_week_in_three_pages(session: Db, visitor: Visitor, till: Till) -> None:
    make_newsletter()
    visitor.get("/")
    details = visitor.submit({"slot": [SPONSOR_500]}, button="Book these weeks")
    assert "Sponsor, issue 500 Sunday 8 March 2026 $500" in details.text
    stripe = visitor.submit(DETAILS, button="Hold and pay")
    assert stripe.status == 303
    assert "/c/pay/cs_test_" in (stripe.location or "")
    order = the_order(session)
    assert (order.company, order.buyer_email, order.subtotal) == ("Ledgerline", "press@ledgerline.example", 50_000)
    till.pay(order)
    returned = visitor.get(f"/orders/{order.public_id}?session_id={till.session_of(order)}", 303, queries=99)
    page = visitor.follow(returned)
    assert page.h1 == "Booked. Thank you."
    assert "Thursday 5 March 2026, 17:00 London time" in page.text
    assert slot_of(500).held_until is None


def test_a_recruiter_books_a_job_the_same_way(session: Db, visitor: Visitor) -> None:
    make_newsletter()
    visitor.get("/jobs")
    assert visitor.submit({}, button="Book these weeks", status=422).h1 == "Post a job"
    visitor.get("/jobs")
    details = visitor.submit({"slot": ["501-job-25000"]}, button="Book these weeks")
    assert details.links["Choose other weeks"] == "/jobs?slot=501-job-25000"
    visitor.submit(DETAILS)
    assert the_order(session).bookings[0].slot.placement.kind is PlacementKind.JOB


def test_several_weeks_and_kinds_are_one_order_with_its_discount(session: Db, visitor: Visitor) -> None:
    make_newsletter()
    weeks = [f"{number}-sponsor-50000" for number in (500, 501, 502, 503)] + ["500-job-25000"]
    details = visitor.get("/book", query_string={"slot": weeks})
    assert "4 weeks, 5% less −$100" in details.text
    assert "Total $2,150" in details.text
    visitor.submit({**DETAILS, "po_number": "PO 12", "vat_number": "GB 123", "fallback": "move"})
    order = the_order(session)
    assert (order.subtotal, order.discount, order.po_number, order.vat_number) == (225_000, 10_000, "PO 12", "GB 123")
    assert {booking.fallback for booking in order.bookings} == {Fallback.MOVE}


def test_the_total_can_be_worked_out_without_a_script(session: Db, visitor: Visitor) -> None:
    make_newsletter()
    page = visitor.get("/book?recount=all&slot=500-sponsor-50000", 303)
    assert "Total $500" in visitor.follow(page).text
    page = visitor.get("/book?recount=job&slot=500-job-25000", 303)
    assert visitor.follow(page).h1 == "Post a job"


def test_nothing_chosen_is_said_above_the_calendar(session: Db, visitor: Visitor) -> None:
    make_newsletter()
    page = visitor.get("/book", 422)
    assert "Choose at least one week." in page.text
    assert page.select("table.calendar")


def test_a_field_that_cannot_be_used_is_named_and_the_rest_is_kept(
    session: Db, visitor: Visitor, checkout: Page
) -> None:
    for field, typed, sentence in (
        ("company", "", "Enter your company’s name."),
        ("name", "   ", "Enter your name."),
        ("email", "", "Enter your e-mail address."),
        ("email", "nobody@", "Enter an e-mail address like name@example.com."),
        ("company", "x" * 121, "This is 121 characters. Shorten it to 120 or fewer."),
        ("vat_number", "9" * 41, "This is 41 characters. Shorten it to 40 or fewer."),
        ("po_number", "9" * 5000, "This is 5000 characters. Shorten it to 60 or fewer."),
    ):
        page = visitor.submit({**DETAILS, "vat_number": "", "po_number": "PO 12", field: typed}, status=422)
        assert sentence in page.text
        assert page.title.startswith("Error: ")
        kept = page.form().values()
        assert kept["slot"] == [SPONSOR_500]
        other = "name" if field != "name" else "company"
        assert kept[other] == [DETAILS[other]]
    assert nothing_was_saved(session)


NASTY = (
    "Ünïcødé 株式会社",
    "شركة الاختبار",
    "👩‍🚀 Rockets",
    "<script>alert(1)</script>",
    "'; DROP TABLE slot; --",
    "50% off & more / less",
)


def test_any_text_is_a_name_and_is_shown_as_it_is(session: Db, visitor: Visitor) -> None:
    make_newsletter()
    for week, company in enumerate(NASTY):
        visitor.get("/book", query_string={"slot": f"{500 + week}-sponsor-50000"})
        visitor.submit({**DETAILS, "company": company})
        session.rollback()
        order = session.scalars(sa.select(Order).where(Order.company == company)).one()
        assert company in visitor.get(f"/orders/{order.public_id}").text


def test_an_unknown_fallback_is_refused(session: Db, visitor: Visitor, checkout: Page) -> None:
    page = visitor.post("/book", {**DETAILS, "slot": SPONSOR_500, "fallback": "burn", "request_key": "k" * 20}, 422)
    assert "Error: " in page.title
    assert nothing_was_saved(session)


def test_a_place_that_went_meanwhile_is_named_with_the_nearest_that_are_open(
    session: Db, visitor: Visitor, checkout: Page
) -> None:
    make_order(choice(500), by=buyer("Harbour Rail", "jobs@harbour.example"))
    make_order(choice(502), by=buyer("Harbour Rail", "jobs@harbour.example"))
    page = visitor.submit(DETAILS, status=409)
    assert (
        "Sponsor, issue 500, has just gone to someone else. Choose another week. What you typed is kept." in page.text
    )
    assert "Error: " in page.title
    offered = [link.attributes["href"] for link in page.select("main ul a")]
    assert offered == [f"/book?slot={issue}-sponsor-50000" for issue in (501, 503, 504, 505)]
    assert "Sunday 15 March 2026, issue 501 , $500" in page.text
    assert session.scalars(sa.select(Order.company).distinct()).all() == ["Harbour Rail"]


def test_a_place_that_went_before_anything_was_typed_is_said_alike(session: Db, visitor: Visitor) -> None:
    make_newsletter()
    make_order(choice(501), by=buyer("Harbour Rail", "jobs@harbour.example"))
    page = visitor.get("/book?slot=501-sponsor-50000", 409)
    assert "Sponsor, issue 501, has just gone to someone else. Choose another week." in page.text
    assert "What you typed" not in page.text
    assert page.select("main ul a")[0].attributes["href"] == "/book?slot=500-sponsor-50000"


def test_when_nothing_like_it_is_left_only_the_calendar_is_offered(
    session: Db, visitor: Visitor, checkout: Page
) -> None:
    session.execute(sa.update(Slot).values(on_sale=False).where(Slot.placement.has(kind=PlacementKind.SPONSOR)))
    session.execute(sa.update(Slot).values(on_sale=True).where(Slot.id == slot_of(500).id))
    session.commit()
    make_order(choice(500), by=buyer("Harbour Rail", "jobs@harbour.example"))
    page = visitor.submit(DETAILS, status=409)
    assert "has just gone to someone else" in page.text
    assert not page.select("main ul a")
    assert page.select("main p a")[0].attributes["href"] == "/"


def test_what_was_typed_for_a_place_that_went_stands_in_the_form_for_another(
    session: Db, visitor: Visitor, checkout: Page
) -> None:
    make_order(choice(500), by=buyer("Harbour Rail", "jobs@harbour.example"))
    visitor.submit({**DETAILS, "po_number": "PO 12", "fallback": "move"}, status=409)
    again = visitor.get("/book", query_string={"slot": "501-sponsor-50000"}).form().values()
    assert {name: again[name] for name in ("company", "name", "email", "po_number", "fallback")} == {
        **{name: [text] for name, text in DETAILS.items()},
        "po_number": ["PO 12"],
        "fallback": ["move"],
    }
    visitor.submit()
    # Held now: the next form is filled from the order.
    with visitor.client.session_transaction() as kept:
        assert "details" not in kept


def test_when_one_of_two_weeks_went_the_other_stays_chosen(session: Db, visitor: Visitor) -> None:
    make_newsletter()
    visitor.get("/book", query_string={"slot": [SPONSOR_500, "501-sponsor-50000"]})
    make_order(choice(500), by=buyer("Harbour Rail", "jobs@harbour.example"))
    page = visitor.submit(DETAILS, status=409)
    assert page.text.count("has just gone to someone else") == 1
    assert page.form().values()["slot"] == ["501-sponsor-50000"]
    assert page.form().values()["company"] == ["Ledgerline"]
    assert slot_of(501).booking_id is None


def test_a_changed_price_is_said_and_the_new_total_shown(session: Db, visitor: Visitor, checkout: Page) -> None:
    pricing.change_price(PlacementKind.SPONSOR, 55_000, date(2026, 3, 8), None, NOW)
    page = visitor.submit(DETAILS, status=409)
    assert "Sponsor, issue 500, now costs $550 instead of $500." in page.text
    assert "Total $550" in page.text
    assert nothing_was_saved(session)
    visitor.submit()
    assert the_order(session).subtotal == 55_000


def test_an_old_price_in_the_address_is_said_before_anything_is_typed(session: Db, visitor: Visitor) -> None:
    make_newsletter()
    page = visitor.get("/book?slot=500-sponsor-100", 409)
    assert "now costs $500 instead of $1." in page.text


def test_a_deadline_that_passed_while_typing_is_said(session: Db, visitor: Visitor, checkout: Page) -> None:
    with clock.frozen_at("2026-03-04 17:00"):
        page = visitor.submit(DETAILS, status=409)
    assert "cannot be booked: its booking deadline has passed" in page.text
    assert nothing_was_saved(session)


def test_a_blocked_place_is_said(session: Db, visitor: Visitor, checkout: Page) -> None:
    inventory.block(slot_of(500).id, "own campaign", None, NOW)
    page = visitor.submit(DETAILS, status=409)
    assert "it is not for sale in this issue" in page.text
    assert nothing_was_saved(session)


def test_a_place_that_does_not_exist_is_refused(session: Db, visitor: Visitor, checkout: Page) -> None:
    for slot in ("9999-sponsor-1", "500-event-100", "rubbish"):
        page = visitor.post("/book", {**DETAILS, "slot": slot, "fallback": "credit"}, 404)
        assert "not on the calendar any more" in page.text
    assert nothing_was_saved(session)


def test_pressing_twice_is_one_order(session: Db, visitor: Visitor, checkout: Page) -> None:
    sent = {**DETAILS, **checkout.form().values(), **DETAILS, "fallback": "credit"}
    first = visitor.post("/book", sent)
    second = visitor.post("/book", sent)
    assert first.location == second.location
    assert len(the_order(session).bookings) == 1


def test_going_back_and_holding_again_replaces_the_hold(session: Db, visitor: Visitor, checkout: Page) -> None:
    visitor.submit(DETAILS)
    again = visitor.get("/book", query_string={"slot": [SPONSOR_500, "501-sponsor-50000"]})
    assert "You hold 1 place until" in visitor.get("/").text
    visitor.get("/book", query_string={"slot": [SPONSOR_500, "501-sponsor-50000"]})
    assert again.status == 200
    visitor.submit(DETAILS)
    session.rollback()
    states = session.scalars(sa.select(Booking.state).order_by(Booking.id)).all()
    assert states == [BookingState.LAPSED, BookingState.HELD, BookingState.HELD]


def test_the_hold_shows_its_time_and_is_extended_once(session: Db, visitor: Visitor) -> None:
    public_id = held(visitor, session)
    page = visitor.get(f"/orders/{public_id}")
    assert page.h1 == "Your places are held"
    assert "Held until 09:15 London time." in page.text
    page = visitor.submit(form=f"form[action$='{public_id}/extend']")
    assert "Held until 09:30 London time." in page.text
    assert not page.select("form[action$='/extend']")
    refused = visitor.post(f"/orders/{public_id}/extend", {}, 409)
    assert "already extended once" in refused.text
    assert "Held until 09:30 London time." in refused.text


def test_giving_up_asks_first_and_frees_the_place(session: Db, visitor: Visitor) -> None:
    public_id = held(visitor, session)
    visitor.get(f"/orders/{public_id}")
    visitor.click("Give them up")
    page = visitor.submit(button="Give them up")
    assert page.h1 == "This hold has ended"
    assert slot_of(500).booking_id is None
    assert visitor.get(f"/orders/{public_id}/give-up", 303).location == f"/orders/{public_id}"


def test_paying_goes_to_the_same_page_every_time(session: Db, visitor: Visitor) -> None:
    public_id = held(visitor, session)
    visitor.get(f"/orders/{public_id}")
    first = visitor.submit(form=f"form[action$='{public_id}/pay']")
    visitor.get(f"/orders/{public_id}")
    assert visitor.submit(form=f"form[action$='{public_id}/pay']").location == first.location


def test_a_lapsed_hold_offers_the_same_weeks_again(session: Db, visitor: Visitor) -> None:
    public_id = held(visitor, session)
    with clock.frozen_at("2026-03-02 11:00"):
        page = visitor.get(f"/orders/{public_id}")
        assert page.h1 == "This hold has ended"
        refused = visitor.post(f"/orders/{public_id}/pay", {}, 409)
        assert "Your hold has run out and nothing was charged" in refused.text
        again = visitor.click("See what is still open")
    assert [box.attributes["value"] for box in again.select("input[checked]")] == [SPONSOR_500]


def test_after_a_declined_card_the_hold_is_still_shown(session: Db, visitor: Visitor, till: Till) -> None:
    public_id = held(visitor, session)
    paying.start_payment(public_id, NOW)
    till.pay(public_id, card=DECLINED)
    page = visitor.get(f"/orders/{public_id}")
    assert page.h1 == "Your places are held"


def test_a_session_that_stripe_does_not_know_changes_nothing(session: Db, visitor: Visitor) -> None:
    public_id = held(visitor, session)
    page = visitor.follow(visitor.get(f"/orders/{public_id}?session_id=cs_test_forged", 303))
    assert page.h1 == "Your places are held"
    assert "Stripe has not told us about your payment yet" in page.text


def test_the_dates_can_be_put_into_a_calendar(session: Db, visitor: Visitor, till: Till) -> None:
    public_id = held(visitor, session)
    paying.start_payment(public_id, NOW)
    till.pay(public_id)
    paying.sync_session(till.session_of(public_id))
    answer = visitor.get(f"/orders/{public_id}/dates.ics")
    assert answer.headers["Content-Type"].startswith("text/calendar")
    events = Calendar.from_ical(answer.data).walk("VEVENT")
    assert [str(event["summary"]) for event in events] == [
        "Copy due for The Quiet Pager 500 (Sponsor)",
        "The Quiet Pager 500 goes out with your ad (Sponsor)",
    ]
    assert events[0].decoded("dtend") == datetime.fromisoformat("2026-03-05T17:00+00:00")
    assert str(events[1].decoded("dtstart")) == "2026-03-08"


def test_a_late_payment_whose_place_went_says_that_the_money_returns(
    session: Db, visitor: Visitor, till: Till, webhooks: Callable[[], list[int]]
) -> None:
    public_id = held(visitor, session)
    paying.start_payment(public_id, NOW)
    session_id = till.session_of(public_id)
    till.pay(public_id)
    with till.at("2026-03-02 12:00") as late:
        make_order(choice(500), by=buyer("Harbour Rail", "jobs@harbour.example"), now=late)
        page = visitor.follow(visitor.get(f"/orders/{public_id}?session_id={session_id}", 303, queries=99))
    assert page.h1 == "The place was gone"
    assert "$500 goes back the way it came" in page.text


def test_nobody_sees_the_order_of_another_browser(
    session: Db, visitor: Visitor, visitors: Callable[[], Visitor]
) -> None:
    public_id = held(visitor, session)
    for path in (f"{public_id}", f"{public_id}/give-up", f"{public_id}/dates.ics", "NOSUCHORDER1"):
        assert visitors().get(f"/orders/{path}", 303).location == f"/sign-in?next=/orders/{path}"


def held(visitor: Visitor, session: Db, number: int = 500) -> str:
    """Hold a sponsor slot in the visitor's own browser, as long as a fresh hold lasts."""
    make_issue()
    public_id = holding.hold(holding.Wish("a-key-of-this-test", (choice(number),), buyer(), Fallback.CREDIT), NOW)
    with visitor.client.session_transaction() as cookies:
        cookies["orders"] = [public_id]
    return public_id


def test_a_payment_page_that_is_down_costs_no_hold(session: Db, visitor: Visitor, checkout: Page, till: Till) -> None:
    till.do("/chaos", target="requests", action="error", status=500, count=9, path="/v1/checkout/sessions")
    page = visitor.submit(DETAILS)
    assert page.h1 == "Your places are held"
    assert "The payment page did not answer. Your hold stands; press Pay again in a minute." in page.text
    public_id = the_order(session).public_id
    again = visitor.post(f"/orders/{public_id}/pay", {}, 409)
    assert "The payment page did not answer." in again.text
    requests.delete(f"{till.simulator.base_url}/_sim/chaos", timeout=10)
    assert "/c/pay/" in (visitor.post(f"/orders/{public_id}/pay", {}).location or "")


def test_a_payment_that_the_bank_is_working_on_asks_for_nothing(session: Db, visitor: Visitor, till: Till) -> None:
    make_newsletter()
    public_id = held(visitor, session, 510)
    paying.start_payment(public_id, NOW)
    till.pay(public_id, card=BANK_DEBIT)
    page = visitor.follow(visitor.get(f"/orders/{public_id}?session_id={till.session_of(public_id)}", 303, queries=99))
    assert page.h1 == "Your payment is under way"
    assert not page.select("main form")


def test_an_address_that_cannot_be_read_is_refused_with_the_calendar(session: Db, visitor: Visitor) -> None:
    make_newsletter()
    assert visitor.get("/book?slot=rubbish", 404).select("table.calendar")


def test_a_request_key_of_somebody_elses_making_is_replaced(session: Db, visitor: Visitor, checkout: Page) -> None:
    page = visitor.post("/book", {"slot": SPONSOR_500, "request_key": "<b>", "fallback": "credit"}, 422)
    assert len(page.form().values()["request_key"][0]) == 24
