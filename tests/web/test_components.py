"""The component page, as a visitor and as a browser see it: what each part does with and without the script.

That nobody is kept out of a part is looked at with all other pages, in tests/gates/test_accessibility.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask, get_template_attribute
from playwright.sync_api import Browser, Page, Request, expect

from booking.domain.states import (
    AttemptState,
    BookingState,
    CopyState,
    DisputeState,
    FoundState,
    IssueState,
    Labelled,
    RefundState,
)
from tests.support.browser import open_page
from tests.support.databases import Database
from tests.support.servers import serving
from tests.support.visitor import Visitor

pytestmark = pytest.mark.any_database

SUMMARY = ".summary"
FORGET = """() => {
    const kept = localStorage.length + sessionStorage.length;
    localStorage.clear();
    sessionStorage.clear();
    return kept;
}"""


@pytest.fixture(scope="module")
def opened(
    browser: Browser, databases: Callable[[str], Database], apps: Callable[[Database], Flask]
) -> Iterator[tuple[Page, list[str]]]:
    """One page for all tests, and what went wrong on it: a profile for each costs three times what is done in it."""
    app = apps(databases("sqlite"))
    before = dict(app.config)
    with serving(app) as address:
        app.config.update(BASE_URL=address, SERVER_NAME=address.removeprefix("http://"))
        with open_page(browser, address) as opened:
            yield opened
    app.config.clear()
    app.config.update(before)


@pytest.fixture
def page(opened: tuple[Page, list[str]]) -> Iterator[Page]:
    """The component page as somebody sees it who has never been here."""
    page, wrong = opened
    page.context.clear_cookies()
    page.context.clear_permissions()
    page.goto("/dev/components")
    if page.evaluate(FORGET):
        page.reload()
    assert page.evaluate(FORGET) == 0, "Something of the test before is left."
    yield page
    told = wrong.copy()
    wrong.clear()
    assert not told, f"Something went wrong in the browser: {told}"


def test_the_component_page_is_in_order(visitor: Visitor) -> None:
    visitor.get("/dev/components")


def test_an_error_stands_at_its_field_and_in_the_summary(visitor: Visitor) -> None:
    page = visitor.get("/dev/components")
    field = page.select("#wrong-email")[0]
    assert field.attributes["aria-invalid"] == "true"
    described = (field.attributes["aria-describedby"] or "").split()
    assert described == ["wrong-email-hint", "wrong-email-error"]
    assert "name@example.com" in page.select("#wrong-email-error")[0].text()
    assert page.select(f"{SUMMARY} a[href='#wrong-email']")


def test_an_optional_field_says_so(visitor: Visitor) -> None:
    labels = {label.attributes["for"]: label.text() for label in visitor.get("/dev/components").select("label[for]")}
    assert "(optional)" in labels["usual-place"]
    assert "(optional)" not in labels["usual-company"]


def test_the_summary_of_errors_takes_the_focus(page: Page) -> None:
    expect(page.locator(SUMMARY)).to_be_focused()


def test_ticking_a_week_adds_it_to_the_total_and_says_what_the_next_step_saves(page: Page) -> None:
    order = page.locator("[data-order]")
    expect(order.locator(".sum output")).to_have_text("$1,000")
    order.get_by_role("checkbox", name="Sponsor, issue 817").check()
    expect(order.locator(".sum output")).to_have_text("$2,250.50")
    # 5% of 500 + 500 + 1,250.50 and another week at 1,250.50.
    expect(order.locator("[data-order-hint]")).to_contain_text("One more week")
    expect(order.locator("[data-order-hint]")).to_contain_text("$175.05")
    expect(order.locator("[data-order-count]")).to_have_text("3 chosen, one more saves $175.05")
    expect(order.locator("[data-order-lines] li").last).to_contain_text("Monday 4 January 2027")
    order.get_by_role("checkbox", name="Jobs, issue 814").check()
    expect(order.locator(".sum output")).to_have_text("$2,500.50")
    expect(order.locator("[data-order-hint]")).to_contain_text("$175.05")


def test_unticking_everything_says_that_nothing_is_chosen(page: Page) -> None:
    order = page.locator("[data-order]")
    for issue in (814, 816):
        order.get_by_role("checkbox", name=f"Sponsor, issue {issue}").uncheck()
    expect(order.locator(".sum output")).to_have_text("$0")
    expect(order.locator("[data-order-empty]")).to_be_visible()
    expect(order.locator(".orderbar p")).to_have_text("Tick the weeks you want")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("👩🏽‍🚀 café", "6 of 300 characters"),
        ("e\u0301", "1 of 300 characters"),
        ("x" * 301, "301 of 300 characters, 1 too many"),
    ],
)
def test_characters_are_counted_as_people_see_them(page: Page, typed: str, said: str) -> None:
    page.locator("#usual-copy").fill(typed)
    expect(page.locator("#usual-copy-count")).to_have_text(said)


def test_letters_move_the_focus_and_decide_nothing(page: Page) -> None:
    page.locator("h1").click()
    page.keyboard.press("a")
    expect(page.locator(".decide").get_by_role("button", name="Approve")).to_be_focused()
    assert page.url.endswith("/dev/components")


def test_letters_typed_into_a_field_stay_letters(page: Page) -> None:
    page.locator("#usual-company").press_sequentially("ajk")
    expect(page.locator("#usual-company")).to_have_value("ajk")
    expect(page.locator("#usual-company")).to_be_focused()


def test_the_keys_can_be_switched_off_and_stay_off(page: Page) -> None:
    page.get_by_role("checkbox", name="Keyboard shortcuts").uncheck()
    page.reload()
    page.locator("h1").click()
    page.keyboard.press("a")
    expect(page.locator(".decide").get_by_role("button", name="Approve")).not_to_be_focused()


def test_a_hold_counts_down_by_the_clock_of_the_server(page: Page) -> None:
    # The sample's server says that it is 2099, ten minutes and some seconds before the end of the hold.
    expect(page.locator("[data-countdown] [data-left]")).to_contain_text("10 min")


def test_copying_says_that_it_was_done(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy the proof").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert "From our sponsor, Ledgerline" in page.evaluate("navigator.clipboard.readText()")


def test_pressing_twice_sends_once(page: Page) -> None:
    sent: list[str] = []

    def note(request: Request) -> None:
        sent.append(request.method)

    page.on("request", note)
    button = page.get_by_role("button", name="Cancel and refund $250")
    button.evaluate("button => { button.click(); button.click(); }")
    page.wait_for_load_state()
    expect(page.locator("h1")).to_have_text("Components")
    page.remove_listener("request", note)
    assert sent.count("POST") == 1


MACHINES = (BookingState, CopyState, RefundState, IssueState, AttemptState, DisputeState, FoundState)


@pytest.mark.parametrize("machine", MACHINES)
def test_every_state_has_a_look_and_keeps_its_own_words(app: Flask, machine: type[Labelled]) -> None:
    with app.test_request_context():
        badge = get_template_attribute("components/states.html", "badge")
        looks = {state.label: str(badge(state)) for state in machine}
    assert all(label in look for label, look in looks.items())
    # A ring of dots is what a state gets that nobody has thought of, but for those that are not there yet or any more.
    unknown = {label for label, look in looks.items() if "state dots" in look}
    assert unknown <= {"Hold ended", "Not on sale", "Payment page expired"}


def test_the_same_word_of_two_machines_looks_different(app: Flask) -> None:
    with app.test_request_context():
        badge = get_template_attribute("components/states.html", "badge")
        assert "act diamond" in badge(CopyState.SUBMITTED)
        assert "wait half" in badge(RefundState.SUBMITTED)
        assert "act warn" in badge(DisputeState.OPEN)
        assert "state good" in badge(IssueState.OPEN)
