"""The desk's first screen says what needs the editor now, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import sqlalchemy as sa

from booking import clock
from booking.db import db, transaction
from booking.domain.states import OutboxState, PlacementKind
from booking.models import Booking, OutboxMessage, Task, User
from booking.services import feeding, inventory, outbox, reviewing
from booking.services.disputes import sync_dispute
from booking.services.feeding import DraftGiven
from booking.services.outbox import Mail
from booking.services.tasks_for_people import open_task
from tests.support.copy import JOB_WORDS, SPONSOR_WORDS, approved, confirmed, editor_by, seen, submitted
from tests.support.desk import said
from tests.support.drafts import Draft
from tests.support.factories import NOW, buyer, choice, make_order
from tests.support.paid import paid
from tests.support.till import Till
from tests.support.visitor import Visitor

HARBOUR = buyer("Harbour Rail", "jobs@harbour.example")


def editor() -> User:
    return db.session.scalars(sa.select(User).where(User.email == "editor@quietpager.example")).one()


def job(number: int = 500) -> Booking:
    (booking,) = confirmed(make_order(choice(number, PlacementKind.JOB), by=HARBOUR))
    return booking


def test_a_quiet_week_says_so(desk: Visitor) -> None:
    page = desk.get("/desk/")
    assert page.h1 == "Issue 500 needs nothing from you"
    assert "All is done" in page.text
    assert "5 open $250" in page.text


def test_the_heading_counts_what_the_next_issue_needs(desk: Visitor) -> None:
    (sponsor,) = confirmed(make_order(choice(500)))
    submitted(sponsor)
    job()
    page = desk.get("/desk/")
    assert page.h1 == "Issue 500 needs two things"
    assert "Ledgerline, sponsor. Version 1 waits for your decision." in page.text
    assert "Harbour Rail, job ad. No copy yet." in page.text
    assert "without copy the amount is credited, as they chose" in page.text


def test_the_issue_after_the_next_is_named_when_the_next_is_ready(desk: Visitor) -> None:
    job(501)
    assert desk.get("/desk/").h1 == "Issue 501 needs one thing"


def test_what_is_approved_needs_nobody(desk: Visitor) -> None:
    (sponsor,) = confirmed(make_order(choice(500)))
    approved(sponsor, by=editor_by(editor()))
    page = desk.get("/desk/")
    assert page.h1 == "Issue 500 needs nothing from you"
    assert "Approved Ledgerline" in page.text


def test_what_came_first_is_reviewed_first(desk: Visitor) -> None:
    (sponsor,) = confirmed(make_order(choice(500)))
    submitted(job(), words=JOB_WORDS)
    submitted(sponsor)
    page = desk.get("/desk/")
    assert page.text.index("Harbour Rail, job ad. Version 1") < page.text.index("Ledgerline, sponsor. Version 1")
    assert page.links["Issue 500"] == "/desk/issues/500"


def test_an_answer_that_does_not_come_is_missing_copy(desk: Visitor) -> None:
    revision = submitted(job(), words=JOB_WORDS)
    reviewing.request_changes(seen(revision), "Say what it pays.", editor_by(editor()))
    assert "You asked for a change and have no answer." in desk.get("/desk/").text


def test_copy_that_is_late_is_called_late(desk: Visitor, till: Till) -> None:
    job()
    with till.at(clock.instant("2026-03-05 18:00")):
        page = desk.get("/desk/")
    assert "Copy late" in page.text
    assert "Was due Thursday 5 March 2026, 17:00 London time" in page.text


def test_an_issue_that_nobody_marked_as_sent_is_late(desk: Visitor, till: Till) -> None:
    with till.at(clock.instant("2026-03-09 09:00")):
        page = desk.get("/desk/")
        issue = desk.get("/desk/issues/500")
    assert page.h1 == "Issue 500 needs one thing"
    assert "Issue 500 was due Sunday 8 March 2026, 10:00 London time, 23 hours ago" in page.text
    assert "has not been marked as sent" in page.text
    assert "Booking is closed Was due Sunday 8 March 2026" in issue.text


@transaction
def open_one() -> None:
    open_task("odd", "A refund of $5 failed", "Agree with the buyer on another way.", None, NOW)


def test_a_task_about_money_is_here_until_it_is_done(desk: Visitor) -> None:
    open_one()
    assert desk.get("/desk/").h1 == "One thing about money or mail needs you"
    desk.get("/desk/money")
    page = desk.submit(form="li form", button="Done")
    assert "Nothing about money needs you." in page.text
    assert db.session.scalars(sa.select(Task.done_at)).one() == NOW
    assert said() == ["Dealt with: A refund of $5 failed."]


def test_mail_that_was_given_up_is_shown_and_tried_again(desk: Visitor) -> None:
    give_up_a_mail()
    assert "1 mail did not arrive." in desk.get("/desk/").text
    assert "mailbox is full" in desk.get("/desk/mail").text
    desk.submit(form="li form")
    assert db.session.scalars(sa.select(OutboxMessage.state)).one() is OutboxState.WAITING
    assert "All mail arrived" in desk.get("/desk/mail").text


@transaction
def give_up_a_mail() -> None:
    outbox.post(Mail("jobs@harbour.example", "Booked", "Hello.\n"), "news", NOW)
    values = {"state": OutboxState.DEAD, "last_error": "Their mailbox is full.", "tries": 14}
    db.session.execute(sa.update(OutboxMessage).values(values))


def test_one_booking_gets_more_time(desk: Visitor) -> None:
    booking = job()
    desk.get(f"/desk/bookings/{booking.id}/more-time")
    page = desk.submit({"until": "2026-03-06"})
    assert "Harbour Rail has until Friday 6 March 2026, 17:00 London time." in page.text
    assert db.session.get_one(Booking, booking.id).copy_due_at == clock.instant("2026-03-06 17:00")
    assert said()[0].startswith("Gave Harbour Rail until Friday 6 March 2026")


def test_more_time_ends_when_the_issue_is_sent(desk: Visitor) -> None:
    booking = job()
    url = f"/desk/bookings/{booking.id}/more-time"
    for until in ("2026-03-09", "2026-03-01", "soon", "", "9999-12-31"):
        desk.get(url)
        desk.post(url, {"until": until}, status=422)
    assert db.session.get_one(Booking, booking.id).copy_due_at is None


def test_two_sponsors_for_the_one_block_are_a_conflict(desk: Visitor) -> None:
    inventory.set_slots(500, PlacementKind.SPONSOR, 2, None, NOW)
    approved(*confirmed(make_order(choice(500))), by=editor_by(editor()))
    (second,) = confirmed(make_order(choice(500), by=HARBOUR))
    approved(second, by=editor_by(editor()))
    page = desk.get("/desk/")
    assert "Ledgerline and Harbour Rail want the one block at the top." in page.text
    assert f"/desk/bookings/{second.id}/move" in {link.attributes["href"] for link in page.select(".needs a")}


def test_copy_that_changed_after_the_feed_is_a_conflict(desk: Visitor) -> None:
    (sponsor,) = confirmed(make_order(choice(500)))
    by = editor_by(editor())
    approved(sponsor, by=by)
    feeding.feed_issue(500, DraftGiven(Draft(number=500).text().encode()), by)
    assert desk.get("/desk/").h1 == "Issue 500 needs nothing from you"
    newer = submitted(sponsor, words=replace(SPONSOR_WORDS, body="Ledgerline rotates what you forgot."))
    page = desk.get("/desk/")
    assert "What you approved before runs until you decide." in page.text
    reviewing.approve(seen(newer), by)
    assert "The approved copy is not what the last feed left in the draft." in desk.get("/desk/").text


def test_questions_about_a_draft_that_were_not_answered_are_a_conflict(desk: Visitor) -> None:
    (sponsor,) = confirmed(make_order(choice(500)))
    approved(sponsor, by=editor_by(editor()))
    by_hand = Draft(number=500).text().replace("News\n====", "Sponsor\n=======\n\nTin.\n\n\nNews\n====").encode()
    desk.get("/desk/issues/500")
    desk.submit({"file": (by_hand, "500.md")}, form="form[action$='/feed']", status=409)
    page = desk.get("/desk/")
    assert page.h1 == "Issue 500 needs one thing"
    assert "Conflict The draft has questions for you." in page.text
    assert "Feed it again" in page.text
    assert "Money and mail" not in page.text
    desk.get("/desk/issues/500")
    desk.submit({"file": (Draft(number=500).text().encode(), "500.md")}, form="form[action$='/feed']", status=200)
    desk.submit(button="Take the fed draft", status=200)
    assert desk.get("/desk/").h1 == "Issue 500 needs nothing from you"


def test_copy_of_a_disputed_payment_is_named_as_withheld(desk: Visitor, till: Till) -> None:
    (sponsor,) = paid(till, choice(500))
    approved(sponsor, by=editor_by(editor()))
    found = till.do(f"/payments/{till.payment().stripe_payment_intent_id}/dispute")
    sync_dispute(found["id"])
    page = desk.get("/desk/")
    assert page.h1 == "Issue 500 needs one thing"
    assert "The bank has the payment in dispute, so the copy does not run in 500." in page.text
    assert "Disputed Ledgerline" in page.text
