"""The five journeys of the main job, in a real Chromium against a real server and the simulator's real pages.

The editor's begin with a week that is booked: to buy it, and to write its copy, is the sponsor's and the recruiter's.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from booking.db import db
from booking.models import User
from booking.services.copywriting import Words
from tests.journeys.people import EDITOR, Buying, buy, choose, come_back, hold, mail_to, pay, send_copy, sign_in, told
from tests.journeys.ways import DATABASE_OF
from tests.support.copy import approved, confirmed, editor_by, submitted
from tests.support.drafts import Draft
from tests.support.factories import choice, make_order

pytestmark = [
    pytest.mark.browser,
    pytest.mark.any_database(DATABASE_OF["mouse"]),
    pytest.mark.usefixtures("a_newsletter_on_a_monday"),
]

SPONSOR = Buying("Ledgerline", "press@ledgerline.example", ("500-sponsor-50000",))
COPY = "Rotating credentials by hand is how outages begin. Ledgerline rotates every secret on a schedule you can read:"
LINK = "https://ledgerline.example/weekly"


def test_a_sponsor_books_one_week(page: Page) -> None:
    choose(page, SPONSOR)
    expect(page.get_by_text("Sunday 8 March 2026").first).to_be_visible()
    hold(page, SPONSOR)
    page.get_by_role("button", name=re.compile("Is declined")).click()
    expect(page.get_by_text("Your card was declined.")).to_be_visible()
    page.get_by_role("link", name="Cancel and go back").click()
    assert "09:45" in told(page), "the hold is still there, with its time"
    page.get_by_role("button", name=re.compile("Pay")).first.click()
    page.wait_for_url("**/c/pay/**")
    pay(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Booked. Thank you.")
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("Booked. Thank you.")
    page.get_by_role("link", name="Write your copy").click()
    send_copy(page, COPY, LINK)
    assert "In review" in told(page)
    page.goto("/")
    assert "Sold" in page.get_by_role("row", name=re.compile("^500 ")).inner_text()


def test_a_sponsor_books_four_weeks_with_the_discount(page: Page) -> None:
    weeks = Buying("Ledgerline", "press@ledgerline.example", tuple(f"{n}-sponsor-50000" for n in range(500, 504)))
    page.goto("/")
    for slot in weeks.slots[:3]:
        page.check(f"input[name=slot][value='{slot}']")
    summary = page.get_by_role("complementary").filter(has_text="Your order")
    expect(summary).to_contain_text("One more week and all of them cost 5% less: you would save $100.")
    expect(summary).to_contain_text("$1,500")
    page.check(f"input[name=slot][value='{weeks.slots[3]}']")
    expect(summary).to_contain_text("$1,900")
    page.get_by_role("button", name="Book these weeks").first.click()
    hold(page, weeks)
    expect(page.locator("body")).to_contain_text("1,900.00")
    pay(page)
    assert "$1,900" in told(page)
    assert "500" in mail_to(weeks.email)[0]


def test_a_recruiter_books_a_job(page: Page) -> None:
    buy(page, Buying("Northwind Rail", "jobs@northwind.example", ("501-job-25000",), job=True))
    expect(page.get_by_role("heading", level=1)).to_have_text("Booked. Thank you.")
    page.get_by_role("link", name="Write your copy").click()
    page.get_by_label("Job title").fill("Site reliability engineer")
    page.get_by_label("Place", exact=False).first.fill("Leeds, UK")
    page.get_by_label("Pay from").fill("60000")
    page.get_by_label("Pay to").fill("75000")
    page.get_by_label("Currency").fill("GBP")
    page.get_by_role("textbox", name=re.compile("^Text")).fill("Keep the timetable servers awake.")
    page.get_by_label("Where to apply").fill("https://northwind.example/jobs/7")
    expect(page.locator("[data-proof]").first).to_contain_text("Leeds, UK")
    page.get_by_role("button", name="Send for review").click()
    assert "In review" in told(page)


def test_the_editor_asks_for_a_change_and_approves_the_answer(page: Page) -> None:
    (booking,) = confirmed(make_order(choice()))
    submitted(booking, words=Words("Ledgerline", f"{COPY} With 100% uptime.", LINK))

    come_back(page, EDITOR)
    page.goto("/desk")
    page.get_by_role("link", name=re.compile("Review")).first.click()
    page.get_by_label("reason", exact=False).fill("Nobody has 100% uptime. Please leave that out.")
    page.get_by_role("button", name="Ask for a change").click()
    assert "Nobody has 100% uptime" in mail_to(SPONSOR.email)[-1]
    page.context.clear_cookies()

    sign_in(page, SPONSOR.email)
    page.goto(f"/bookings/{booking.id}/copy")
    assert "Nobody has 100% uptime" in told(page)
    send_copy(page, COPY, LINK)

    come_back(page, EDITOR)
    page.goto("/desk")
    page.get_by_role("link", name=re.compile("Review")).first.click()
    assert "With 100% uptime" in page.locator("del").first.inner_text()
    page.get_by_role("button", name="Approve", exact=True).click()
    assert "approved" in mail_to(SPONSOR.email)[-1].lower()


def test_the_editor_feeds_the_issue(page: Page, tmp_path: Path) -> None:
    (booking,) = confirmed(make_order(choice()))
    editor = db.session.scalars(sa.select(User).where(User.email == EDITOR)).one()
    approved(booking, by=editor_by(editor), words=Words("Ledgerline", COPY, LINK))

    draft = tmp_path / "500.md"
    draft.write_text(Draft(number=500).text(), newline="")
    come_back(page, EDITOR)
    page.goto("/desk/issues/500")
    page.get_by_label("File").set_input_files(draft)
    page.get_by_role("button", name="Show what changes").click()
    expect(page.locator("main")).to_contain_text("From our sponsor, Ledgerline")
    with page.expect_download() as download:
        page.get_by_role("button", name="Take the fed draft").click()
    fed = Path(download.value.path()).read_text()
    assert fed.count(COPY) == 2
    assert fed.index("From our sponsor, Ledgerline") < fed.index("News")
