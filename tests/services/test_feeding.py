"""The approved copy of an issue, in and out of a draft, with what was written kept for the next time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask_sqlalchemy.session import Session
from sqlalchemy.orm import scoped_session

from booking.db import db
from booking.domain.blocks import ApprovedCopy
from booking.domain.copy_errors import DraftRefused, FeedRefused
from booking.domain.copy_refusals import ApprovedCopyChanged
from booking.domain.errors import IssueFrozen, IssueSent, NotFound
from booking.domain.merge import Choice, ConflictKind
from booking.domain.region import Region
from booking.domain.states import PlacementKind
from booking.models import (
    Booking,
    CreativeReview,
    CreativeRevision,
    FeedBase,
    FeedRun,
    HouseAd,
    IssueItem,
    Placement,
    Task,
)
from booking.services import feeding, freezing, opening
from booking.services.booking_steps import By
from booking.services.copywriting import Words
from booking.services.disputes import sync_dispute
from booking.services.feeding import DraftGiven, FeedReport
from booking.services.job_order import order_jobs
from booking.services.queries.issue_desk import issue_page
from tests.support.copy import JOB_WORDS, approved, confirmed, editor_by, submitted
from tests.support.drafts import Draft
from tests.support.factories import NOW, buyer, choice, make_editor, make_issue, make_order
from tests.support.paid import paid
from tests.support.till import Till

Database = scoped_session[Session]
DRAFT = Draft(number=500).text().encode()


@pytest.fixture
def editor(session: Database) -> By:
    make_issue(500)
    return editor_by(make_editor())


@pytest.fixture
def sponsor(editor: By) -> Booking:
    (booking,) = confirmed(make_order())
    approved(booking, by=editor)
    return booking


def job(editor: By, company: str = "Harbour Rail", text: str = JOB_WORDS.body) -> Booking:
    (booking,) = confirmed(make_order(choice(500, PlacementKind.JOB), by=buyer(company, f"x@{company[0]}.example")))
    approved(booking, by=editor, words=Words(company, text, JOB_WORDS.link))
    return booking


def feed(draft: bytes, editor: By, **choices: Choice) -> FeedReport:
    answers = {Region(region): choice for region, choice in choices.items()}
    return feeding.feed_issue(500, DraftGiven(draft, "500.md", answers), editor)


def test_approved_copy_stands_at_the_top_in_jobs_and_above_the_footer(editor: By, sponsor: Booking) -> None:
    job(editor)
    text = feed(DRAFT, editor).result.draft.decode()
    assert text.count("Ledgerline rotates the credentials") == 2
    assert text.index("From our sponsor, Ledgerline") < text.index("\nNews\n") < text.index("\nJobs\n====\n")
    assert "Harbour Rail needs someone" in text


def test_feeding_twice_changes_nothing_and_is_one_run(editor: By, sponsor: Booking) -> None:
    first = feed(DRAFT, editor)
    second = feed(first.result.draft, editor)
    assert first.result.changed
    assert not second.result.changed
    assert second.result.draft == first.result.draft
    assert db.session.query(FeedRun).count() == 1


def test_cancelling_gives_the_original_bytes_back(editor: By, sponsor: Booking) -> None:
    fed = feed(DRAFT, editor).result.draft
    assert feeding.cancel_feed(500, DraftGiven(fed), editor).draft == DRAFT
    assert db.session.query(FeedBase).count() == 0


def test_only_approved_copy_of_paid_places_is_fed(editor: By) -> None:
    make_order(choice(500, PlacementKind.JOB))
    (waiting,) = confirmed(make_order())
    submitted(waiting)
    report = feed(DRAFT, editor)
    assert report.result.draft == DRAFT
    assert [(gap.booking_id, gap.reason) for gap in report.gaps] == [(waiting.id, "The copy is not approved.")]


def test_a_run_records_the_revisions_that_it_carried(editor: By, sponsor: Booking) -> None:
    revision = sponsor.creative.approved_revision_id if sponsor.creative else None
    feed(DRAFT, editor)
    run = db.session.scalars(sa.select(FeedRun)).one()
    assert run.revision_ids == [revision]


def test_a_newly_approved_text_replaces_only_our_own_region(editor: By, sponsor: Booking) -> None:
    fed = feed(DRAFT, editor).result.draft
    by_hand = fed.replace(b"A quiet week", b"A loud week")
    approved(sponsor, by=editor, words=Words("Ledgerline", "New words.", "https://ledgerline.example"))
    again = feed(by_hand, editor).result.draft
    assert again.count(b"New words.") == 2
    assert b"A loud week" in again
    assert b"on-call team" not in again


def test_a_hand_edit_is_a_conflict_that_stores_nothing(editor: By, sponsor: Booking) -> None:
    fed = feed(DRAFT, editor).result.draft
    approved(sponsor, by=editor, words=Words("Ledgerline", "New words.", "https://ledgerline.example"))
    edited = fed.replace(b"rotates the credentials", b"rotates all credentials", 1)
    report = feed(edited, editor)
    assert [(c.region, c.kind) for c in report.result.conflicts] == [(Region.SPONSOR, ConflictKind.EDITED)]
    assert report.result.draft == edited
    assert db.session.query(FeedRun).count() == 1
    assert feed(edited, editor, sponsor=Choice.OVERWRITE).accepted


def questions() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(Task.title).where(Task.done_at.is_(None))))


@pytest.mark.parametrize("end", ["answer", "another draft", "cancel", "send"])
def test_questions_about_a_draft_wait_until_one_is_fed_or_sent(editor: By, sponsor: Booking, end: str) -> None:
    fed = feed(DRAFT, editor).result.draft
    edited = fed.replace(b"rotates the credentials", b"rotates all credentials", 1)
    approved(sponsor, by=editor, words=Words("Ledgerline", "New words.", "https://ledgerline.example"))
    for _ in range(2):
        feed(edited, editor)
        assert questions() == ["The draft of issue 500 has questions"]
    assert "They are about: sponsor." in db.session.scalars(sa.select(Task.advice)).one()
    match end:
        case "answer":
            assert feed(edited, editor, sponsor=Choice.KEEP).accepted
        case "another draft":
            assert feed(fed, editor).accepted
        case "cancel":
            assert not feeding.cancel_feed(500, DraftGiven(fed), editor).conflicts
        case _:
            freezing.freeze(500, editor)
            freezing.sent(500, "", editor)
    assert questions() == []
    if end in ("answer", "another draft"):
        feed(edited.replace(b"New words", b"Our words"), replace(editor, now=editor.now + timedelta(hours=1)))
        assert questions() == ["The draft of issue 500 has questions"]


def test_what_the_editor_marks_as_not_run_becomes_a_task(editor: By, sponsor: Booking) -> None:
    feed(DRAFT, editor)
    report = feed(DRAFT, editor, sponsor=Choice.NOT_RUN, foot=Choice.NOT_RUN)
    assert report.accepted
    assert db.session.scalars(sa.select(Task.dedupe_key)).all() == [f"not-run:{sponsor.id}"]


def test_jobs_stand_in_the_editors_order_then_in_that_of_approval(editor: By) -> None:
    late = job(By(editor.actor, editor.now + timedelta(hours=1), editor.user_id), "Zinc", "Late words.")
    early = job(editor, "Yew", "Early words.")
    first = job(By(editor.actor, editor.now + timedelta(hours=2), editor.user_id), "Xenon", "First words.")
    db.session.get_one(Booking, first.id).position = 1
    db.session.commit()
    order = [ad.booking_id for ad in feed(DRAFT, editor).ads]
    assert order == [first.id, early.id, late.id]


def test_the_house_ad_is_flagged_and_stands_for_an_unsold_sponsor(editor: By) -> None:
    db.session.add(HouseAd(name="The Quiet Pager", body="Tell a friend.", link="https://quietpager.example"))
    db.session.commit()
    text = feed(DRAFT, editor).result.draft.decode()
    assert "House ad: The Quiet Pager" in text


def test_copy_that_no_longer_gives_the_approved_hash_is_refused(editor: By, sponsor: Booking) -> None:
    # A forged row: the table is append-only, so only a new revision with a wrong hash can be made.
    creative = sponsor.creative
    assert creative is not None
    forged = CreativeRevision(
        creative_id=creative.id, number=9, name="L", body="Forged.", link="https://l.example",
        final_link="https://l.example", sha256="0" * 64, author=editor.actor, submitted_at=editor.now,
    )  # fmt: skip
    db.session.add(forged)
    db.session.flush()
    db.session.add(CreativeReview(revision_id=forged.id, decision="approved", at=editor.now))
    db.session.flush()
    creative.current_revision_id = creative.approved_revision_id = forged.id
    db.session.commit()
    with pytest.raises(ApprovedCopyChanged):
        feed(DRAFT, editor)
    assert db.session.query(FeedRun).count() == 0
    page = issue_page(500)
    assert page.refusal
    assert (page.ads, page.approved) == ((), ApprovedCopy())


def test_a_frozen_issue_is_fed_with_what_it_froze_with(editor: By) -> None:
    make_issue(501)
    weeks = confirmed(make_order(choice(500), choice(501)))
    approved(*weeks, by=editor)
    freezing.freeze(500, editor)
    approved(weeks[1], by=editor, words=Words("Ledgerline", "For the next week.", "https://ledgerline.example"))
    assert b"on-call team" in feed(DRAFT, editor).result.draft


def test_a_sent_issue_is_not_fed(editor: By, sponsor: Booking) -> None:
    freezing.freeze(500, editor)
    freezing.sent(500, "", editor)
    for act in (feeding.feed_issue, feeding.cancel_feed):
        with pytest.raises(IssueSent):
            act(500, DraftGiven(DRAFT), editor)


@pytest.mark.parametrize(
    "draft",
    [b"\xff\xfe", b"a\r\nb\n", b"\0", b"h2. News\n\ntext\n", b"x" * (3 << 20)],
    ids=["not UTF-8", "mixed newlines", "binary", "Textile", "huge"],
)
def test_a_draft_that_cannot_be_read_is_refused(editor: By, sponsor: Booking, draft: bytes) -> None:
    with pytest.raises(DraftRefused):
        feed(draft, editor)


def test_planning_writes_nothing(editor: By, sponsor: Booking) -> None:
    report = feeding.plan_feed(500, DraftGiven(DRAFT))
    assert report.result.changed
    assert db.session.query(FeedBase).count() == db.session.query(FeedRun).count() == 0


def test_when_the_file_cannot_be_written_nothing_is_stored(editor: By, sponsor: Booking) -> None:
    def full_disk(_draft: bytes) -> None:
        raise OSError("No space left on device")

    with pytest.raises(OSError, match="No space"):
        feeding.feed_issue(500, DraftGiven(DRAFT), editor, full_disk)
    assert db.session.query(FeedBase).count() == db.session.query(FeedRun).count() == 0


def test_a_draft_fed_before_a_crash_is_adopted(editor: By, sponsor: Booking) -> None:
    fed = feeding.plan_feed(500, DraftGiven(DRAFT)).result.draft
    assert not feed(fed, editor).result.changed
    assert db.session.query(FeedBase).count() > 0


def test_an_unknown_issue_is_not_found(editor: By) -> None:
    with pytest.raises(NotFound):
        feeding.plan_feed(12345, DraftGiven(DRAFT))


def test_a_draft_of_another_number_is_warned_about(editor: By, sponsor: Booking) -> None:
    warnings = feeding.plan_feed(500, DraftGiven(Draft(number=499).text().encode(), "499.md")).result.warnings
    assert any("499" in warning for warning in warnings)


def test_a_draft_without_any_section_is_refused(editor: By, sponsor: Booking) -> None:
    with pytest.raises(FeedRefused):
        feed(b"Just an intro.\n", editor)


def test_what_was_edited_by_hand_is_not_taken_out_unasked(editor: By, sponsor: Booking) -> None:
    fed = feed(DRAFT, editor).result.draft
    edited = fed.replace(b"rotates the credentials", b"rotates all credentials", 1)
    kept = feeding.cancel_feed(500, DraftGiven(edited), editor)
    assert [conflict.region for conflict in kept.conflicts] == [Region.SPONSOR]
    assert kept.draft == edited
    assert db.session.query(FeedBase).count() > 0


def test_the_jobs_of_an_issue_that_is_closed_keep_their_order(editor: By) -> None:
    booking_id = job(editor).id
    freezing.freeze(500, editor)
    with pytest.raises(IssueFrozen):
        order_jobs(500, {booking_id: 1}, editor)
    freezing.sent(500, "", editor)
    with pytest.raises(IssueSent):
        order_jobs(500, {booking_id: 1}, editor)
    assert db.session.get_one(Booking, booking_id).position is None


def test_two_sponsors_in_one_issue_are_for_the_editor_to_part(editor: By) -> None:
    db.session.execute(sa.update(Placement).where(Placement.kind == PlacementKind.SPONSOR).values(slots_per_issue=2))
    db.session.commit()
    opening.open_issues(NOW, 9)
    for company in ("Ledgerline", "Harbour Rail"):
        (booking,) = confirmed(make_order(choice(508), by=buyer(company, f"x@{company[0]}.example")))
        approved(booking, by=editor, words=Words(company, "Words.", "https://words.example"))
    with pytest.raises(FeedRefused, match="has Ledgerline and Harbour Rail"):
        feeding.plan_feed(508, DraftGiven(Draft(number=508).text().encode()))


def test_the_copy_of_a_disputed_payment_is_not_fed(editor: By, till: Till) -> None:
    (booking,) = paid(till, choice(500))
    approved(booking, by=editor)
    sync_dispute(till.do(f"/payments/{till.payment().stripe_payment_intent_id}/dispute")["id"])
    report = feed(DRAFT, editor)
    assert report.result.draft == DRAFT
    assert [gap.reason for gap in report.gaps] == ["The payment is disputed, so the copy is withheld."]


def test_a_frozen_issue_is_fed_with_the_house_ad_that_it_froze_with(editor: By) -> None:
    db.session.add(HouseAd(name="The Quiet Pager", body="Tell a friend.", link="https://quietpager.example"))
    db.session.commit()
    freezing.freeze(500, editor)
    db.session.execute(sa.update(HouseAd).values(active=False))
    db.session.commit()
    assert b"Tell a friend." in feed(DRAFT, editor).result.draft


def test_a_frozen_issue_whose_words_no_longer_give_its_hash_is_refused(editor: By, sponsor: Booking) -> None:
    freezing.freeze(500, editor)
    db.session.execute(sa.update(IssueItem).values(sha256="0" * 64))
    db.session.commit()
    with pytest.raises(ApprovedCopyChanged):
        feed(DRAFT, editor)
