"""Review on the desk: read, compare, decide about exactly what was on the screen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
import sqlalchemy as sa
from flask_sqlalchemy.session import Session
from sqlalchemy.orm import scoped_session

from booking.db import db
from booking.domain.states import Actor, BookingState, PlacementKind
from booking.models import Booking, Creative, CreativeRevision, LinkCheck, OutboxMessage, User
from booking.services import cancelling, freezing, reviewing
from booking.services.booking_steps import By
from booking.services.copywriting import Words
from tests.support import at
from tests.support.copy import JOB_WORDS, approved, confirmed, editor_by, seen, submitted
from tests.support.factories import NOW, buyer, choice, make_editor, make_issue, make_order
from tests.support.page import Page
from tests.support.visitor import Visitor

Database = scoped_session[Session]
SHORTER = Words("Ledgerline", "Ledgerline rotates your credentials.", "https://ledgerline.example/weekly")


@pytest.fixture(autouse=True)
def _in_march() -> Iterator[None]:
    with at(NOW):
        yield


@pytest.fixture
def booking(session: Database) -> Booking:
    return confirmed(make_order())[0]


@pytest.fixture
def editor(booking: Booking) -> User:
    return make_editor()


@pytest.fixture
def desk(visitor: Visitor, editor: User) -> Visitor:
    visitor.sign_in(editor)
    return visitor


def job() -> Booking:
    make_issue(500)
    return confirmed(make_order(choice(500, PlacementKind.JOB), by=buyer("Harbour Rail", "jobs@harbour.example")))[0]


def creative(booking: Booking) -> Creative:
    db.session.expire_all()
    found = db.session.get_one(Booking, booking.id).creative
    assert found is not None
    return found


def decide(desk: Visitor, revision: CreativeRevision, act: str, status: int | None = None, **fields: str) -> Page:
    desk.get(f"/desk/review/{revision.id}")
    return desk.submit(fields, form=f"form[action='/desk/review/{revision.id}/{act}']", status=status)


def test_an_empty_queue_says_so(desk: Visitor) -> None:
    assert "Nothing waits for you" in desk.get("/desk/review").text


def test_only_paid_copy_waits(desk: Visitor, booking: Booking) -> None:
    (unpaid,) = make_order(choice(501)).bookings
    submitted(unpaid)
    assert "Nothing waits for you" in desk.get("/desk/review").text
    submitted(booking)
    assert "Ledgerline, sponsor, issue 500. Version 1." in desk.get("/desk/review").text


def test_the_screen_shows_the_text_the_checks_and_the_thread(desk: Visitor, booking: Booking) -> None:
    revision = submitted(booking)
    page = desk.get(f"/desk/review/{revision.id}")
    assert revision.body in page.text
    assert f"{len(revision.body)} of 300 characters" in page.text
    assert "The link has not been looked at yet." in page.text
    assert "The advertiser sent copy (version 1)" in page.text


def test_approving_goes_on_to_the_next_piece(desk: Visitor, booking: Booking) -> None:
    first, second = submitted(booking), submitted(job(), words=JOB_WORDS)
    page = decide(desk, first, "approve")
    assert creative(booking).approved_revision_id == first.id
    assert page.url == f"/desk/review/{second.id}"
    assert "Approved. It runs exactly so." in page.text
    page = decide(desk, second, "approve")
    assert page.url == "/desk/issues/500", "after the last piece comes the issue that runs it"


def test_copy_that_no_coming_issue_runs_leads_back_to_the_queue(desk: Visitor, booking: Booking) -> None:
    revision = submitted(booking)
    desk.get(f"/desk/review/{revision.id}")
    cancelling.cancel(booking.id, By(Actor.ADVERTISER, NOW, booking.order.user_id), NOW)
    page = desk.submit(form=f"form[action='/desk/review/{revision.id}/approve']")
    assert page.url == "/desk/review"
    assert "No coming issue runs it." in desk.get(f"/desk/review/{revision.id}").text


def test_an_answer_goes_with_the_approval(desk: Visitor, booking: Booking) -> None:
    revision = submitted(booking, words=replace(SHORTER, note="May it name two tools?"))
    page = desk.get(f"/desk/review/{revision.id}")
    assert "May it name two tools?" in page.text
    answer = "Yes, one copy may name two."
    page = desk.submit({"reason": answer}, form="form[action$='/change']", button="Approve with this answer")
    assert "Approved. It runs exactly so." in page.text
    assert creative(booking).approved_revision_id == revision.id
    mail = db.session.scalars(sa.select(OutboxMessage).order_by(OutboxMessage.id.desc())).first()
    assert mail is not None
    assert answer in mail.body
    assert answer in desk.get(f"/desk/review/{revision.id}").text


def test_only_the_newest_version_waits(desk: Visitor, booking: Booking) -> None:
    submitted(booking)
    newer = submitted(booking, words=SHORTER)
    page = desk.get(f"/desk/review/{newer.id}")
    assert [node.text() for node in page.select(".thread .state")] == ["In review"]


def test_weeks_that_ran_are_not_named(desk: Visitor, booking: Booking, editor: User) -> None:
    make_issue(501)
    (second,) = confirmed(make_order(choice(501)))
    approved(booking, second, by=editor_by(editor))
    freezing.freeze(500, editor_by(editor))
    freezing.sent(500, "", editor_by(editor))
    newer = submitted(second, words=SHORTER)
    page = desk.get(f"/desk/review/{newer.id}")
    assert "Issue 501, Sunday 15 March 2026." in page.text


def test_what_waits_for_the_advertiser_is_not_counted(desk: Visitor, booking: Booking, editor: User) -> None:
    revision = submitted(booking)
    assert "1 of 1 that wait" in desk.get(f"/desk/review/{revision.id}").text
    edited = reviewing.edit(seen(revision), SHORTER, editor_by(editor))
    other = submitted(job(), words=JOB_WORDS)
    assert "1 of 1 that wait" in desk.get(f"/desk/review/{other.id}").text
    page = desk.get(f"/desk/review/{edited}")
    assert "that wait" not in page.select(".kicker")[0].text()
    assert "Edited" in page.text


@pytest.mark.scenario(23)
def test_something_newer_is_a_409_with_the_difference(desk: Visitor, booking: Booking) -> None:
    old = submitted(booking)
    desk.get(f"/desk/review/{old.id}")
    submitted(booking, words=SHORTER)
    page = desk.submit(form=f"form[action='/desk/review/{old.id}/approve']", status=409)
    assert "The copy changed while you were looking at it" in page.text
    assert page.select("pre.diff del")
    assert SHORTER.body in page.text
    assert creative(booking).approved_revision_id is None


def test_the_difference_is_from_what_is_approved(desk: Visitor, booking: Booking, editor: User) -> None:
    approved(booking, by=editor_by(editor))
    newer = submitted(booking, words=SHORTER)
    page = desk.get(f"/desk/review/{newer.id}")
    assert "against version 1, which is approved" in page.text
    assert "Refusing keeps what is approved now." in page.text


def test_the_difference_is_else_from_what_was_seen_last(desk: Visitor, booking: Booking, editor: User) -> None:
    reviewing.request_changes(seen(submitted(booking)), "Shorter.", editor_by(editor))
    newer = submitted(booking, words=SHORTER)
    assert "against version 1" in desk.get(f"/desk/review/{newer.id}").text


def test_a_change_is_asked_for_with_its_reason(desk: Visitor, booking: Booking) -> None:
    revision = submitted(booking)
    page = decide(desk, revision, "change", reason="Please name the price.")
    assert "Sent back." in page.text
    bodies = db.session.scalars(sa.select(OutboxMessage.body)).all()
    assert any("Please name the price." in body for body in bodies)


def test_without_a_reason_the_screen_comes_back(desk: Visitor, booking: Booking) -> None:
    revision = submitted(booking)
    assert "Write a reason." in decide(desk, revision, "change", 422, reason="  ").text
    long = decide(desk, revision, "change", 422, reason="x" * 3000)
    assert "Shorten it to 2000" in long.text
    assert creative(booking).current_revision_id == revision.id


def test_refusing_copy_cancels_what_was_booked_for_it(desk: Visitor, booking: Booking) -> None:
    revision = submitted(booking)
    desk.get(f"/desk/review/{revision.id}")
    page = desk.submit({"reason": "We do not run this."}, form="form[action$='/change']", button="Refuse")
    assert "refunded in full" in page.text
    db.session.expire_all()
    assert db.session.get_one(Booking, booking.id).state is BookingState.CANCELLED


def test_the_editors_wording_is_a_revision_that_waits_for_the_advertiser(desk: Visitor, booking: Booking) -> None:
    revision = submitted(booking)
    desk.get(f"/desk/review/{revision.id}/edit")
    page = desk.submit({"body": SHORTER.body, "note": "Shorter."})
    assert "Your edit waits for the advertiser" in page.text
    assert page.select("pre.diff del")
    assert "Waits for the advertiser" in desk.get("/desk/review").text


def test_an_edit_with_a_slip_keeps_what_was_typed(desk: Visitor, booking: Booking) -> None:
    revision = submitted(booking)
    desk.get(f"/desk/review/{revision.id}/edit")
    page = desk.submit({"body": "# Loud"}, status=422)
    assert "starts with “#”" in page.text
    assert page.form().values()["body"] == ["# Loud"]


def test_an_edit_of_something_older_is_refused(desk: Visitor, booking: Booking) -> None:
    revision = submitted(booking)
    desk.get(f"/desk/review/{revision.id}/edit")
    submitted(booking, words=SHORTER)
    page = desk.submit({"body": "My own words."}, status=409)
    assert page.form().values()["body"] == ["My own words."]


def test_a_job_without_pay_is_pointed_out(desk: Visitor) -> None:
    revision = submitted(job(), words=JOB_WORDS)
    assert "No pay range." in desk.get(f"/desk/review/{revision.id}").text
    desk.get(f"/desk/review/{revision.id}/edit")
    assert (
        "Your edit waits"
        in desk.submit(
            {
                "text": "Keep the servers awake.",
                "own_text": "",
                "salary_from": "50000",
                "salary_to": "60000",
                "currency": "GBP",
            }
        ).text
    )


def test_the_link_is_looked_at_and_a_private_one_is_a_warning(desk: Visitor, booking: Booking) -> None:
    revision = submitted(booking, words=Words("L", "Words.", "http://127.0.0.1.nip.example/x"))
    session = db.session
    session.add(
        LinkCheck(revision_id=revision.id, answers=False, finding="It answers with an error (503).", checked_at=NOW)
    )
    session.commit()
    page = desk.get(f"/desk/review/{revision.id}")
    assert "It answers with an error (503). Look at it before it runs." in page.text


def test_keys_lead_to_the_next_the_previous_and_the_decision(desk: Visitor, booking: Booking) -> None:
    first, second = submitted(booking), submitted(job(), words=JOB_WORDS)
    page = desk.get(f"/desk/review/{first.id}")
    assert page.select(f"a[data-key=j][href='/desk/review/{second.id}']")
    assert page.select("button[data-key=a]")
    assert desk.get(f"/desk/review/{second.id}").select(f"a[data-key=k][href='/desk/review/{first.id}']")


def test_unknown_copy_is_no_page(desk: Visitor) -> None:
    desk.get("/desk/review/99999", status=404)
    desk.post("/desk/review/99999/approve", {"sha256": "x"}, status=404)
