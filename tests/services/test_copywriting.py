"""Drafts, and copy that is submitted for one week or several."""

from __future__ import annotations

import pytest
from flask_sqlalchemy.session import Session
from sqlalchemy.orm import scoped_session

from booking.db import db
from booking.domain.copy_errors import CopyRefused
from booking.domain.copy_refusals import CopyBelongsElsewhere, CopyOfItsOwn, DraftTooLong
from booking.domain.errors import HoldLapsed, IssueFrozen, NotFound
from booking.domain.states import PlacementKind
from booking.models import Booking, Creative, CreativeRevision, Newsletter
from booking.services import copywriting, drafts, freezing, holding
from booking.services.copywriting import Submission, Words
from booking.services.drafts import Draft, Kept
from tests.support.copy import JOB_WORDS, SPONSOR_WORDS, advertiser_of, approved, confirmed, editor_by, submitted
from tests.support.factories import NOW, buyer, choice, make_editor, make_issue, make_order

Database = scoped_session[Session]


def two_weeks() -> list[Booking]:
    make_issue(501)
    return confirmed(make_order(choice(500), choice(501)))


def test_a_submission_becomes_a_revision_with_its_hash(session: Database) -> None:
    (booking,) = confirmed(make_order())
    revision = submitted(booking, words=Words(" Ledgerline ", "One  \r\n\r\ntwo\n", " https://ledgerline.example "))
    assert (revision.name, revision.body, revision.final_link) == (
        "Ledgerline",
        "One\n\ntwo",
        "https://ledgerline.example",
    )
    assert revision.number == 1
    assert len(revision.sha256) == 64
    assert booking.creative is not None
    assert booking.creative.current_revision_id == revision.id
    assert booking.creative.approved_revision_id is None


def test_the_same_words_twice_are_one_revision(session: Database) -> None:
    (booking,) = confirmed(make_order())
    assert submitted(booking).id == submitted(booking).id


def test_other_words_are_the_next_revision(session: Database) -> None:
    (booking,) = confirmed(make_order())
    submitted(booking)
    assert submitted(booking, words=Words("Ledgerline", "Other words.", "https://ledgerline.example")).number == 2


def test_copy_may_be_written_before_paying(session: Database) -> None:
    (booking,) = make_order().bookings
    assert submitted(booking).number == 1


def test_everything_wrong_is_said_at_once(session: Database) -> None:
    (booking,) = confirmed(make_order())
    with pytest.raises(CopyRefused) as refused:
        submitted(booking, words=Words("", "# Heading\n" + "x" * 400, "ftp://ledgerline.example"))
    assert {problem.code for problem in refused.value.problems} >= {"name-empty", "heading", "too-long", "link-scheme"}
    assert db.session.query(CreativeRevision).count() == 0


def test_the_newsletters_parameters_are_added_and_the_sponsors_own_stay(session: Database) -> None:
    issue = make_issue(500)
    newsletter = db.session.query(Newsletter).one()
    newsletter.utm_source, newsletter.utm_medium, newsletter.utm_campaign = "quiet-pager", "email", "issue-{number}"
    db.session.commit()
    (booking,) = confirmed(make_order(choice(issue.number)))
    revision = submitted(booking, words=Words("Ledgerline", "Words.", "https://ledgerline.example/?utm_medium=ours#a"))
    assert revision.link == "https://ledgerline.example/?utm_medium=ours#a"
    assert revision.final_link == (
        "https://ledgerline.example/?utm_medium=ours&utm_source=quiet-pager&utm_campaign=issue-500#a"
    )


def test_weeks_of_an_order_share_one_creative(session: Database) -> None:
    first, second = two_weeks()
    submitted(first, second)
    assert first.creative_id == second.creative_id


def test_one_week_can_have_words_of_its_own_and_the_other_keeps_what_was_approved(session: Database) -> None:
    first, second = two_weeks()
    by = editor_by(make_editor())
    shared = approved(first, second, by=by)
    own = submitted(second, words=Words("Ledgerline", "For this week only.", "https://ledgerline.example"))
    assert first.creative_id != second.creative_id
    assert first.creative is not None
    assert second.creative is not None
    assert first.creative.approved_revision_id == shared.id
    assert second.creative.current_revision_id == own.id
    live = second.creative.approved
    assert live is not None
    assert live.sha256 == shared.sha256
    assert live.creative_id == second.creative_id


def test_a_week_with_approved_copy_does_not_trade_it_for_unapproved(session: Database) -> None:
    make_issue(501)
    (first,) = confirmed(make_order(choice(500)))
    (second,) = confirmed(make_order(choice(501)))
    approved(second, by=editor_by(make_editor()))
    submitted(first, words=Words("Ledgerline", "Other words.", "https://ledgerline.example"))
    with pytest.raises(CopyOfItsOwn, match="Issue 501"):
        submitted(first, second, words=Words("Ledgerline", "Newer words.", "https://ledgerline.example"))


def test_copy_of_another_advertiser_or_placement_is_refused(session: Database) -> None:
    make_issue(501)
    (sponsor,) = confirmed(make_order(choice(500)))
    (other,) = confirmed(make_order(choice(501), by=buyer("Harbour Rail", "jobs@harbour.example")))
    (job,) = confirmed(make_order(choice(500, PlacementKind.JOB)))
    for stranger in (other, job):
        with pytest.raises(CopyBelongsElsewhere):
            copywriting.submit(Submission((sponsor.id, stranger.id), SPONSOR_WORDS), advertiser_of(sponsor))
    with pytest.raises(NotFound):
        copywriting.submit(Submission((sponsor.id, 99999), SPONSOR_WORDS), advertiser_of(sponsor))


def test_a_hold_that_was_given_up_takes_no_copy(session: Database) -> None:
    order = make_order()
    holding.give_up(order.public_id, NOW)
    with pytest.raises(HoldLapsed):
        submitted(*order.bookings)


def test_a_frozen_issue_takes_no_copy(session: Database) -> None:
    (booking,) = confirmed(make_order())
    freezing.freeze(500, editor_by(make_editor()))
    with pytest.raises(IssueFrozen):
        submitted(booking)


def test_two_jobs_in_one_issue_are_two_creatives(session: Database) -> None:
    make_issue(501)
    order = make_order(choice(500, PlacementKind.JOB), choice(500, PlacementKind.JOB), choice(501, PlacementKind.JOB))
    bookings = sorted(order.bookings, key=lambda booking: booking.slot_id)
    drafts.save_draft(bookings[0].id, Draft({"body": "x"}, 0, "a"), NOW)
    creatives = [db.session.get_one(Booking, booking.id).creative_id for booking in bookings]
    assert creatives[0] is not None
    assert creatives.count(creatives[0]) == 2
    same_issue = [booking for booking in bookings if booking.slot.issue.number == 500]
    assert len({booking.creative_id for booking in same_issue}) == 2


def test_a_job_that_closes_before_its_issue_is_refused(session: Database) -> None:
    make_issue(500)
    (booking,) = confirmed(make_order(choice(500, PlacementKind.JOB)))
    words = Words(
        JOB_WORDS.name, JOB_WORDS.body, JOB_WORDS.link, {**dict(JOB_WORDS.details or {}), "closes_on": "2026-03-07"}
    )
    with pytest.raises(CopyRefused, match="closes on 7 March 2026"):
        submitted(booking, words=words)


# Drafts


def save(booking: Booking, text: str, version: int, writer: str = "laptop") -> Kept:
    return drafts.save_draft(booking.id, Draft({"body": text}, version, writer), NOW)


def draft_of(booking: Booking) -> tuple[dict[str, str] | None, dict[str, str] | None]:
    db.session.expire_all()
    return drafts.typed(db.session.get_one(Booking, booking.id).creative)


def test_a_draft_is_kept_however_incomplete(session: Database) -> None:
    (booking,) = make_order().bookings
    save(booking, "Half a sen", 0)
    assert draft_of(booking) == ({"body": "Half a sen"}, None)


def test_the_same_form_saves_again_though_the_answer_was_lost(session: Database) -> None:
    (booking,) = make_order().bookings
    save(booking, "a", 0)
    assert save(booking, "ab", 0).other is None
    assert draft_of(booking) == ({"body": "ab"}, None)


def test_a_second_device_gets_both_versions_back(session: Database) -> None:
    (booking,) = make_order().bookings
    save(booking, "from the laptop", 0)
    kept = save(booking, "from the phone", 0, "phone")
    assert kept.other == {"body": "from the laptop"}
    assert draft_of(booking) == ({"body": "from the laptop"}, {"body": "from the phone"})


def test_the_other_version_can_be_taken_instead(session: Database) -> None:
    (booking,) = make_order().bookings
    save(booking, "from the laptop", 0)
    save(booking, "from the phone", 0, "phone")
    drafts.swap_drafts(booking.id, NOW)
    assert draft_of(booking) == ({"body": "from the phone"}, {"body": "from the laptop"})


def test_submitting_ends_the_draft_and_keeps_what_another_device_typed(session: Database) -> None:
    (booking,) = confirmed(make_order())
    save(booking, "from the laptop", 0)
    by = advertiser_of(booking)
    copywriting.submit(Submission((booking.id,), SPONSOR_WORDS, "phone", {"body": "from the phone"}), by)
    assert draft_of(booking) == (None, {"body": "from the laptop"})
    save(booking, "again", 99)
    copywriting.submit(
        Submission((booking.id,), Words("L", "Third words.", "https://l.example"), "laptop", {"body": "again"}), by
    )
    assert draft_of(booking)[0] is None


def test_a_draft_beyond_all_limits_is_refused(session: Database) -> None:
    (booking,) = make_order().bookings
    with pytest.raises(DraftTooLong):
        save(booking, "x" * 30_000, 0)
    assert db.session.query(Creative).count() == 0


def test_a_draft_for_a_booking_that_is_not_there_is_not_found(session: Database) -> None:
    with pytest.raises(NotFound):
        drafts.save_draft(99, Draft({"body": "Half a sen"}, 0, "laptop"), NOW)
    assert db.session.query(Creative).count() == 0
