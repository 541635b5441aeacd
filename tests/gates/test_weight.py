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
from tests.support.gallery import MOMENT
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


def test_a_page_of_a_newsletter_in_use_is_light_and_costs_few_queries(
    app: Flask, session: scoped_session[Session], simulator: Simulator
) -> None:
    with at(MOMENT):
        viewers = Viewers(app)
        views = [view for view in hang_again(app, simulator) if not view.name.startswith(FOR_DEVELOPERS)]
        pages = {view: viewers.glance(view) for view in views}
    parts = {view: parts_of(page) for view, page in pages.items()}
    sent = {part: bytes_sent(viewers, part) for part in set().union(*parts.values())}
    weights = {view.name: len(page.data) + sum(sent[part] for part in parts[view]) for view, page in pages.items()}
    assert {name: bytes_ for name, bytes_ in weights.items() if bytes_ > HEAVIEST} == {}
    queries = {view.name: page.queries for view, page in pages.items() if not view.press}
    assert {name: listed for name, listed in queries.items() if len(listed) > MOST_QUERIES} == {}


def parts_of(page: Page) -> list[str]:
    """The addresses of what a browser with an empty cache asks for besides the page, without images."""
    parts = [node.attributes["href"] or "" for node in page.select("link[rel=stylesheet]")]
    parts += [node.attributes["src"] or "" for node in page.select("script[src]")]
    assert len(parts) > 1, f"{page.url} has no styles or no script."
    return parts


def bytes_sent(viewers: Viewers, part: str) -> int:
    """What a file of ours weighs on the wire."""
    page = viewers.of("").attempt("GET", part, headers={"Accept-Encoding": "gzip"})
    assert page.status == 200, f"{page.url} answered {page.status}"
    return len(page.data)


def test_many_issues_cost_no_more_queries(app: Flask, session: scoped_session[Session]) -> None:
    """Few issues are what the newsletter in use has, above."""
    with at(NOW):
        make_newsletter(issues=60)
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
