"""The editor's settings: checked by the rules, refused in sentences, never saved over what somebody else saved."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa

from booking.db import db
from booking.domain.states import PlacementKind
from booking.models import (
    Advertiser,
    ApiToken,
    CancellationStep,
    DiscountStep,
    HouseAd,
    Issue,
    Newsletter,
    Placement,
    ReaderFact,
)
from booking.services.queries.people import hashed
from tests.support import at
from tests.support.copy import confirmed
from tests.support.desk import HOSTILE, said
from tests.support.factories import NOW, choice, make_editor, make_order
from tests.support.visitor import Visitor

FORMS = (
    "/desk/settings/newsletter",
    "/desk/settings/placements/sponsor",
    "/desk/settings/tables/discount",
    "/desk/settings/tables/cancellation",
    "/desk/settings/tables/readers",
    "/desk/settings/house-ads",
    "/desk/settings/keys",
    "/desk/calendar/prices",
    "/desk/calendar/open",
    "/desk/advertisers/1",
    "/desk/slots/1/give",
    "/desk/slots/7/take-back",
)


def newsletter() -> Newsletter:
    return db.session.scalars(sa.select(Newsletter).execution_options(populate_existing=True)).one()


def test_the_overview_says_what_is_set(desk: Visitor) -> None:
    page = desk.get("/desk/settings")
    assert "Sundays at 10:00, Europe/London" in page.text
    assert "4 weeks 5% off" in page.text
    assert "14 days or more before 100% back" in page.text
    assert "Later Nothing back" in page.text


def test_a_new_deadline_is_followed_by_the_issues_that_nobody_booked(desk: Visitor) -> None:
    confirmed(make_order(choice(503)))
    desk.get("/desk/settings/newsletter")
    page = desk.submit({"name": "The Loud Pager", "booking_days_before": "5"})
    assert "9 given new times" in page.text
    assert "Issue 503 has bookings and keeps its date" in page.text
    assert (newsletter().name, newsletter().booking_days_before) == ("The Loud Pager", 5)
    assert said()[0] == "Changed name, booking days before."


def test_a_setting_that_cannot_be_is_refused_and_kept(desk: Visitor) -> None:
    kept = desk.get("/desk/settings/newsletter").form().values()
    for changed, sentence in (
        ({"zone": "Mars/Olympus"}, "“Mars/Olympus” is not a time zone."),
        ({"booking_days_before": "400"}, "A deadline lies 0 to 365 days before sending."),
        ({"copy_days_before": "6"}, "The copy deadline is before the booking deadline."),
        ({"archive_url": "https://quietpager.example/"}, "needs {number} where the number goes"),
        ({"send_time": "25:00"}, "Enter a time, like 10:00."),
        ({"starts_on": "2026-13-01"}, "Enter a date, like 2026-03-08."),
        ({"first_number": "-1"}, "Enter a number, like 500."),
        ({"name": ""}, "Enter the newsletter’s name."),
        ({"contact_email": "nobody"}, "Enter an e-mail address like name@example.com."),
    ):
        sent = {**kept, "tagline": "Typed and kept.", **changed}
        page = desk.post("/desk/settings/newsletter", sent, status=422)
        assert sentence in page.text
        assert page.form().values()["tagline"] == ["Typed and kept."]
    assert newsletter().tagline == ""


def test_a_stale_page_overwrites_nothing_and_keeps_what_was_typed(desk: Visitor) -> None:
    desk.get("/desk/settings/newsletter")
    newsletter().tagline = "Saved by somebody else."
    db.session.commit()
    page = desk.submit({"tagline": "Mine."}, status=409)
    assert "These settings were changed since you opened the page." in page.text
    assert page.form().values()["tagline"] == ["Mine."]
    assert newsletter().tagline == "Saved by somebody else."


def test_saving_twice_is_saving_once(desk: Visitor) -> None:
    page = desk.get("/desk/settings/newsletter")
    sent = {**page.form().values(), "tagline": "Mine."}
    desk.post("/desk/settings/newsletter", sent)
    desk.post("/desk/settings/newsletter", sent)
    assert newsletter().tagline == "Mine."


def test_a_placement_is_renamed_and_open_issues_keep_their_places(desk: Visitor) -> None:
    desk.get("/desk/settings/placements/job")
    desk.submit({"name": "Opening", "slots_per_issue": "3", "copy_limit": "900"})
    row = db.session.scalars(sa.select(Placement).where(Placement.kind == PlacementKind.JOB)).one()
    assert (row.name, row.slots_per_issue, row.copy_limit) == ("Opening", 3, 900)
    desk.get("/desk/settings/placements/job")
    for wrong in ({"slots_per_issue": "51"}, {"copy_limit": "0"}, {"name": " "}, {"position": "x"}):
        desk.get("/desk/settings/placements/job")
        desk.submit(wrong, status=422)
    desk.get("/desk/settings/placements/banner", status=404)


def test_discount_steps_are_ordered_and_checked(desk: Visitor) -> None:
    desk.get("/desk/settings/tables/discount")
    desk.submit({"rows-0-first": "26", "rows-0-second": "15", "rows-2-first": "6", "rows-2-second": "7"})
    steps = db.session.execute(sa.select(DiscountStep.weeks, DiscountStep.percent).order_by(DiscountStep.weeks))
    assert [tuple(step) for step in steps] == [(6, 7), (13, 10), (26, 15)]
    desk.get("/desk/settings/tables/discount")
    page = desk.submit({"rows-3-first": "30", "rows-3-second": "12"}, status=422)
    assert "Each discount step needs more weeks and more percent than the one above it." in page.text
    desk.get("/desk/settings/tables/discount")
    page = desk.submit({"rows-3-first": "30"}, status=422)
    assert "needs at least 2 weeks and 1 to 90 percent" in page.text
    page = desk.submit({"rows-3-second": "many"}, status=422)
    assert "Enter a whole number, like 4." in page.text


def test_the_ladder_ends_at_the_day_of_sending(desk: Visitor) -> None:
    desk.get("/desk/settings/tables/cancellation")
    page = desk.submit({"rows-2-first": "", "rows-2-second": ""}, status=422)
    assert "The last row of the cancellation ladder is 0 days before sending. Add it." in page.text
    desk.get("/desk/settings/tables/cancellation")
    desk.submit({"rows-0-first": "21", "rows-0-second": "100"})
    days = db.session.scalars(sa.select(CancellationStep.days).order_by(CancellationStep.days.desc())).all()
    assert days == [21, 7, 0]
    assert said()[0] == "Changed the cancellation terms: 21 days: 100%; 7 days: 50%; 0 days: 0%."


def test_figures_about_readers_keep_their_order(desk: Visitor) -> None:
    desk.get("/desk/settings/tables/readers")
    desk.submit({"rows-0-first": "31,000", "rows-0-second": "readers", "rows-1-first": "62%", "rows-1-second": "open"})
    rows = db.session.execute(sa.select(ReaderFact.value, ReaderFact.label).order_by(ReaderFact.position))
    assert [tuple(row) for row in rows] == [("31,000", "readers"), ("62%", "open")]
    desk.get("/desk/settings/tables/readers")
    page = desk.submit({"rows-2-first": "12"}, status=422)
    assert "Each figure needs its number and what it counts." in page.text
    desk.get("/desk/settings/tables/none", status=404)


def test_a_small_table_that_somebody_else_saved_is_not_overwritten(desk: Visitor) -> None:
    desk.get("/desk/settings/tables/discount")
    db.session.add(DiscountStep(weeks=20, percent=12))
    db.session.commit()
    page = desk.submit({"rows-0-second": "6"}, status=409)
    assert page.form().values()["rows-0-second"] == ["6"]


def test_a_house_ad_passes_the_checks_of_copy(desk: Visitor) -> None:
    desk.get("/desk/settings/house-ads")
    words = {"name": "Us", "body": "Read by people who carry pagers.", "link": "https://us.example/"}
    page = desk.submit({**words, "link": "ftp://us.example"}, status=422)
    assert page.form().values()["body"] == [words["body"]]
    desk.submit(words)
    ad = db.session.scalars(sa.select(HouseAd)).one()
    desk.get(f"/desk/settings/house-ads/{ad.id}")
    desk.submit({"active": []})
    assert not db.session.scalars(sa.select(HouseAd.active)).one()
    assert said()[:2] == ["Retired “Us”.", "Wrote “Us”."]
    desk.get("/desk/settings/house-ads/99", status=404)


def test_a_key_is_shown_once_and_ended_at_once(desk: Visitor) -> None:
    desk.get("/desk/settings/keys")
    page = desk.submit({"name": "The build"}, status=200)
    key = page.select("#new-key")[0].text()
    token = db.session.scalars(sa.select(ApiToken)).one()
    assert token.token_hash == hashed(key)
    assert key not in desk.get("/desk/settings/keys").text
    desk.submit(form="li form")
    db.session.refresh(token)
    assert token.revoked_at == NOW


def test_what_is_known_about_an_advertiser_is_saved_and_guarded(desk: Visitor) -> None:
    make_order(choice(503))
    desk.get("/desk/advertisers")
    assert "Ledgerline" in desk.get("/desk/advertisers").text
    desk.get("/desk/advertisers/1")
    desk.submit({"notes": "Pays late.", "may_pay_by_invoice": ["y"]})
    who = db.session.get_one(Advertiser, 1)
    assert (who.notes, who.may_pay_by_invoice, who.may_be_named) == ("Pays late.", True, False)
    assert said()[0] == "About Ledgerline: may pay by invoice, wrote notes."
    desk.get("/desk/advertisers/1")
    who.notes = "Pays early."
    db.session.commit()
    page = desk.submit({"notes": "Pays never."}, status=409)
    assert page.form().values()["notes"] == ["Pays never."]
    desk.get("/desk/advertisers/99", status=404)


def test_the_log_reads_as_sentences(desk: Visitor) -> None:
    desk.get("/desk/calendar/open")
    desk.submit({"count": "1"})
    assert "2 Mar 2026, 09:00 London time The editor: Issues: 1 added." in desk.get("/desk/log").text


def test_a_new_newsletter_is_set_up_on_the_desk(visitor: Visitor, session: object) -> None:
    with at(NOW):
        visitor.sign_in(make_editor())
        visitor.follow(visitor.get("/desk/settings", status=303))
        words = {"name": "The Quiet Pager", "send_time": "10:00", "starts_on": "2026-03-08", "first_number": "500"}
        page = visitor.submit({**words, "zone": "Nowhere"}, status=422)
        assert "is not a time zone" in page.text
        page = visitor.submit({**words, "zone": "Europe/London", "sponsor_price": "450"})
        assert "The Quiet Pager is set up. Issues: 26 added." in page.text
        assert "Set up “The Quiet Pager”." in said()
        visitor.get("/desk/settings/set-up", status=303)
    first = db.session.scalars(sa.select(Issue).where(Issue.number == 500)).one()
    assert first.publishes_on == date(2026, 3, 8)
    assert first.slots[0].price == 45_000


def test_no_field_takes_the_desk_down(desk: Visitor) -> None:
    make_order(choice(503))
    forms = {url: desk.get(url).form("main form:last-of-type").values() for url in FORMS}
    for url, fields in forms.items():
        for text in HOSTILE:
            sent = {**dict.fromkeys(fields, text), "csrf_token": desk.csrf_token()}
            page = desk.attempt("POST", url, data=sent)
            assert page.status in (200, 303, 409, 422), f"{url} answered {page.status} to {text[:20]!r}"
