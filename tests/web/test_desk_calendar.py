"""The desk's calendar: what is on sale, at what price, on which dates; each change is on record, never past a buyer."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa

from booking.db import db
from booking.domain.states import BookingState, OrderPayment, PlacementKind
from booking.models import Booking, HouseAd, Issue, Order, ScheduleException, Slot
from booking.services import freezing
from booking.services.house_ads import AdText, write_ad
from tests.support.copy import confirmed, editor_by
from tests.support.desk import said
from tests.support.factories import choice, make_editor, make_order, slot_of
from tests.support.visitor import Visitor


def test_the_calendar_shows_every_place_of_the_coming_issues(desk: Visitor) -> None:
    confirmed(make_order(choice(500)))
    make_order(choice(501))
    page = desk.get("/desk/calendar")
    assert "Copy missing Ledgerline" in page.text
    assert "Held until 09:15 London time Ledgerline" in page.text
    assert len(page.select("tbody tr")) == 10
    assert "Nothing was sent yet" in desk.get("/desk/calendar?sent=1").text


def test_a_place_is_blocked_with_a_reason_and_put_back(desk: Visitor) -> None:
    slot = slot_of(503)
    desk.get(f"/desk/slots/{slot.id}")
    page = desk.submit({"reason": "Our anniversary"}, form="form[action$='/block']")
    assert "Our anniversary" in page.text
    assert said()[0] == "Blocked “Sponsor” of issue 503: Our anniversary"
    desk.submit(form="form[action$='/unblock']")
    assert slot_of(503).on_sale
    assert said()[0] == "Put “Sponsor” of issue 503 back on sale."


def test_a_hold_is_taken_back_only_after_saying_so(desk: Visitor) -> None:
    order = make_order(choice(503))
    slot = slot_of(503)
    assert "Held by Ledgerline" in desk.get(f"/desk/slots/{slot.id}").text
    page = desk.get(f"/desk/slots/{slot.id}/take-back")
    assert "Ledgerline loses the hold at once and is told by mail." in page.text
    assert "Blocked, and the hold is over: a mail says so." in desk.submit({"reason": "Sold by mail."}).text
    assert db.session.get_one(Order, order.id).bookings[0].state is BookingState.LAPSED
    assert not slot_of(503).on_sale
    assert "Nobody holds it now." in desk.get(f"/desk/slots/{slot.id}/take-back").text
    assert "Blocked. Nobody held it any more." in desk.submit().text


def test_the_order_of_a_hold_leads_to_taking_it_back_and_cannot_be_cancelled(desk: Visitor) -> None:
    order = make_order(choice(503))
    page = desk.get(f"/desk/orders/{order.public_id}")
    assert page.select(f"a[href='/desk/slots/{slot_of(503).id}/take-back']")
    assert not page.select("a[href$='/cancel']")
    asked = desk.get(f"/desk/bookings/{order.bookings[0].id}/cancel", status=303)
    assert desk.follow(asked).h1 == "Take the place back"


def test_a_booked_place_cannot_be_blocked(desk: Visitor) -> None:
    confirmed(make_order(choice(503)))
    url = f"/desk/slots/{slot_of(503).id}"
    desk.get(url)
    page = desk.post(f"{url}/block", {"reason": "Ours"}, status=409)
    assert page.h1 == "Sponsor, issue 503"
    assert "is booked" in page.text
    assert slot_of(503).on_sale


def test_a_place_is_given_away_once_however_often_it_is_pressed(desk: Visitor) -> None:
    slot = slot_of(503)
    url = f"/desk/slots/{slot.id}/give"
    page = desk.get(url)
    data = {"company": "Volunteers", "name": "Ann Onym", "email": "ann@volunteers.example", "reason": "They help us."}
    sent = {**page.form().values(), **data}
    done = desk.submit(data)
    assert "Volunteers has Sponsor in issue 503, and a mail says so." in done.text
    assert "They help us." in done.text
    desk.post(url, sent)
    order = db.session.scalars(sa.select(Order)).one()
    assert (order.paid_by, order.bookings[0].state) == (OrderPayment.COMPLIMENTARY, BookingState.CONFIRMED)


def test_a_gift_of_a_place_that_went_meanwhile_keeps_what_was_typed(desk: Visitor) -> None:
    desk.get(f"/desk/slots/{slot_of(503).id}/give")
    make_order(choice(503))
    data = {"company": "Volunteers", "name": "Ann Onym", "email": "ann@volunteers.example", "reason": "They help us."}
    page = desk.submit(data, status=409)
    assert "has just gone to someone else" in page.text
    assert page.form().values()["company"] == ["Volunteers"]


def test_a_house_ad_is_chosen_for_one_place(desk: Visitor) -> None:
    ad = write_ad(
        AdText("Us", "Read by people who carry pagers.", "https://us.example/"), editor_by(make_editor("b@b.example"))
    )
    desk.get(f"/desk/slots/{slot_of(503).id}")
    desk.submit({"ad": str(ad)}, form="form[action$='/house-ad']")
    assert slot_of(503).house_ad_id == ad
    page = desk.get("/desk/calendar")
    assert "house ad Us" in page.text


def test_the_number_of_places_changes_for_one_issue(desk: Visitor) -> None:
    desk.get(f"/desk/slots/{slot_of(503, PlacementKind.JOB).id}")
    desk.submit({"count": "7"}, form="form[action$='/places']")
    counts = sa.select(sa.func.count()).join(Issue, Issue.id == Slot.issue_id).where(Issue.number == 503)
    assert db.session.scalar(counts.select_from(Slot)) == 8
    for count in ("", "-1", "51", "many"):
        url = f"/desk/slots/{slot_of(503, PlacementKind.JOB).id}"
        page = desk.post(f"{url}/places", {"count": count}, status=422)
        assert "Enter how many places, like 5." in page.text
        assert page.form("form[action$='/places']").values()["count"] == [count]


def test_what_was_typed_about_a_place_stays_when_it_is_refused(desk: Visitor) -> None:
    job = PlacementKind.JOB
    url = f"/desk/slots/{slot_of(503, job, 5).id}"
    confirmed(make_order(choice(503, job)))
    desk.get(url)
    page = desk.submit({"count": "0"}, form="form[action$='/places']", status=409)
    assert page.form("form[action$='/places']").values()["count"] == ["0"]
    assert page.title.startswith("Error: Job ad 5, issue 503")
    desk.get(url)
    page = desk.submit({"reason": "x" * 201}, form="form[action$='/block']", status=422)
    assert page.form("form[action$='/block']").values()["reason"] == ["x" * 201]
    desk.submit({"reason": "Ours"}, form="form[action$='/block']")
    freezing.freeze(503, editor_by(make_editor("second@quietpager.example")))
    for act in ("block", "unblock", "house-ad"):
        assert "is closed for changes" in desk.post(f"{url}/{act}", {"reason": "Ours", "ad": "0"}, 409).text


def test_a_price_changes_from_a_date_on(desk: Visitor) -> None:
    desk.get("/desk/calendar/prices")
    page = desk.submit({"kind": "sponsor", "amount": "$600", "since": "2026-04-01"})
    assert "Sponsor costs $600 in issues from Wednesday 1 April 2026 on. 6 places got the new price." in page.text
    assert (slot_of(503).price, slot_of(504).price) == (50_000, 60_000)


def test_what_is_no_price_is_refused_and_kept(desk: Visitor) -> None:
    desk.get("/desk/calendar/prices")
    for amount in ("-5", "12.345", "much", "", "9" * 30):
        page = desk.submit({"kind": "sponsor", "amount": amount, "since": "2026-04-01"}, status=422)
        assert page.form().values()["amount"] == [amount]
        assert page.form().values()["since"] == ["2026-04-01"]
    assert slot_of(504).price == 50_000


def test_further_issues_are_opened(desk: Visitor) -> None:
    desk.get("/desk/calendar/open")
    page = desk.submit({"count": "4"})
    assert "Issues: 4 added." in page.text
    assert db.session.scalar(sa.select(sa.func.max(Issue.number))) == 513
    desk.get("/desk/calendar/open")
    for count in ("0", "105", "x", ""):
        desk.post("/desk/calendar/open", {"count": count}, status=422)


def test_a_date_is_skipped_and_put_back(desk: Visitor) -> None:
    desk.get("/desk/calendar/dates")
    page = desk.submit({"skip-on": "2026-03-22", "skip-note": "holiday"}, form="form[action$='/skip']")
    assert "No issue: holiday" in page.text
    desk.get("/desk/calendar/dates")
    desk.submit(form="form[action$='/put-back']")
    assert db.session.scalar(sa.select(sa.func.count()).select_from(ScheduleException)) == 0
    assert said()[0].startswith("An issue on Sunday 22 March 2026 after all.")


def test_an_issue_moves_and_an_extra_one_is_slipped_in(desk: Visitor) -> None:
    confirmed(make_order(choice(502)))
    desk.get("/desk/calendar/dates")
    page = desk.submit({"move-number": "502", "move-to": "2026-03-23"}, form="form[action$='/move']")
    assert "Issue 502 is now sent on Monday 23 March 2026. 1 mail went out." in page.text
    desk.get("/desk/calendar/dates")
    page = desk.submit({"extra-on": "2026-03-25"}, form="form[action$='/extra']")
    assert "An extra issue on Wednesday 25 March 2026." in page.text
    dates = db.session.scalars(sa.select(Issue.publishes_on)).all()
    assert {date(2026, 3, 23), date(2026, 3, 25)} <= set(dates)


def test_a_date_that_has_an_issue_is_refused_beside_its_form(desk: Visitor) -> None:
    desk.get("/desk/calendar/dates")
    page = desk.submit({"move-number": "502", "move-to": "2026-03-15"}, form="form[action$='/move']", status=422)
    assert "There would be two issues on Sunday 15 March 2026." in page.text
    assert page.form("form[action$='/move']").values()["move-to"] == ["2026-03-15"]
    for on in ("", "soon", "2026-02-30", "0001-01-01", "9999-12-31"):
        desk.post("/desk/calendar/dates/extra", {"extra-on": on}, status=422)


def test_a_place_in_a_frozen_issue_offers_nothing(desk: Visitor) -> None:
    freezing.freeze(500, editor_by(make_editor("b@b.example")))
    page = desk.get(f"/desk/slots/{slot_of(500).id}")
    assert "closed for changes" in page.text
    assert not page.select("main form")
    assert db.session.scalars(sa.select(HouseAd)).all() == []
    assert db.session.scalars(sa.select(Booking)).all() == []
