"""axe-core finds nothing on any page of the gallery, narrow or wide, in the light or in the dark."""

from __future__ import annotations

import pytest
from flask import Flask
from flask_sqlalchemy.session import Session
from playwright.sync_api import Browser
from sqlalchemy.orm import scoped_session

from tests.support import at
from tests.support.accessibility import problems
from tests.support.gallery import MOMENT, before_the_first_issue, hang
from tests.support.lookers import Lookers

pytestmark = [pytest.mark.browser, pytest.mark.any_database]

PARTS = 4
"""The pages are dealt out, so that both cores have something to look at; each part costs loading the demo once."""


def test_nobody_is_kept_out_before_the_first_issue(
    app: Flask, session: scoped_session[Session], browser: Browser, live_server: str
) -> None:
    with at(MOMENT), Lookers(app, browser, live_server) as lookers:
        found = {view.name: list(problems(lookers.look(view))) for view in before_the_first_issue(app)}
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize("part", range(PARTS))
def test_nobody_is_kept_out_by_how_a_page_is_made(
    part: int, app: Flask, session: scoped_session[Session], browser: Browser, live_server: str
) -> None:
    with at(MOMENT), Lookers(app, browser, live_server) as lookers:
        views = hang(app)[part::PARTS]
        found = {view.name: list(problems(lookers.look(view))) for view in views}
    assert len(found) == len(views), "two views have one name"
    assert {name: wrong for name, wrong in found.items() if wrong} == {}
