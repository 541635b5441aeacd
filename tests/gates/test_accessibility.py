"""axe-core finds nothing on any page of the gallery, narrow or wide, in the light or in the dark."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from flask_sqlalchemy.session import Session
from playwright.sync_api import Browser, Page
from sqlalchemy.orm import scoped_session

from booking.stripe_simulator import Simulator
from tests.journeys.people import EDITOR, sign_in
from tests.support import at
from tests.support.accessibility import problems, script
from tests.support.browser import open_page
from tests.support.copy import approved, confirmed, editor_by
from tests.support.drafts import Draft
from tests.support.factories import NOW, make_editor, make_order
from tests.support.gallery import MOMENT, before_the_first_issue
from tests.support.hanging import hang_again
from tests.support.lookers import Lookers

pytestmark = [pytest.mark.browser, pytest.mark.any_database]

PARTS = 2
"""The pages are dealt out, so that both cores have something to look at; each of them opens the gallery once."""


def test_nobody_is_kept_out_before_the_first_issue(
    app: Flask, session: scoped_session[Session], browser: Browser, gallery_server: str
) -> None:
    with at(MOMENT), Lookers(app, browser, gallery_server, script()) as lookers:
        found = {view.name: list(problems(lookers.look(view))) for view in before_the_first_issue(app)}
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize("part", range(PARTS))
def test_nobody_is_kept_out_by_how_a_page_is_made(
    part: int,
    app: Flask,
    session: scoped_session[Session],
    browser: Browser,
    gallery_server: str,
    simulator: Simulator,
) -> None:
    with at(MOMENT), Lookers(app, browser, gallery_server, script()) as lookers:
        gallery = hang_again(app, simulator)
        views = gallery[len(gallery) * part // PARTS : len(gallery) * (part + 1) // PARTS]
        found = {view.name: list(problems(lookers.look(view))) for view in views}
    assert len(found) == len(views), "two views have one name"
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


MISTAKES = {
    "p { color: #999; background: #fff }": ["color-contrast", "color-contrast"],
    "@media (prefers-color-scheme: light) { p { color: #999; background: #fff } }": ["color-contrast"],
    "@media (prefers-color-scheme: dark) { p { color: #999; background: #fff } }": ["color-contrast"],
    "@media (width > 500px) { button { display: block } }": ["button-name"],
    "@media (width < 500px) { button { display: block } }": ["button-name"],
    "@media (width > 500px) { main { min-width: 200vw } }": ["it is 2880 px wide."],
}
"""What a page looks like, and what is wrong with it. A page is first looked at as the one before it was
last: the button shows in the second look both times."""


def test_what_is_wrong_in_one_look_alone_is_found(browser: Browser) -> None:
    found = {}
    with open_page(browser) as (page, _):
        for style in MISTAKES:
            page.set_content(
                "<!doctype html><html lang='en'><title>Book</title><style>button { display: none; padding: 2em }"
                f" body {{ margin: 0 }} {style}</style><main><h1>Book</h1><p>Eight weeks</p><button></button></main>"
            )
            found[style] = [wrong.partition(": ")[2].partition(": ")[0] for wrong in problems(page)]
    assert found == MISTAKES


@pytest.mark.usefixtures("session")
def test_nobody_is_kept_out_of_a_feed(page: Page, tmp_path: Path) -> None:
    """Its pages answer an upload, so the gallery has no address for them."""
    by_hand = Draft(number=500).text().replace("News\n====", "Sponsor\n=======\n\nTin.\n\n\nNews\n====")
    draft = tmp_path / "500.md"
    draft.write_text(by_hand, newline="")
    with at(NOW):
        (booking,) = confirmed(make_order())
        approved(booking, by=editor_by(make_editor(EDITOR)))
        sign_in(page, EDITOR)
        page.goto("/desk/issues/500")
        page.get_by_label("File").set_input_files(draft)
        page.get_by_role("button", name="Show what changes").click()
        page.get_by_label("Replace it with the approved copy").check()
        assert list(problems(page)) == []
        page.get_by_role("button", name="Answer").click()
        page.get_by_role("button", name="Take the fed draft").wait_for()
        assert list(problems(page)) == []
