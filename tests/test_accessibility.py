"""axe-core finds nothing on any page, narrow or wide, in the light or in the dark."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask_sqlalchemy.session import Session
from playwright.sync_api import Page
from sqlalchemy.orm import scoped_session

from tests.access import ACCESS, Access, Who
from tests.support import at
from tests.support.accessibility import problems
from tests.support.browser import lend_session
from tests.support.factories import NOW
from tests.support.visitor import Visitor
from tests.support.world import make_world

PAGES = sorted(name for name, access in ACCESS.items() if access is not Access.PROGRAM and name != "static")


@pytest.mark.browser
@pytest.mark.any_database
@pytest.mark.parametrize("endpoint", PAGES)
def test_nobody_is_kept_out_by_how_a_page_is_made(
    endpoint: str,
    app: Flask,
    session: scoped_session[Session],
    visitors: Callable[[], Visitor],
    page: Page,
    live_server: str,
) -> None:
    rules = [rule for rule in app.url_map.iter_rules(endpoint) if "GET" in (rule.methods or ())]
    if not rules:
        return
    with at(NOW):
        world = make_world()
        visitor = visitors()
        who = next(each for each in (Who.OWNER, Who.EDITOR) if ACCESS[endpoint].lets_in(each))
        visitor.sign_in(world.users[who])
        for rule in rules:
            address = world.address(app, rule)
            if not visitor.attempt("GET", address).is_html:
                continue
            lend_session(visitor.client, page, live_server)
            page.goto(address)
            assert list(problems(page)) == []
