"""The issue on the desk: from approved copy to a sent issue and the proof that it ran."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
import sqlalchemy as sa
from flask_sqlalchemy.session import Session
from sqlalchemy.orm import scoped_session

from booking.db import db
from booking.domain.states import BookingState, IssueState, PlacementKind
from booking.models import Booking, CreativeRevision, FeedRun, Issue, User
from booking.services import reviewing
from booking.services.copywriting import Words
from tests.support import at
from tests.support.copy import JOB_WORDS, approved, confirmed, editor_by, seen, submitted
from tests.support.drafts import Draft
from tests.support.factories import NOW, buyer, choice, make_editor, make_issue, make_order
from tests.support.page import Page
from tests.support.visitor import Visitor

Database = scoped_session[Session]
DRAFT = Draft(number=500).text().encode()
FEED = "form[action$='/feed']"


@pytest.fixture(autouse=True)
def _in_march() -> Iterator[None]:
    with at(NOW):
        yield


@pytest.fixture
def editor(session: Database) -> User:
    make_issue(500)
    return make_editor()


@pytest.fixture
def sponsor(editor: User) -> Booking:
    (booking,) = confirmed(make_order())
    approved(booking, by=editor_by(editor))
    return booking


@pytest.fixture
def desk(visitor: Visitor, editor: User) -> Visitor:
    visitor.sign_in(editor)
    return visitor


def job(editor: User, company: str) -> Booking:
    (booking,) = confirmed(
        make_order(choice(500, PlacementKind.JOB), by=buyer(company, f"x@{company}.example".lower()))
    )
    approved(booking, by=editor_by(editor), words=Words(company, f"{company} has a job.", JOB_WORDS.link))
    return booking


def upload(desk: Visitor, draft: bytes = DRAFT, status: int = 200) -> Page:
    desk.get("/desk/issues/500")
    return desk.submit({"file": (draft, "500.md")}, form=FEED, status=status)


def take(desk: Visitor, status: int = 200) -> Page:
    return desk.submit(button="Take the fed draft", status=status)


def test_an_issue_with_nothing_says_so(desk: Visitor) -> None:
    assert "Nothing is approved for this issue" in desk.get("/desk/issues/500").text
    desk.get("/desk/issues/12345", status=404)


def test_both_sections_stand_as_they_will_and_what_is_missing_is_named(
    desk: Visitor, sponsor: Booking, editor: User
) -> None:
    (waiting,) = confirmed(make_order(choice(500, PlacementKind.JOB)))
    submitted(waiting, words=JOB_WORDS)
    job(editor, "Zinc")
    page = desk.get("/desk/issues/500")
    assert "From our sponsor, Ledgerline" in page.text
    assert "Jobs ==== Zinc has a job." in page.text
    assert "The copy is not approved." in page.text


def test_a_gap_says_whose_turn_it_is(desk: Visitor, sponsor: Booking, editor: User) -> None:
    (waiting,) = confirmed(make_order(choice(500, PlacementKind.JOB)))
    revision = submitted(waiting, words=JOB_WORDS)
    edited = reviewing.edit(seen(revision), replace(JOB_WORDS, body="A shorter text."), editor_by(editor))
    page = desk.get("/desk/issues/500")
    assert "Your edit waits for their yes." in page.text
    assert f"/desk/review/{edited}" in page.links.values()
    shorter = db.session.get_one(CreativeRevision, edited)
    reviewing.request_changes(seen(shorter), "Say what it pays.", editor_by(editor))
    page = desk.get("/desk/issues/500")
    assert "You asked for a change." in page.text
    assert f"/desk/review/{edited}" not in page.links.values()
    frozen = desk.submit(form="form[action$='/freeze']").text
    assert "closed for changes with 1 ad." in frozen
    assert "Ledgerline, job ad, is not in it. You asked for a change." in frozen


def test_an_uploaded_draft_is_fed_and_taken_away_byte_for_byte(desk: Visitor, sponsor: Booking) -> None:
    windows = b"\xef\xbb\xbf" + DRAFT.replace(b"\n", b"\r\n")
    page = upload(desk, windows)
    assert "+From our sponsor, Ledgerline" in page.text
    assert db.session.query(FeedRun).count() == 0
    fed = take(desk)
    assert fed.data.startswith(b"\xef\xbb\xbf")
    assert fed.data.count(b"\r\n") == fed.data.count(b"\n")
    assert fed.data.count(b"Ledgerline rotates the credentials") == 2
    assert fed.headers["Content-Disposition"] == 'attachment; filename="500.md"'
    assert db.session.query(FeedRun).count() == 1
    assert "The draft has exactly what is approved." in upload(desk, fed.data).text


def test_a_pasted_draft_is_fed_with_lf(desk: Visitor, sponsor: Booking) -> None:
    desk.get("/desk/issues/500")
    desk.submit({"text": DRAFT.decode().replace("\n", "\r\n")}, form=FEED, status=200)
    assert b"\r" not in take(desk).data


def test_conflicts_are_answered_one_by_one(desk: Visitor, sponsor: Booking, editor: User) -> None:
    job(editor, "Zinc")
    upload(desk)
    fed = take(desk).data
    edited = fed.replace(b"rotates the credentials", b"rotates all credentials", 1).replace(b"Zinc has", b"Zinc had")
    page = upload(desk, edited, 409)
    assert [node.text() for node in page.select("legend")] == ["Sponsor, at the top", "Jobs"]
    page = desk.submit({"choice-sponsor": "overwrite"}, button="Answer", status=409)
    assert [node.text() for node in page.select("legend")] == ["Jobs"]
    desk.submit({"choice-jobs": "keep"}, button="Answer", status=200)
    done = take(desk).data
    assert b"rotates all" not in done
    assert b"Zinc had" in done


def test_our_copy_is_taken_out_again(desk: Visitor, sponsor: Booking) -> None:
    upload(desk)
    fed = take(desk).data
    upload(desk, fed)
    assert desk.submit(button="Take our copy out of it instead", status=200).data == DRAFT


def test_a_draft_that_cannot_be_used_is_a_sentence(desk: Visitor, sponsor: Booking) -> None:
    drafts = {
        "not UTF-8": b"\xff\xfe",
        "mixes line endings": b"a\r\nb\n",
        "binary": b"\0",
        "no section": b"",
        "Textile": b"h2. News\n\nwords",
    }
    data = desk.get("/desk/issues/500").form(FEED).filled({}, None)
    for sentence, draft in drafts.items():
        status = 409 if sentence == "no section" else 422
        page = desk.post("/desk/issues/500/feed", {**data, "file": (draft, "500.md")}, status)
        assert sentence in page.text


def test_a_draft_that_was_tampered_with_on_the_way_is_refused(desk: Visitor, sponsor: Booking) -> None:
    desk.get("/desk/issues/500")
    sent = {"draft": "not base64!", "act": "take", "choice-sponsor": "nonsense"}
    page = desk.post("/desk/issues/500/feed", sent, status=409)
    assert "no section" in page.text


def test_the_jobs_can_be_put_in_order(desk: Visitor, editor: User) -> None:
    first, second = job(editor, "Alder"), job(editor, "Birch")
    page = desk.get("/desk/issues/500")
    assert page.text.index("Alder has") < page.text.index("Birch has")
    desk.submit({f"position-{first.id}": "2", f"position-{second.id}": "1"}, form="form[action$='/jobs']")
    page = desk.get("/desk/issues/500")
    assert page.text.index("Birch has") < page.text.index("Alder has")
    desk.post("/desk/issues/500/jobs", {"position-x": "1", "position-99999": "abc"})


def test_the_whole_saturday(desk: Visitor, sponsor: Booking) -> None:
    upload(desk)
    fed = take(desk).data
    desk.get("/desk/issues/500")
    assert "closed for changes with 1 ad." in desk.submit(form="form[action$='/freeze']").text
    assert "Write a reason." in desk.submit({"reason": " "}, form="form[action$='/unfreeze']", status=422).text
    assert "is open again" in desk.submit({"reason": "A typo."}, form="form[action$='/unfreeze']").text
    desk.submit(form="form[action$='/freeze']")
    sent = {"archive_url": "ftp://quietpager.example"}
    assert "is not a web address" in desk.post("/desk/issues/500/sent", sent, status=422).text
    desk.get("/desk/issues/500")
    page = desk.submit({"archive_url": "https://quietpager.example/500"}, form="form[action$='/sent']")
    assert "1 booking ran." in page.text
    page = desk.submit({"file": (fed, "sent.md")}, form="form[action$='/verify']")
    assert "Everything ran as approved." in page.text
    assert "Ran" in page.text
    altered = fed.replace(b"rotates the credentials", b"rotates all credentials", 1)
    page = desk.submit({"file": (altered, "sent.md")}, form="form[action$='/verify']")
    assert "Not everything ran as approved." in page.text
    assert page.select("pre.diff ins")
    assert db.session.get_one(Booking, sponsor.id).state is BookingState.RAN
    assert db.session.scalars(sa.select(Issue.state).where(Issue.number == 500)).one() is IssueState.SENT


def test_verifying_nothing_is_a_sentence(desk: Visitor, sponsor: Booking) -> None:
    desk.post("/desk/issues/500/verify", {"text": "words"}, status=409)
    desk.post("/desk/issues/500/freeze", {})
    desk.post("/desk/issues/500/sent", {"archive_url": ""})
    assert "This is empty." in desk.post("/desk/issues/500/verify", {"text": ""}, status=422).text


def test_every_form_of_every_ad_can_be_taken_elsewhere(desk: Visitor, sponsor: Booking, editor: User) -> None:
    job(editor, "Zinc")
    page = desk.get("/desk/issues/500/sections")
    proofs = " ".join(node.text() for node in page.select("pre.proof"))
    assert 'rel="sponsored"' in proofs
    assert "<h2>Jobs</h2>" in proofs
    assert "THE QUIET PAGER ISSUE \\#500 - 8th March 2026" in proofs
