"""Chromium is there, and the checks that use it notice what is wrong."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page

from tests.support.accessibility import problems
from tests.support.browser import open_page

PAGE = """<!doctype html><html lang="en"><head><title>Book</title>
<meta name="viewport" content="width=device-width"></head><body><main><h1>Book</h1>%s</main></body></html>"""


DARK = "At 1440 px in the dark theme: color-contrast"
PROBLEMS = {
    "<p>Every Sunday.</p>": set(),
    '<p style="color: #ccc; background: #fff">Faint</p>': {"At 320 px in the light theme: color-contrast", DARK},
    "<input>": {"At 1440 px in the dark theme: label"},
    '<p style="width: 900px">Wide</p>': {"At 320 px in the light theme: it is 908 px wide."},
    "<style>@media (prefers-color-scheme: dark) { p { color: #222; background: #111 } }</style><p>Night</p>": {DARK},
}
"""What stands on a page, and what is wrong with it. What is wrong in every look is told of the first, the wide one for
every other page: each is first looked at as the one before it was last."""


@pytest.mark.browser
def test_each_problem_is_found_in_its_look_and_no_other(browser: Browser) -> None:
    with open_page(browser) as (page, _):
        for body, wrong in PROBLEMS.items():
            page.set_content(PAGE % body)
            assert {": ".join(problem.split(": ")[:2]) for problem in problems(page)} == wrong, body


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
