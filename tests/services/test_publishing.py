"""What is found of the ads in an issue as it was sent, and what follows from it."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask_sqlalchemy.session import Session
from sqlalchemy.orm import scoped_session

from booking.db import db
from booking.domain.copy_errors import SentRefused
from booking.domain.copy_refusals import NotSentYet
from booking.domain.states import FoundState, PlacementKind
from booking.models import Booking, FoundBlock, HouseAd, OutboxMessage, Task
from booking.services import feeding, freezing, publishing
from booking.services.booking_steps import By
from booking.services.feeding import DraftGiven
from tests.support.copy import JOB_WORDS, approved, confirmed, editor_by
from tests.support.drafts import Draft
from tests.support.factories import buyer, choice, make_editor, make_issue, make_order

Database = scoped_session[Session]


@pytest.fixture
def editor(session: Database) -> By:
    make_issue(500)
    return editor_by(make_editor())


@pytest.fixture
def bookings(editor: By) -> tuple[Booking, Booking]:
    (sponsor,) = confirmed(make_order())
    (job,) = confirmed(make_order(choice(500, PlacementKind.JOB), by=buyer("Harbour Rail", "jobs@harbour.example")))
    approved(sponsor, by=editor)
    approved(job, by=editor, words=JOB_WORDS)
    return sponsor, job


@pytest.fixture
def sent(editor: By, bookings: tuple[Booking, Booking]) -> bytes:
    draft = DraftGiven(Draft(number=500).text().encode())
    fed = feeding.feed_issue(500, draft, editor).result.draft
    freezing.freeze(500, editor)
    freezing.sent(500, "https://quietpager.example/500", editor)
    return fed


def found() -> list[tuple[str, FoundState]]:
    rows = db.session.scalars(sa.select(FoundBlock).order_by(FoundBlock.place))
    return [(row.place, row.found) for row in rows]


def letters() -> list[str]:
    subjects = db.session.scalars(sa.select(OutboxMessage.subject).order_by(OutboxMessage.recipient))
    return [subject for subject in subjects if subject.startswith("It ran")]


def open_tasks() -> list[str]:
    return list(db.session.scalars(sa.select(Task.title).where(Task.done_at.is_(None)).order_by(Task.id)))


def test_everything_that_ran_is_found_and_proved_by_a_tear_sheet(editor: By, sent: bytes) -> None:
    assert publishing.verify_issue(500, sent, editor).all_ran
    assert found() == [(place, FoundState.RAN) for place in ("foot", "jobs", "sponsor")]
    assert letters() == [
        "It ran: Job ad in issue 500, Sunday 8 March 2026",
        "It ran: Sponsor in issue 500, Sunday 8 March 2026",
    ]
    assert open_tasks() == []


def test_verifying_twice_tells_nobody_twice(editor: By, sent: bytes) -> None:
    publishing.verify_issue(500, sent, editor)
    publishing.verify_issue(500, sent, editor)
    assert len(letters()) == 2
    assert len(found()) == 3


def test_altered_words_are_kept_as_a_difference_and_become_a_task(editor: By, sent: bytes) -> None:
    altered = sent.replace(b"rotates the credentials", b"rotates all credentials", 1)
    assert not publishing.verify_issue(500, altered, editor).all_ran
    assert ("sponsor", FoundState.ALTERED) in found()
    row = db.session.scalars(sa.select(FoundBlock).where(FoundBlock.place == "sponsor")).one()
    assert ["removed", "the"] in row.difference
    assert ["added", "all"] in row.difference
    assert open_tasks() == ["Ledgerline was altered in the sponsor block of issue 500"]
    assert letters() == ["It ran: Job ad in issue 500, Sunday 8 March 2026"]


def test_a_missing_job_becomes_a_task_that_a_better_copy_settles(editor: By, sent: bytes) -> None:
    start = sent.index(b"Harbour Rail needs")
    end = sent.index(b"https://harbour.example/jobs/7)") + len(b"https://harbour.example/jobs/7)")
    publishing.verify_issue(500, sent[:start] + sent[end:], editor)
    assert ("jobs", FoundState.MISSING) in found()
    assert open_tasks() == ["Harbour Rail was missing in the jobs of issue 500"]
    publishing.verify_issue(500, sent, editor)
    assert open_tasks() == []
    assert len(letters()) == 2


def test_an_altered_house_ad_is_found_and_asks_nobody(editor: By) -> None:
    db.session.add(HouseAd(name="The Quiet Pager", body="Tell a friend.", link="https://quietpager.example"))
    db.session.commit()
    draft = DraftGiven(Draft(number=500).text().encode())
    fed = feeding.feed_issue(500, draft, editor).result.draft
    freezing.freeze(500, editor)
    freezing.sent(500, "https://quietpager.example/500", editor)
    publishing.verify_issue(500, fed.replace(b"Tell a friend.", b"Tell a stranger.", 1), editor)
    assert ("sponsor", FoundState.ALTERED) in found()
    assert open_tasks() == []
    assert letters() == []


def test_only_a_sent_issue_can_be_verified(editor: By, bookings: tuple[Booking, Booking]) -> None:
    with pytest.raises(NotSentYet):
        publishing.verify_issue(500, b"words", editor)


@pytest.mark.parametrize("content", [b"", b"\0\0", b"x" * (6 << 20)], ids=["empty", "binary", "huge"])
def test_what_cannot_be_read_is_refused_and_nothing_is_stored(editor: By, sent: bytes, content: bytes) -> None:
    with pytest.raises(SentRefused):
        publishing.verify_issue(500, content, editor)
    assert found() == []
    assert letters() == []


def test_tear_sheets_of_an_issue_that_nobody_checked_go_out_after_two_days(editor: By, sent: bytes) -> None:
    assert publishing.send_tear_sheets(editor.now + timedelta(hours=47)) == 0
    assert publishing.send_tear_sheets(editor.now + timedelta(hours=49)) == 2
    assert publishing.send_tear_sheets(editor.now + timedelta(hours=50)) == 0
    assert len(letters()) == 2
    assert publishing.send_tear_sheets(editor.now + timedelta(days=15)) == 0


def test_what_was_found_altered_gets_no_tear_sheet_by_itself(editor: By, sent: bytes) -> None:
    publishing.verify_issue(500, sent.replace(b"rotates the credentials", b"rotates all credentials", 1), editor)
    assert publishing.send_tear_sheets(editor.now + timedelta(days=3)) == 0
    assert letters() == ["It ran: Job ad in issue 500, Sunday 8 March 2026"]
