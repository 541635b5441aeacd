"""What the script adds to writing and reviewing copy: a live proof, drafts that save themselves, keys that lead on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from booking import clock
from booking.db import db
from booking.domain.states import PlacementKind
from booking.models import Booking
from booking.services import drafts
from booking.services.drafts import Draft
from tests.journeys.people import come_back, sign_in
from tests.support.browser import open_page
from tests.support.copy import JOB_WORDS, confirmed, submitted
from tests.support.factories import NOW, buyer, choice, make_editor, make_order

pytestmark = [pytest.mark.browser, pytest.mark.any_database]

SPONSOR = "press@ledgerline.example"
EDITOR = "editor@quietpager.example"


@pytest.fixture
def booking_id(app: Flask) -> Iterator[int]:
    with app.app_context(), clock.frozen_at(NOW):
        yield confirmed(make_order())[0].id


@pytest.fixture
def page(page: Page) -> Page:
    """The browser's page, with a clock that runs as ever and can be put forward."""
    page.clock.install()
    return page


PAUSE = 2_000
"""Milliseconds after which the page has drawn the proof and saved what was typed."""


def test_the_proof_follows_what_is_typed(page: Page, booking_id: int) -> None:
    come_back(page, SPONSOR)
    page.goto(f"/bookings/{booking_id}/copy")
    page.get_by_role("textbox", name="Text").fill("Words that nobody has read yet.")
    page.clock.fast_forward(PAUSE)
    proof = page.locator("[data-proof]")
    expect(proof.get_by_role("region").first).to_contain_text("Words that nobody has read yet.")
    expect(proof).to_contain_text("31 of 300 characters")
    expect(proof).to_contain_text("The sponsor block needs a link.")


def test_a_draft_outlives_its_tab(page: Page, booking_id: int) -> None:
    come_back(page, SPONSOR)
    page.goto(f"/bookings/{booking_id}/copy")
    page.get_by_role("textbox", name="Text").fill("Half a sen")
    page.clock.fast_forward(PAUSE)
    expect(page.locator("[data-autosave]")).to_have_text("Saved 09:00 London time")
    page.get_by_role("textbox", name="Text").fill("Half a sentence")
    again = page.context.new_page()
    page.close()
    # The closing tab sends its last words while the next one may be loading already.
    for _ in range(100):
        again.goto(f"/bookings/{booking_id}/copy")
        if again.get_by_role("textbox", name="Text").input_value() == "Half a sentence":
            break
        again.wait_for_timeout(50)
    expect(again.get_by_role("textbox", name="Text")).to_have_value("Half a sentence")


def test_two_devices_lose_nothing(page: Page, booking_id: int) -> None:
    come_back(page, SPONSOR)
    page.goto(f"/bookings/{booking_id}/copy")
    drafts.save_draft(booking_id, Draft({"name": "L", "body": "From the phone.", "link": ""}, 0, "phone"), NOW)
    page.get_by_role("textbox", name="Text").fill("From the laptop.")
    page.clock.fast_forward(PAUSE)
    expect(page.locator("[data-autosave]")).to_contain_text("other words from another device")
    page.reload()
    expect(page.get_by_role("textbox", name="Text")).to_have_value("From the phone.")
    page.get_by_role("button", name="Go on with these words instead").click()
    expect(page.get_by_role("textbox", name="Text")).to_have_value("From the laptop.")


def press(page: Page, key: str) -> None:
    """Press a key once the script listens, which the help for the keys shows."""
    expect(page.locator("[data-keys]")).to_be_visible()
    page.keyboard.press(key)


def test_the_editor_goes_through_the_queue_by_keys(page: Page, booking_id: int) -> None:
    submitted(db.session.get_one(Booking, booking_id))
    (job,) = confirmed(make_order(choice(500, PlacementKind.JOB), by=buyer("Harbour Rail", "jobs@harbour.example")))
    submitted(job, words=JOB_WORDS)
    make_editor(EDITOR)
    come_back(page, EDITOR)
    page.goto("/desk/review")
    page.get_by_role("link", name="Review").first.click()
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text("Ledgerline, sponsor")
    press(page, "j")
    expect(heading).to_have_text("Harbour Rail, job ad")
    press(page, "k")
    expect(heading).to_have_text("Ledgerline, sponsor")
    press(page, "a")
    expect(page.get_by_role("button", name="Approve", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("Approved. It runs exactly so.")


def test_words_outlive_the_session_in_which_they_were_typed(
    browser: Browser, live_server: str, booking_id: int
) -> None:
    with open_page(browser, live_server) as (page, wrong):
        page.clock.install()
        come_back(page, SPONSOR)
        page.goto(f"/bookings/{booking_id}/copy")
        page.context.clear_cookies()
        page.get_by_role("textbox", name="Text").fill("Words of a long afternoon.")
        page.get_by_role("textbox", name="Link").fill("https://ledgerline.example")
        page.clock.fast_forward(PAUSE)
        expect(page.locator("[data-autosave]")).to_contain_text("Your words are kept in this browser.")
        page.get_by_role("button", name="Send for review").click()
        page.get_by_role("button", name="Send it now").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("You are signed out")
        other = page.context.new_page()
        sign_in(other, SPONSOR)
        other.goto(f"/bookings/{booking_id}/copy")
        expect(other.get_by_role("button", name="Bring back the words that were not saved")).to_be_visible()
        page.get_by_role("button", name="Send it now").click()
        # Signing in has changed the token of the page that waited: it asks once more.
        page.get_by_role("button", name="Send it now").click()
        page.wait_for_url("**/bookings/*")
        assert "Words of a long afternoon." in page.inner_text("main")
    # The drafts and proofs that nobody was signed in for.
    assert [each for each in wrong if "400 (BAD REQUEST)" not in each] == []
