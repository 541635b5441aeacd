"""The five journeys with JavaScript off. Every other flow is walked without it: tests/web has none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys import test_browser as journeys
from tests.journeys.people import Buying, buy, hold, pay, told
from tests.journeys.ways import DATABASE_OF
from tests.support.browser import open_page

pytestmark = [
    pytest.mark.browser,
    pytest.mark.any_database(DATABASE_OF["without script"]),
    pytest.mark.usefixtures("a_newsletter_on_a_monday"),
]


@pytest.fixture
def page(browser: Browser, live_server: str) -> Iterator[Page]:
    """A page that runs no script."""
    with open_page(browser, live_server, java_script_enabled=False) as (page, wrong):
        yield page
        assert not wrong, f"Something went wrong in the browser: {wrong}"


def test_a_sponsor_books_one_week(page: Page) -> None:
    journeys.test_a_sponsor_books_one_week(page)


def test_a_sponsor_sees_the_discount_of_four_weeks_by_asking_for_it(page: Page) -> None:
    weeks = Buying("Ledgerline", "press@ledgerline.example", tuple(f"{n}-sponsor-50000" for n in range(500, 504)))
    page.goto("/")
    for slot in weeks.slots[:3]:
        page.check(f"input[name=slot][value='{slot}']")
    page.get_by_role("button", name="Work out the total").first.click()
    summary = page.get_by_role("complementary").filter(has_text="Your order")
    expect(summary).to_contain_text("One more week and all of them cost 5% less: you would save $100.")
    expect(summary).to_contain_text("$1,500")
    page.check(f"input[name=slot][value='{weeks.slots[3]}']")
    page.get_by_role("button", name="Book these weeks").first.click()
    expect(page.locator("main")).to_contain_text("$1,900")
    hold(page, weeks)
    pay(page)
    assert "$1,900" in told(page)


def test_a_recruiter_sees_the_proof_by_asking_for_it(page: Page) -> None:
    buy(page, Buying("Northwind Rail", "jobs@northwind.example", ("501-job-25000",), job=True))
    page.get_by_role("link", name="Write your copy").click()
    page.get_by_label("Job title").fill("Site reliability engineer")
    page.get_by_label("Place", exact=False).first.fill("Leeds, UK")
    page.get_by_role("textbox", name="Text").first.fill("Keep the timetable servers awake.")
    page.get_by_label("Where to apply").fill("https://northwind.example/jobs/7")
    page.get_by_role("button", name="Show proof").click()
    expect(page.locator("[data-proof]").first).to_contain_text("Leeds, UK")
    page.get_by_role("button", name="Send for review").click()
    assert "In review" in told(page)


def test_the_editor_asks_for_a_change_and_approves_the_answer(page: Page) -> None:
    journeys.test_the_editor_asks_for_a_change_and_approves_the_answer(page)


def test_the_editor_feeds_the_issue(page: Page, tmp_path: Path) -> None:
    journeys.test_the_editor_feeds_the_issue(page, tmp_path)
