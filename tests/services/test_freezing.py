"""Closing an issue, opening it again, and what is written down when it was sent."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask_sqlalchemy.session import Session
from sqlalchemy.orm import scoped_session

from booking.db import db
from booking.domain.copy_refusals import ArchiveLinkNotUsable, ReasonMissing
from booking.domain.desk_refusals import HouseAdFrozen
from booking.domain.errors import NotFound, WrongState
from booking.domain.states import BookingState, IssueState, PlacementKind
from booking.models import AuditEntry, Booking, HouseAd, Issue, IssueItem, OutboxMessage, Slot, Task
from booking.services import freezing, house_ads, lapsing
from booking.services.booking_steps import By
from booking.services.house_ads import AdText
from tests.support.copy import JOB_WORDS, approved, confirmed, editor_by, submitted
from tests.support.factories import NOW, choice, make_editor, make_issue, make_order, slot_of

Database = scoped_session[Session]


@pytest.fixture
def editor(session: Database) -> By:
    make_issue(500)
    return editor_by(make_editor())


def issue() -> Issue:
    db.session.expire_all()
    return db.session.scalars(sa.select(Issue).where(Issue.number == 500)).one()


def items() -> list[IssueItem]:
    return list(db.session.scalars(sa.select(IssueItem).order_by(IssueItem.position)))


def test_a_freeze_locks_every_slot_and_writes_the_approved_text(editor: By) -> None:
    (sponsor,) = confirmed(make_order())
    (job,) = confirmed(make_order(choice(500, PlacementKind.JOB)))
    copy = approved(sponsor, by=editor)
    approved(job, by=editor, words=JOB_WORDS)
    assert freezing.freeze(500, editor) == freezing.Frozen(2, ())
    assert issue().state is IssueState.FROZEN
    assert issue().frozen_at == editor.now
    assert all(slot.locked for slot in issue().slots)
    first, second = items()
    assert (first.booking_id, first.revision_id, first.sha256) == (sponsor.id, copy.id, copy.sha256)
    assert first.text == f"{copy.body}\n\n[{copy.final_link}]({copy.final_link})"
    assert second.booking_id == job.id


def test_what_is_approved_later_does_not_reach_a_frozen_issue(editor: By) -> None:
    make_issue(501)
    weeks = confirmed(make_order(choice(500), choice(501)))
    approved(*weeks, by=editor)
    freezing.freeze(500, editor)
    assert [item.booking_id for item in items()] == [weeks[0].id]


def test_unpaid_and_unapproved_places_are_not_in_the_issue(editor: By) -> None:
    make_order()
    (waiting,) = confirmed(make_order(choice(500, PlacementKind.JOB)))
    submitted(waiting, words=JOB_WORDS)
    frozen = freezing.freeze(500, editor)
    assert frozen.ads == 0
    assert [(gap.booking_id, gap.reason) for gap in frozen.gaps] == [(waiting.id, "The copy is not approved.")]


def test_an_empty_sponsor_slot_runs_the_house_ad(editor: By) -> None:
    db.session.add(HouseAd(name="The Quiet Pager", body="Tell a friend about us.", link="https://quietpager.example"))
    db.session.commit()
    freezing.freeze(500, editor)
    (item,) = items()
    assert item.house_ad_id is not None
    assert item.booking_id is None


def test_a_house_ad_keeps_its_words_while_an_issue_is_frozen_with_them(editor: By) -> None:
    words = AdText("The Quiet Pager", "Tell a friend about us.", "https://quietpager.example")
    ad = house_ads.write_ad(words, editor)
    freezing.freeze(500, editor)
    other = replace(words, body="Tell two friends about us.")
    with pytest.raises(HouseAdFrozen, match="Issue 500 is frozen"):
        house_ads.change_ad(ad, other, active=True, by=editor)
    house_ads.change_ad(ad, words, active=False, by=editor)
    freezing.unfreeze(500, "Other words.", editor)
    house_ads.change_ad(ad, other, active=True, by=editor)
    assert db.session.get_one(HouseAd, ad).body == "Tell two friends about us."


def test_a_blocked_sponsor_slot_stays_empty(editor: By) -> None:
    db.session.add(HouseAd(name="The Quiet Pager", body="Tell a friend about us.", link="https://quietpager.example"))
    slot_of(500).on_sale = False
    db.session.commit()
    assert freezing.freeze(500, editor).ads == 0


def test_only_an_open_issue_freezes(editor: By) -> None:
    freezing.freeze(500, editor)
    with pytest.raises(WrongState):
        freezing.freeze(500, editor)
    with pytest.raises(NotFound):
        freezing.freeze(9999, editor)


def test_a_frozen_issue_opens_again_before_it_is_sent(editor: By) -> None:
    (sponsor,) = confirmed(make_order())
    approved(sponsor, by=editor)
    freezing.freeze(500, editor)
    freezing.unfreeze(500, "A typo in the intro.", editor)
    assert issue().state is IssueState.OPEN
    assert issue().frozen_at is None
    assert not any(slot.locked for slot in issue().slots)
    assert items() == []
    freezing.freeze(500, editor)
    freezing.sent(500, "", editor)
    with pytest.raises(WrongState):
        freezing.unfreeze(500, "Too late.", editor)


def test_opening_again_needs_a_reason_and_is_audited(editor: By) -> None:
    freezing.freeze(500, editor)
    with pytest.raises(ReasonMissing):
        freezing.unfreeze(500, " ", editor)
    freezing.unfreeze(500, "A typo in the intro.", editor)
    sentences = db.session.scalars(sa.select(AuditEntry.sentence).where(AuditEntry.action == "issue.unfreeze")).all()
    assert sentences == ["Opened issue 500 again: A typo in the intro."]


def test_sending_marks_what_ran_and_asks_about_what_did_not(editor: By) -> None:
    (sponsor,) = confirmed(make_order())
    (job,) = confirmed(make_order(choice(500, PlacementKind.JOB)))
    approved(sponsor, by=editor)
    freezing.freeze(500, editor)
    assert freezing.sent(500, " https://quietpager.example/500 ", editor) == 1
    assert issue().state is IssueState.SENT
    assert issue().archive_url == "https://quietpager.example/500"
    assert db.session.get_one(Booking, sponsor.id).state is BookingState.RAN
    assert db.session.get_one(Booking, job.id).state is BookingState.CONFIRMED
    assert db.session.scalars(sa.select(Task.dedupe_key)).all() == [f"not-run:{job.id}"]


def test_only_a_frozen_issue_is_sent(editor: By) -> None:
    with pytest.raises(WrongState):
        freezing.sent(500, "", editor)
    assert issue().state is IssueState.OPEN


@pytest.mark.parametrize("url", ["javascript:alert(1)", "quietpager.example", "https://", "ftp://x.example/"])
def test_the_archive_is_a_web_address(editor: By, url: str) -> None:
    freezing.freeze(500, editor)
    with pytest.raises(ArchiveLinkNotUsable):
        freezing.sent(500, url, editor)
    assert issue().state is IssueState.FROZEN


def test_nothing_is_claimed_in_a_frozen_issue(editor: By) -> None:
    freezing.freeze(500, editor)
    assert db.session.scalar(sa.select(sa.func.count()).where(Slot.issue_id == issue().id, Slot.locked)) == 6


def test_a_hold_that_runs_out_in_a_frozen_issue_is_over_and_its_holder_told(editor: By) -> None:
    order = make_order()
    freezing.freeze(500, editor)
    assert lapsing.lapse_run_out(NOW + timedelta(hours=1)) == 1
    db.session.expire_all()
    assert order.bookings[0].state is BookingState.LAPSED
    subjects = db.session.scalars(sa.select(OutboxMessage.subject)).all()
    assert "Your hold has run out, nothing was charged" in subjects
    freezing.unfreeze(500, "One ad more.", editor)
    assert slot_of(500).booking_id is None
