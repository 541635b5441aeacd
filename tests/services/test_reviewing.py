"""Decisions about copy: each is about the exact revision that was seen."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_sqlalchemy.session import Session
from sqlalchemy.orm import scoped_session

from booking.db import db
from booking.domain.copy_errors import CopyRefused
from booking.domain.copy_refusals import AlreadyDecided, ApprovedCopyChanged, NotYoursToAccept, ReasonMissing
from booking.domain.errors import NotFound, StaleRevision
from booking.domain.states import PlacementKind, ReviewDecision
from booking.models import AuditEntry, Booking, Creative, CreativeReview, CreativeRevision, OutboxMessage
from booking.services import reviewing
from booking.services.booking_steps import By
from booking.services.copywriting import Words
from booking.services.reviewing import Seen
from tests.support.copy import JOB_WORDS, advertiser_of, approved, confirmed, editor_by, seen, submitted
from tests.support.factories import NOW, choice, make_editor, make_issue, make_order

Database = scoped_session[Session]
SHORTER = Words("Ledgerline", "Ledgerline rotates your credentials.", "https://ledgerline.example/weekly")


@pytest.fixture
def booking(session: Database) -> Booking:
    return confirmed(make_order())[0]


@pytest.fixture
def editor(booking: Booking) -> By:
    return editor_by(make_editor())


def creative_of(booking: Booking) -> Creative:
    db.session.expire_all()
    creative = db.session.get_one(Booking, booking.id).creative
    assert creative is not None
    return creative


def mails() -> list[tuple[str, str]]:
    rows = db.session.execute(sa.select(OutboxMessage.subject, OutboxMessage.body).order_by(OutboxMessage.id))
    return [(subject, body) for subject, body in rows if "copy" in subject]


def test_approval_is_of_one_exact_revision(booking: Booking, editor: By) -> None:
    revision = submitted(booking)
    reviewing.approve(seen(revision), editor)
    assert creative_of(booking).approved_revision_id == revision.id
    review = db.session.scalars(sa.select(CreativeReview)).one()
    assert (review.revision_id, review.decision, review.reviewer_id) == (
        revision.id,
        ReviewDecision.APPROVED,
        editor.user_id,
    )
    assert [subject for subject, _ in mails()] == ["Approved: your copy for issue 500, Sunday 8 March 2026"]


@pytest.mark.scenario(23)
def test_a_newer_revision_makes_the_seen_one_stale(booking: Booking, editor: By) -> None:
    old = seen(submitted(booking))
    submitted(booking, words=SHORTER)
    for decide in (
        lambda: reviewing.approve(old, editor),
        lambda: reviewing.reject(old, "No.", editor),
        lambda: reviewing.request_changes(old, "Shorter.", editor),
        lambda: reviewing.edit(old, SHORTER, editor),
    ):
        with pytest.raises(StaleRevision):
            decide()
    assert creative_of(booking).approved_revision_id is None
    assert db.session.query(CreativeReview).count() == 0


def test_the_statement_that_approves_refuses_what_is_not_newest_even_where_nobody_looked(
    booking: Booking, editor: By, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = seen(submitted(booking))
    submitted(booking, words=SHORTER)
    monkeypatch.setattr(reviewing, "_current", lambda seen: db.session.get_one(CreativeRevision, seen.revision_id))
    with pytest.raises(StaleRevision):
        reviewing.approve(old, editor)
    assert creative_of(booking).approved_revision_id is None
    assert db.session.query(CreativeReview).count() == 0


def test_another_hash_than_the_one_seen_is_stale(booking: Booking, editor: By) -> None:
    revision = submitted(booking)
    with pytest.raises(StaleRevision):
        reviewing.approve(Seen(revision.id, "0" * 64), editor)


@pytest.mark.scenario(23)
def test_two_editors_are_one_decision(booking: Booking, editor: By) -> None:
    revision = submitted(booking)
    reviewing.approve(seen(revision), editor)
    with pytest.raises(AlreadyDecided):
        reviewing.reject(seen(revision), "No.", editor)
    assert creative_of(booking).approved_revision_id == revision.id


@pytest.mark.scenario(23)
def test_an_editor_who_read_before_another_had_decided_is_told_so(app: Flask, booking: Booking, editor: By) -> None:
    old = seen(submitted(booking))
    db.session.rollback()

    def slower() -> None:
        with app.app_context():
            reviewing.approve(old, editor)

    rejected = sa.insert(CreativeReview).values(revision_id=old.revision_id, decision="rejected", reason="No.", at=NOW)
    with ThreadPoolExecutor(1) as other, db.engine.connect() as faster:
        with faster.execution_options(writing=True).begin():
            faster.execute(sa.select(Creative.id).with_for_update())
            faster.execute(rejected)
            answer = other.submit(slower)
            until_somebody_waits(faster)
        with pytest.raises(AlreadyDecided):
            answer.result(timeout=60)
    assert creative_of(booking).approved_revision_id is None
    assert db.session.scalars(sa.select(CreativeReview.decision)).all() == [ReviewDecision.REJECTED]


def until_somebody_waits(connection: sa.Connection) -> None:
    """Until another transaction has read and waits for this one; SQLite lets nobody begin to write meanwhile."""
    waiting = "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted AND transactionid = pg_current_xact_id()::xid)"
    end = time.monotonic() + 30
    while connection.dialect.name == "postgresql" and not connection.scalar(sa.text(waiting)):
        assert time.monotonic() < end, "Nobody came to wait for the lock."
        time.sleep(0.01)


def test_unknown_copy_is_not_found(session: Database) -> None:
    make_issue(500)
    with pytest.raises(NotFound):
        reviewing.approve(Seen(12345, "0" * 64), editor_by(make_editor()))


@pytest.mark.scenario(23)
def test_an_edit_after_approval_leaves_the_approved_text_live(booking: Booking, editor: By) -> None:
    first = approved(booking, by=editor)
    second = submitted(booking, words=SHORTER)
    assert creative_of(booking).approved_revision_id == first.id
    assert creative_of(booking).current_revision_id == second.id
    reviewing.approve(seen(second), editor)
    assert creative_of(booking).approved_revision_id == second.id


def test_a_change_is_asked_for_with_its_reason_in_the_mail(booking: Booking, editor: By) -> None:
    revision = submitted(booking)
    reviewing.request_changes(seen(revision), "Please name the price.", editor)
    ((subject, body),) = mails()
    assert subject == "Please change your copy for issue 500, Sunday 8 March 2026"
    assert "Please name the price." in body


@pytest.mark.parametrize("reason", ["", "   ", "\n"])
def test_nobody_is_refused_without_a_reason(booking: Booking, editor: By, reason: str) -> None:
    revision = submitted(booking)
    for decide in (reviewing.request_changes, reviewing.reject):
        with pytest.raises(ReasonMissing):
            decide(seen(revision), reason, editor)
    assert db.session.query(CreativeReview).count() == 0


def test_a_refusal_names_the_bookings_that_are_left_without_copy(booking: Booking, editor: By) -> None:
    revision = submitted(booking)
    assert reviewing.reject(seen(revision), "We do not run this.", editor) == (booking.id,)
    ((subject, body),) = mails()
    assert subject == "Your copy for issue 500 cannot run"
    assert "We do not run this." in body


def test_refusing_an_edit_keeps_the_approved_copy_and_the_booking(booking: Booking, editor: By) -> None:
    first = approved(booking, by=editor)
    second = submitted(booking, words=SHORTER)
    assert reviewing.reject(seen(second), "The first was better.", editor) == ()
    assert creative_of(booking).approved_revision_id == first.id
    assert mails()[-1][0].startswith("Please change your copy")


def test_the_advertiser_accepts_the_editors_edit(booking: Booking, editor: By) -> None:
    revision = submitted(booking)
    edit_id = reviewing.edit(seen(revision), SHORTER, editor)
    assert mails()[-1][0].startswith("Please look at an edit")
    edit = db.session.get_one(CreativeRevision, edit_id)
    assert creative_of(booking).approved_revision_id is None
    reviewing.accept(seen(edit), advertiser_of(booking))
    assert creative_of(booking).approved_revision_id == edit_id
    review = db.session.scalars(sa.select(CreativeReview).where(CreativeReview.revision_id == edit_id)).one()
    assert review.reviewer_id == booking.order.user_id


def test_an_advertiser_cannot_accept_their_own_words(booking: Booking, editor: By) -> None:
    revision = submitted(booking)
    with pytest.raises(NotYoursToAccept):
        reviewing.accept(seen(revision), advertiser_of(booking))
    assert creative_of(booking).approved_revision_id is None


def test_an_edit_that_was_answered_is_stale(booking: Booking, editor: By) -> None:
    edit_id = reviewing.edit(seen(submitted(booking)), SHORTER, editor)
    edit = seen(db.session.get_one(CreativeRevision, edit_id))
    submitted(booking, words=Words("Ledgerline", "Our answer.", "https://ledgerline.example"))
    with pytest.raises(StaleRevision):
        reviewing.accept(edit, advertiser_of(booking))


def test_an_edit_is_checked_like_any_copy(booking: Booking, editor: By) -> None:
    revision = submitted(booking)
    with pytest.raises(CopyRefused):
        reviewing.edit(seen(revision), Words("Ledgerline", "# Loud", "https://ledgerline.example"), editor)
    assert creative_of(booking).current_revision_id == revision.id


def test_an_edit_that_changes_nothing_since_the_last_one_is_no_news(booking: Booking, editor: By) -> None:
    first = reviewing.edit(seen(submitted(booking)), SHORTER, editor)
    told = mails()
    assert reviewing.edit(seen(db.session.get_one(CreativeRevision, first)), SHORTER, editor) == first
    assert mails() == told


def test_words_that_do_not_give_their_hash_are_never_approved(booking: Booking, editor: By) -> None:
    # A forged row: the table is append-only, so only a new revision with a wrong hash can be made.
    submitted(booking)
    creative = creative_of(booking)
    forged = CreativeRevision(
        creative_id=creative.id, number=9, name="L", body="Forged.", link="https://l.example",
        final_link="https://l.example", sha256="0" * 64, author=editor.actor, submitted_at=editor.now,
    )  # fmt: skip
    db.session.add(forged)
    db.session.flush()
    creative.current_revision_id = forged.id
    db.session.commit()
    with pytest.raises(ApprovedCopyChanged):
        reviewing.approve(seen(forged), editor)
    assert creative_of(booking).approved_revision_id is None
    assert db.session.query(CreativeReview).count() == 0


def test_copy_is_checked_again_at_approval(session: Database) -> None:
    make_issue(500)
    (booking,) = confirmed(make_order(choice(500, PlacementKind.JOB)))
    revision = submitted(booking, words=JOB_WORDS)
    creative_of(booking).placement.copy_limit = 20
    db.session.commit()
    with pytest.raises(CopyRefused, match="room for 20"):
        reviewing.approve(seen(revision), editor_by(make_editor()))
    assert db.session.query(CreativeReview).count() == 0


def test_one_mail_goes_to_each_order_however_many_weeks_run_the_copy(session: Database) -> None:
    make_issue(502)
    weeks = confirmed(make_order(choice(500), choice(501), choice(502)))
    approved(*weeks, by=editor_by(make_editor()))
    assert len(mails()) == 1


def test_every_decision_is_in_the_audit_log(booking: Booking, editor: By) -> None:
    revision = submitted(booking)
    reviewing.request_changes(seen(revision), "Shorter.", editor)
    approved(booking, by=editor, words=SHORTER)
    actions = db.session.scalars(sa.select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert [action for action in actions if action.startswith("copy.")] == [
        "copy.submit",
        "copy.request-changes",
        "copy.submit",
        "copy.approve",
    ]
