"""Writing copy, as an advertiser does it, without JavaScript."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_sqlalchemy.session import Session
from sqlalchemy.orm import scoped_session

from booking.db import db
from booking.domain.states import Actor, PlacementKind
from booking.models import Booking, Creative, CreativeRevision, User
from booking.services import freezing, reviewing
from booking.services.copywriting import Words
from tests.support import at
from tests.support.copy import approved, confirmed, editor_by, seen, submitted
from tests.support.factories import NOW, buyer, choice, make_editor, make_issue, make_order
from tests.support.page import Page
from tests.support.visitor import Visitor

Database = scoped_session[Session]
TEXT = "Ledgerline rotates the credentials that your on-call team forgot about."
LINK = "https://ledgerline.example/weekly"


@pytest.fixture(autouse=True)
def _in_march() -> object:
    with at(NOW):
        yield


@pytest.fixture
def booking(session: Database) -> Booking:
    return confirmed(make_order())[0]


@pytest.fixture
def sponsor(visitor: Visitor, booking: Booking) -> Visitor:
    visitor.sign_in(user("press@ledgerline.example"))
    return visitor


def user(email: str) -> User:
    return db.session.scalars(sa.select(User).where(User.email == email)).one()


def newest() -> CreativeRevision:
    db.session.expire_all()
    return db.session.scalars(sa.select(CreativeRevision).order_by(CreativeRevision.id.desc())).first() or pytest.fail(
        "none"
    )


def write(
    visitor: Visitor, booking: Booking, button: str = "Send for review", status: int | None = None, **fields: str
) -> Page:
    visitor.get(f"/bookings/{booking.id}/copy")
    return visitor.submit(fields, button=button, status=status)


def test_the_form_begins_with_the_company_and_an_empty_text(sponsor: Visitor, booking: Booking) -> None:
    page = sponsor.get(f"/bookings/{booking.id}/copy")
    assert page.form().values()["name"] == ["Ledgerline"]
    assert page.form().values()["body"] == [""]
    assert "Due by Thursday 5 March 2026, 17:00 London time" in page.text


def test_copy_is_sent_for_review(sponsor: Visitor, booking: Booking) -> None:
    page = write(sponsor, booking, body=TEXT, link=LINK, note="First try.")
    assert "Your copy is with the editor" in page.text
    assert "In review" in page.text
    assert "First try." in page.text
    assert (newest().body, newest().link, newest().author) == (TEXT, LINK, Actor.ADVERTISER)


def test_the_proof_button_shows_every_form_at_top_and_foot_and_sends_nothing(
    sponsor: Visitor, booking: Booking
) -> None:
    page = write(sponsor, booking, "Show proof", 200, body=TEXT, link=LINK)
    proofs = [node.text() for node in page.select("[data-proof] pre")]
    assert any(
        f"From our sponsor, Ledgerline\n============================\n\n{TEXT}\n\n[{LINK}]({LINK})" in proof
        for proof in proofs
    )
    assert any('<a href="https://ledgerline.example/weekly" rel="sponsored">' in proof for proof in proofs)
    assert "At the top" in page.text
    assert "Above the footer" in page.text
    assert "71 of 300 characters" in page.text
    assert db.session.query(CreativeRevision).count() == 0
    assert page.form().values()["body"] == [TEXT]


def test_the_script_gets_the_proof_alone(sponsor: Visitor, booking: Booking) -> None:
    sponsor.get(f"/bookings/{booking.id}/copy")
    token = sponsor.csrf_token()
    answer = sponsor.client.post(
        f"/bookings/{booking.id}/copy/proof",
        data={"csrf_token": token, "name": "L", "body": TEXT, "link": LINK},
        headers={"X-Fragment": "proof"},
    )
    assert answer.status_code == 200
    assert b"<html" not in answer.data
    assert TEXT.encode() in answer.data


def test_what_is_wrong_is_said_in_a_sentence_and_what_was_typed_is_kept(sponsor: Visitor, booking: Booking) -> None:
    sponsor.get(f"/bookings/{booking.id}/copy")
    for fields, sentence in (
        ({"body": "", "link": LINK}, "Write the text of the sponsor block."),
        ({"body": "x" * 301, "link": LINK}, "This copy is 301 characters. The sponsor block has room for 300."),
        ({"body": "# Loud", "link": LINK}, "Line 1 starts with “#”"),
        ({"body": "<script>alert(1)</script>", "link": LINK}, "Line 1 has HTML."),
        ({"body": TEXT, "link": ""}, "The sponsor block needs a link."),
        ({"body": TEXT, "link": "ftp://ledgerline.example"}, "The link must start with https://"),
        ({"body": "x" * 7000, "link": LINK}, "Shorten it to 6000"),
        ({"body": "\u202eesrever", "link": LINK}, "turns the direction of text"),
        ({"name": "", "body": TEXT, "link": LINK}, "Write the sponsor’s name"),
    ):
        page = sponsor.submit(fields, button="Send for review", status=422)
        assert sentence in page.text
        assert page.form().values()["body"] == [fields["body"]]
        assert page.form().values()["link"] == [fields["link"]]
    assert db.session.query(CreativeRevision).count() == 0


def test_a_job_is_composed_from_its_fields(session: Database, visitor: Visitor) -> None:
    make_issue(500)
    (job,) = confirmed(make_order(choice(500, PlacementKind.JOB), by=buyer("Harbour Rail", "jobs@harbour.example")))
    visitor.sign_in(user("jobs@harbour.example"))
    write(
        visitor, job, title="Timetable engineer", company="Harbour Rail", place="Leeds", remote="y", regions="UK",
        salary_from="50,000", salary_to="60000", currency="gbp", employment="permanent", closes_on="2026-04-01",
        text="Keep the servers awake.", link="jobs@harbour.example",
    )  # fmt: skip
    assert newest().body == (
        "Timetable engineer at Harbour Rail. Leeds or remote (UK). £50,000 to £60,000 a year. Permanent. "
        "Apply by 1 April 2026.\n\nKeep the servers awake."
    )
    again = visitor.get(f"/bookings/{job.id}/copy").form().values()
    assert again["salary_from"] == ["50,000"]
    assert again["remote"] == ["y"]
    assert again["text"] == ["Keep the servers awake."]


def test_a_job_can_be_worded_by_hand(session: Database, visitor: Visitor) -> None:
    make_issue(500)
    (job,) = confirmed(make_order(choice(500, PlacementKind.JOB), by=buyer("Harbour Rail", "jobs@harbour.example")))
    visitor.sign_in(user("jobs@harbour.example"))
    link = "https://harbour.example"
    write(visitor, job, title="Engineer", place="Leeds", link=link, own_text="Exactly these words.", text="Not these.")
    assert newest().body == "Exactly these words."


def test_a_job_with_a_slip_is_shown_again(session: Database, visitor: Visitor) -> None:
    make_issue(500)
    (job,) = confirmed(make_order(choice(500, PlacementKind.JOB), by=buyer("Harbour Rail", "jobs@harbour.example")))
    visitor.sign_in(user("jobs@harbour.example"))
    good = {
        "title": "Engineer",
        "company": "Harbour Rail",
        "place": "Leeds",
        "text": "Words.",
        "link": "https://h.example",
    }
    for fields, sentence in (
        ({"salary_from": "lots", "salary_to": "more"}, "Write the pay in whole figures"),
        ({"salary_from": "60000", "salary_to": "50000", "currency": "EUR"}, "begins above its end"),
        ({"closes_on": "2026-03-01"}, "before its issue"),
        ({"closes_on": "soon"}, "Write the closing date like"),
        ({"link": ""}, "Say where to apply"),
        ({"title": ""}, "Write the job’s title."),
    ):
        page = write(visitor, job, status=422, **{**good, **fields})
        assert sentence in page.text
        for name, value in fields.items():
            assert page.form().values()[name] == [value]


def test_a_draft_is_kept_and_shown_again_on_another_device(
    sponsor: Visitor, booking: Booking, visitors: Callable[[], Visitor]
) -> None:
    form = sponsor.get(f"/bookings/{booking.id}/copy").form().values()
    sent = {
        "body": "Half a sen",
        "link": "",
        "name": "Ledgerline",
        "version": form["version"][0],
        "writer": form["writer"][0],
    }
    answer = sponsor.client.post(
        f"/bookings/{booking.id}/copy/draft", data={**sent, "csrf_token": sponsor.csrf_token()}
    )
    assert answer.get_json()["saved"] == "09:00 London time"
    phone = visitors()
    phone.sign_in(user("press@ledgerline.example"))
    assert phone.get(f"/bookings/{booking.id}/copy").form().values()["body"] == ["Half a sen"]


def test_words_of_two_devices_are_both_offered(sponsor: Visitor, booking: Booking) -> None:
    sponsor.get(f"/bookings/{booking.id}/copy")
    for writer, body in (("laptop", "From the laptop."), ("phone", "From the phone.")):
        data = {"body": body, "version": "0", "writer": writer, "csrf_token": sponsor.csrf_token()}
        answer = sponsor.client.post(f"/bookings/{booking.id}/copy/draft", data=data)
    assert "other words from another device" in answer.get_json()["saved"]
    page = sponsor.get(f"/bookings/{booking.id}/copy")
    assert page.form("form[data-autosave-url]").values()["body"] == ["From the laptop."]
    assert "From the phone." in page.text
    page = sponsor.submit(form=f"form[action='/bookings/{booking.id}/copy/swap']")
    assert page.form("form[data-autosave-url]").values()["body"] == ["From the phone."]
    assert "From the laptop." in page.text


def test_one_week_of_several_can_have_copy_of_its_own(session: Database, visitor: Visitor) -> None:
    make_issue(501)
    first, second = confirmed(make_order(choice(500), choice(501)))
    visitor.sign_in(user("press@ledgerline.example"))
    write(visitor, first, body=TEXT, link=LINK, weeks=str(second.id))
    assert len({first.creative_id, second.creative_id}) == 1
    visitor.get(f"/bookings/{second.id}/copy")
    visitor.submit({"body": "Only this week.", "weeks": []}, button="Send for review")
    assert first.creative_id != second.creative_id
    assert db.session.query(Creative).count() == 2


def test_the_editors_edit_is_shown_as_a_difference_and_accepted_with_one_click(
    sponsor: Visitor, booking: Booking
) -> None:
    by = editor_by(make_editor())
    revision = submitted(booking)
    edit_id = reviewing.edit(seen(revision), Words(revision.name, "Ledgerline rotates credentials.", revision.link), by)
    page = sponsor.get(f"/bookings/{booking.id}/copy")
    assert page.select("pre.diff del")
    page = sponsor.submit(form=f"form[action='/bookings/{booking.id}/copy/accept']")
    assert "Approved" in page.text
    db.session.expire_all()
    assert booking.creative is not None
    assert booking.creative.approved_revision_id == edit_id


def test_an_edit_that_moved_on_is_not_accepted(sponsor: Visitor, booking: Booking) -> None:
    revision = submitted(booking)
    reviewing.edit(seen(revision), Words(revision.name, "An edit.", revision.link), editor_by(make_editor()))
    sponsor.get(f"/bookings/{booking.id}/copy")
    sent = {"revision": str(revision.id), "sha256": revision.sha256}
    page = sponsor.post(f"/bookings/{booking.id}/copy/accept", sent, status=409)
    assert "The copy changed while you were looking at it" in page.text
    sponsor.post(f"/bookings/{booking.id}/copy/accept", {"revision": "x"}, status=409)


def test_the_reason_for_a_change_stands_above_the_form(sponsor: Visitor, booking: Booking) -> None:
    reviewing.request_changes(seen(submitted(booking)), "Please name the price.", editor_by(make_editor()))
    page = sponsor.get(f"/bookings/{booking.id}/copy")
    assert "The editor asks for a change" in page.text
    assert "Please name the price." in page.text


def test_copy_of_a_frozen_issue_can_be_read_and_not_changed(sponsor: Visitor, booking: Booking) -> None:
    sponsor.get(f"/bookings/{booking.id}/copy")
    freezing.freeze(500, editor_by(make_editor()))
    page = sponsor.submit({"body": TEXT, "link": LINK}, button="Send for review", status=409)
    assert "Issue 500 is closed for changes" in page.text
    assert "This copy cannot change any more." in sponsor.get(f"/bookings/{booking.id}/copy").text


def test_the_booking_page_tells_where_it_stands(sponsor: Visitor, booking: Booking) -> None:
    page = sponsor.get(f"/bookings/{booking.id}")
    assert "Copy due in 3 days" in page.text
    approved(booking, by=editor_by(make_editor()))
    page = sponsor.get(f"/bookings/{booking.id}")
    assert "Approved: this runs, word for word" in page.text
    listed = sponsor.get("/bookings")
    assert "Sponsor, issue 500" in listed.text


def test_other_peoples_bookings_do_not_exist(sponsor: Visitor, session: Database) -> None:
    (other,) = confirmed(make_order(choice(501), by=buyer("Harbour Rail", "jobs@harbour.example")))
    for path in ("", "/copy", "/tear-sheet"):
        sponsor.get(f"/bookings/{other.id}{path}", status=404)
        sponsor.get(f"/bookings/99999{path}", status=404)


def test_a_stranger_signs_in_first_and_then_comes_back(visitor: Visitor, booking: Booking) -> None:
    page = visitor.get(f"/bookings/{booking.id}/copy", status=303)
    assert page.location == f"/sign-in?next=/bookings/{booking.id}/copy"
    assert visitor.get("/bookings/99999", status=303).location.startswith("/sign-in")


def test_what_was_typed_outlives_the_session(sponsor: Visitor, booking: Booking) -> None:
    address = f"/bookings/{booking.id}/copy"
    sponsor.get(address)
    sponsor.post("/sign-out", {}, status=303)
    sponsor.get("/sign-in")
    page = sponsor.post(address, {"body": "Words of a long afternoon."}, status=403)
    assert page.h1 == "You are signed out"
    assert page.form().values()["body"] == ["Words of a long afternoon."]
    assert sponsor.post(address, {}, status=303).location == "/sign-in"


def test_the_tear_sheet_and_the_insertion_order_are_papers(sponsor: Visitor, booking: Booking) -> None:
    by = editor_by(make_editor())
    approved(booking, by=by)
    assert "Insertion order" in sponsor.get(f"/orders/{booking.order.public_id}/insertion-order").text
    assert "There is no tear sheet yet." in sponsor.get(f"/bookings/{booking.id}/tear-sheet", status=409).text
    freezing.freeze(500, by)
    freezing.sent(500, "https://quietpager.example/500", by)
    page = sponsor.get(f"/bookings/{booking.id}/tear-sheet")
    assert TEXT.split(" that ", maxsplit=1)[0] in page.text
    assert page.links["Read the issue"] == "https://quietpager.example/500"


def test_html_in_fields_is_shown_as_text(app: Flask, sponsor: Visitor, booking: Booking) -> None:
    page = write(
        sponsor, booking, "Show proof", 200, name="<img src=x onerror=alert(1)>", body="<b>x</b>", link="x' onclick='y"
    )
    assert not page.select("[data-proof] img, [data-proof] b")


def test_words_that_were_approved_run_again_with_one_click(sponsor: Visitor, booking: Booking) -> None:
    last = approved(booking, by=editor_by(make_editor()))
    (another,) = confirmed(make_order(choice(502)))
    page = sponsor.get(f"/bookings/{another.id}/copy")
    assert "They were approved before" in page.text
    page = sponsor.submit(form=f"form[action='/bookings/{another.id}/copy/again']")
    assert "Approved: this runs, word for word" in page.text
    db.session.expire_all()
    live = db.session.get_one(Booking, another.id).creative
    assert live is not None
    assert live.approved is not None
    assert live.approved.sha256 == last.sha256
    assert live.id != last.creative_id


def test_only_their_own_approved_words_run_again(
    sponsor: Visitor, booking: Booking, visitors: Callable[[], Visitor]
) -> None:
    by = editor_by(make_editor())
    (other,) = confirmed(make_order(choice(501), by=buyer("Harbour Rail", "jobs@harbour.example")))
    theirs = approved(other, by=by)
    unapproved = submitted(booking)
    for revision in (theirs.id, unapproved.id, 99999):
        sponsor.post(f"/bookings/{booking.id}/copy/again", {"revision": str(revision)}, status=409)
    stranger = visitors()
    with stranger.client.session_transaction() as cookie:
        cookie["orders"] = [booking.order.public_id]
    approved(booking, by=by)
    (another,) = confirmed(make_order(choice(502)))
    with stranger.client.session_transaction() as cookie:
        cookie["orders"] = [another.order.public_id]
    for who in (None, other.order.user):
        if who is not None:
            stranger.sign_in(who)
            with stranger.client.session_transaction() as cookie:
                cookie["orders"] = [another.order.public_id]
        assert "They were approved before" not in stranger.get(f"/bookings/{another.id}/copy").text
        stranger.post(f"/bookings/{another.id}/copy/again", {"revision": "1"}, status=403)


def test_booking_again_goes_straight_to_the_next_open_week(sponsor: Visitor, booking: Booking) -> None:
    make_order(choice(501), by=buyer("Harbour Rail", "jobs@harbour.example"))
    sponsor.get(f"/bookings/{booking.id}")
    page = sponsor.get(f"/bookings/{booking.id}/again", status=303)
    assert page.location == "/book?slot=502-sponsor-50000"
    assert "22 March 2026" in sponsor.get(page.location).text


@pytest.mark.any_database
def test_a_number_that_is_nobodys_is_no_fault(sponsor: Visitor, booking: Booking) -> None:
    submitted(booking)
    for number in ("9" * 25, "9" * 5000, "٣", "-1"):
        sent = {"revision": number, "version": number, "weeks": number, "body": TEXT, **token(sponsor)}
        for button, status in (("", 422), ("/proof", 200), ("/again", 409), ("/accept", 409), ("/draft", 200)):
            page = sponsor.attempt("POST", f"/bookings/{booking.id}/copy{button}", data=sent)
            assert page.status == status, f"{button} answered {page.status} to {number[:20]!r}"


def token(visitor: Visitor) -> dict[str, str]:
    return {"csrf_token": visitor.csrf_token()}


def test_a_recruiter_is_not_told_what_is_missing_before_the_first_word(session: Database, visitor: Visitor) -> None:
    make_issue()
    order = make_order(choice(500, PlacementKind.JOB), by=buyer("Harbour Rail", "jobs@harbour.example"))
    (job,) = confirmed(order)
    visitor.sign_in(user("jobs@harbour.example"))
    page = visitor.get(f"/bookings/{job.id}/copy")
    assert "The proof stands here" in page.text
    assert "Write the job’s title." not in page.text
    page = write(visitor, job, "Show proof", 200, title="Engineer", salary_from="60k", salary_to="70k", currency="£")
    assert "Engineer at Harbour Rail. £60,000 to £70,000 a year." in page.text
    assert [each.text() for each in page.select("[data-proof] .checks .dots")] == [
        "Say where to apply: a link or an e-mail address.",
        "Say where the job is, or that it is remote.",
    ]
    page = write(visitor, job, status=422, title="Engineer", salary_from="a lot", salary_to="70k", currency="£")
    assert page.select("#salary_from[aria-invalid=true]")


def test_the_composed_ad_can_be_edited(session: Database, visitor: Visitor) -> None:
    make_issue()
    (job,) = confirmed(make_order(choice(500, PlacementKind.JOB), by=buyer("Harbour Rail", "jobs@harbour.example")))
    visitor.sign_in(user("jobs@harbour.example"))
    facts = {"title": "Engineer", "place": "Leeds", "text": "Keep trains awake.", "link": LINK}
    page = write(visitor, job, "Edit the composed text", 200, **facts)
    assert page.form().values()["own_text"] == ["Engineer at Harbour Rail. Leeds.\n\nKeep trains awake."]
    page = visitor.submit({"own_text": "Harbour Rail needs an engineer in Leeds."}, button="Send for review")
    assert "Harbour Rail needs an engineer in Leeds." in page.text
    assert "Engineer at Harbour Rail" not in page.text
