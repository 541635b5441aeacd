"""The editor's Saturday, as one person does it: review, answer, feed, freeze, send, verify. It begins and ends on the
first screen of the desk, and everything in between is done with what stands on the pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Page, expect

from booking import clock
from booking.db import db
from booking.domain.states import BookingState, PlacementKind
from booking.models import Booking
from booking.services.copywriting import Words
from tests.journeys.people import EDITOR, mail_to, sign_in, told
from tests.support.copy import JOB_WORDS, SPONSOR_WORDS, approved, confirmed, editor_by, submitted
from tests.support.drafts import Draft
from tests.support.factories import buyer, choice, make_editor, make_order

pytestmark = [pytest.mark.browser, pytest.mark.any_database]

SATURDAY = clock.instant("2026-03-07 16:00")
ARCHIVE = "https://quietpager.example/issues/500"
QUESTION = "May it say “hiring two”, or is one ad one opening?"
ANSWER = "One ad may name two openings of the same kind."


@dataclass(frozen=True, slots=True)
class Recruiter:
    """Somebody who hires in issue 500, with the text that they sent."""

    company: str
    text: str
    note: str = ""

    @property
    def email(self) -> str:
        return f"jobs@{self.company.split()[0].lower()}.example"

    @property
    def words(self) -> Words:
        details = {"title": "Engineer", "company": self.company, "place": "Leeds"}
        return replace(JOB_WORDS, name=self.company, body=self.text, details=details, note=self.note)


RECRUITERS = (
    Recruiter("Harbour Rail", "Harbour Rail needs someone to keep its timetable servers awake."),
    Recruiter("Orchard Grid", "Orchard Grid balances the power of nine thousand farms.", QUESTION),
    Recruiter("Plainsong", "GREAT TEAM!!! Plainsong runs the phone lines of hospitals."),
    Recruiter("Saltmarsh", "Saltmarsh pays more than anybody."),
)


@pytest.fixture
def recruiters(app: Flask) -> Iterator[dict[str, Booking]]:
    """Five pieces for issue 500: the sponsor's new words for approved ones, and four job ads."""
    with app.app_context(), clock.frozen_at(SATURDAY):
        (sponsor,) = confirmed(make_order())
        approved(sponsor, by=editor_by(make_editor(EDITOR)))
        jobs = {}
        for each in RECRUITERS:
            (jobs[each.company],) = confirmed(
                make_order(choice(500, PlacementKind.JOB), by=buyer(each.company, each.email))
            )
            submitted(jobs[each.company], words=each.words)
        submitted(sponsor, words=replace(SPONSOR_WORDS, body="Ledgerline rotates what your team forgot."))
        yield jobs


def approve_by_key(page: Page, company: str) -> None:
    """Two keys: one goes to the button, so that nothing is decided by a slip."""
    expect(page.get_by_role("heading", level=1)).to_contain_text(company)
    page.keyboard.press("a")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Approved. It runs exactly so.")).to_be_visible()


def review(page: Page, jobs: dict[str, Booking]) -> None:
    """Five pieces: one is approved, one answered, one edited, one sent back and answered, and the last one approved."""
    page.get_by_role("link", name=re.compile("Review")).first.click()
    approve_by_key(page, "Harbour Rail")

    expect(page.get_by_text(QUESTION)).to_be_visible()
    page.get_by_label("Your reason or answer").fill(ANSWER)
    page.get_by_role("button", name="Approve with this answer").click()

    expect(page.get_by_role("heading", level=1)).to_contain_text("Plainsong")
    page.keyboard.press("e")
    page.get_by_label("Your own wording").fill("Plainsong runs the phone lines of hospitals.")
    page.get_by_role("button", name="Send the edit").click()
    expect(page.locator("del").first).to_contain_text("GREAT TEAM!!!")
    approve_by_key(page, "Plainsong")

    page.get_by_label("Your reason or answer").fill("Say what it pays instead.")
    page.get_by_role("button", name="Ask for a change").click()
    submitted(jobs["Saltmarsh"], words=replace(RECRUITERS[3].words, body="Saltmarsh pays £47,000 a year."))

    expect(page.locator("ins").first).to_have_text("what")
    approve_by_key(page, "Ledgerline")
    expect(page.locator("del").first).to_have_text("more than anybody")
    approve_by_key(page, "Saltmarsh")


def feed(page: Page, draft: Path) -> Path:
    """Upload, answer the one question, and take the fed draft away."""
    page.get_by_label("File").set_input_files(draft)
    page.get_by_role("button", name="Show what changes").click()
    page.get_by_label("Add the approved ads below what is there").check()
    page.get_by_role("button", name="Answer").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Take the fed draft").click()
    page.get_by_role("link", name="Back to the issue").click()
    expect(page.get_by_text("Nothing was approved since.")).to_be_visible()
    return Path(download.value.path())


def raw_mail(text: str) -> bytes:
    """The issue as the list sent it: quoted-printable, folded, with headers."""
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"], message["Subject"] = EDITOR, "list@quietpager.example", "Issue 500"
    message.set_content(text, cte="quoted-printable")
    return message.as_bytes()


def test_the_editors_saturday(page: Page, recruiters: dict[str, Booking], tmp_path: Path) -> None:
    friend = "Jobs\n====\n\nA friend needs help with a museum's mail.\n\n\nTools\n====="
    draft = tmp_path / "500.md"
    draft.write_text(Draft(number=500).text().replace("Tools\n=====", friend), newline="")

    sign_in(page, EDITOR)
    expect(page.get_by_role("heading", level=1)).to_have_text("Issue 500 needs five things")
    review(page, recruiters)
    expect(page.get_by_role("heading", level=1)).to_have_text("Issue 500")

    fed = feed(page, draft).read_text()
    assert fed.count("Ledgerline rotates what your team forgot.") == 2
    order = ("museum", "Harbour Rail needs", "Orchard Grid bal", "Plainsong runs", "Saltmarsh pays £47,000", "Tools")
    assert sorted(order, key=fed.index) == list(order)
    assert "GREAT TEAM" not in fed

    page.get_by_role("button", name="Freeze issue 500").click()
    expect(page.get_by_text("Issue 500 is closed for changes with 5 ads.")).to_be_visible()
    page.get_by_label("Address of the issue").fill(ARCHIVE)
    page.get_by_role("button", name="It was sent").click()
    expect(page.get_by_text("Issue 500 is sent; 5 bookings ran.")).to_be_visible()
    expect(page.get_by_role("link", name="Read the issue")).to_have_attribute("href", ARCHIVE)
    page.get_by_label("File").set_input_files(
        {"name": "sent.eml", "mimeType": "message/rfc822", "buffer": raw_mail(fed)}
    )
    page.get_by_role("button", name="Check what ran").click()
    expect(page.get_by_text("Everything ran as approved. The tear sheets are on their way.")).to_be_visible()
    assert told(page).count("Ran as approved") == 6, "the sponsor stands at two places"

    page.get_by_role("link", name="Today").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Issue 501 needs nothing from you")
    db.session.rollback()
    assert set(db.session.scalars(sa.select(Booking.state))) == {BookingState.RAN}
    assert any(ANSWER in mail for mail in mail_to(RECRUITERS[1].email))
    assert any("Say what it pays instead." in mail for mail in mail_to(RECRUITERS[3].email))
    for address in ("press@ledgerline.example", *(each.email for each in RECRUITERS)):
        (tear_sheet,) = [mail for mail in mail_to(address) if mail.startswith("It ran: ")]
        assert "in issue 500, Sunday 8 March 2026" in tear_sheet
