"""Pages stay light: few bytes on the wire, and few queries whatever the number of issues."""

from __future__ import annotations

import pytest
from flask import Flask
from flask_sqlalchemy.session import Session
from sqlalchemy.orm import scoped_session

from booking.stripe_simulator import Simulator
from tests.access import ACCESS, Access, Who
from tests.support import at
from tests.support.factories import NOW, make_newsletter
from tests.support.gallery import MOMENT, View
from tests.support.hanging import hang_again
from tests.support.page import Page
from tests.support.page_checks import HEAVIEST
from tests.support.viewers import Viewers
from tests.support.visitor import MOST_QUERIES, Visitor
from tests.support.world import make_world

pytestmark = pytest.mark.any_database

FOR_DEVELOPERS = "dev.", "components."
PAGES = sorted(
    name
    for name, access in ACCESS.items()
    if access not in (Access.PROGRAM, Access.DEVELOPMENT) and name not in ("static", "auth.link")
)


def test_a_page_with_its_styles_and_script_weighs_little(
    app: Flask, session: scoped_session[Session], simulator: Simulator
) -> None:
    with at(MOMENT):
        viewers = Viewers(app)
        weights = {
            view: weight(viewers, view)
            for view in hang_again(app, simulator)
            if not view.name.startswith(FOR_DEVELOPERS)
        }
    assert {view.name: bytes_ for view, bytes_ in weights.items() if bytes_ > HEAVIEST} == {}


def test_a_newsletter_in_use_costs_no_page_more_queries(
    app: Flask, session: scoped_session[Session], simulator: Simulator
) -> None:
    with at(MOMENT):
        viewers = Viewers(app)
        views = [
            view for view in hang_again(app, simulator) if not view.press and not view.name.startswith(FOR_DEVELOPERS)
        ]
        queries = {view.name: viewers.look(view).queries for view in views}
    assert {name: listed for name, listed in queries.items() if len(listed) > MOST_QUERIES} == {}


def weight(viewers: Viewers, view: View) -> int:
    """Bytes as they are sent to a browser with an empty cache, without images."""
    page = viewers.look(view)
    parts = [node.attributes["href"] for node in page.select("link[rel=stylesheet]")]
    parts += [node.attributes["src"] for node in page.select("script[src]")]
    assert len(parts) > 1, f"{view.name} has no styles or no script."
    return len(page.data) + sum(sent(viewers.of("").attempt("GET", part or "", headers=PACKED)) for part in parts)


PACKED = {"Accept-Encoding": "gzip"}


def sent(part: Page) -> int:
    """Bytes of a file of ours."""
    assert part.status == 200, f"{part.url} answered {part.status}"
    return len(part.data)


@pytest.mark.parametrize("issues", [5, 60])
def test_the_number_of_issues_does_not_change_the_number_of_queries(
    issues: int, app: Flask, session: scoped_session[Session]
) -> None:
    with at(NOW):
        make_newsletter(issues=issues)
        world = make_world()
        visitors = {who: Visitor(app) for who in (Who.OWNER, Who.EDITOR)}
        for who, visitor in visitors.items():
            visitor.sign_in(world.users[who])
        many = {}
        for rule in app.url_map.iter_rules():
            if rule.endpoint not in PAGES or "GET" not in (rule.methods or ()):
                continue
            who = Who.OWNER if ACCESS[rule.endpoint].lets_in(Who.OWNER) else Who.EDITOR
            page = visitors[who].attempt("GET", world.address(app, rule))
            assert page.status in (200, 303, 409, 422), f"{page.url} answered {page.status}"
            if page.is_html and len(page.queries) > MOST_QUERIES:
                many[page.url] = page.queries
    assert many == {}
