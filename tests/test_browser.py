"""Chromium is there, and the checks that use it notice what is wrong."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page

from tests.support.accessibility import problems
from tests.support.browser import open_page

PAGE = """<!doctype html><html lang="en"><head><title>Book</title>
<meta name="viewport" content="width=device-width"></head><body><main><h1>Book</h1>%s</main></body></html>"""


def found(browser: Browser, body: str) -> list[str]:
    with open_page(browser) as (page, _):
        page.set_content(PAGE % body)
        return list(problems(page))


@pytest.mark.browser
def test_a_page_in_order_has_no_problem_in_any_look(browser: Browser) -> None:
    assert found(browser, "<p>Every Sunday.</p>") == []


@pytest.mark.browser
@pytest.mark.parametrize(
    ("body", "rule"),
    [
        ('<p style="color: #ccc; background: #fff">Faint</p>', "color-contrast"),
        ("<input>", "label"),
        ('<p style="width: 900px">Wide</p>', "px wide"),
    ],
)
def test_each_problem_is_found(browser: Browser, body: str, rule: str) -> None:
    assert any(rule in problem for problem in found(browser, body))


@pytest.mark.browser
def test_a_rule_of_one_theme_is_found_in_that_theme(browser: Browser) -> None:
    dark = "<style>@media (prefers-color-scheme: dark) { p { color: #222; background: #111 } }</style><p>Night</p>"
    (problem,) = found(browser, dark)
    assert problem.startswith("At 1440 px in the dark theme: color-contrast")


@pytest.mark.browser
def test_errors_on_a_page_are_collected(browser: Browser) -> None:
    with open_page(browser) as (page, wrong):
        page.set_content(PAGE % "<script>throw new Error('broken')</script>")
        page.wait_for_function("document.readyState === 'complete'")
        assert any("broken" in each for each in wrong)


@pytest.mark.browser
@pytest.mark.any_database
def test_the_live_app_is_reached_from_the_browser(page: Page) -> None:
    assert page.request.get("/static/favicon.svg").ok
