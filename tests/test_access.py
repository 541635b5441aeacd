"""Every endpoint is tried by somebody who is not signed in, another advertiser, the owner and the editor."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from flask_sqlalchemy.session import Session
from sqlalchemy.orm import scoped_session

from booking import create_app
from config import Production
from tests.access import ACCESS, Access, Who
from tests.support import at
from tests.support.factories import NOW
from tests.support.page import Page
from tests.support.visitor import Visitor
from tests.support.world import UNKNOWN, World, make_world

pytestmark = pytest.mark.any_database

PRODUCTION = replace(
    Production(),
    SECRET_KEY="k" * 32,
    BASE_URL="https://ads.example.com",
    STRIPE_SECRET_KEY="sk_test_fake",
    STRIPE_WEBHOOK_SECRETS=("whsec_fake",),
    MAIL_HOST="smtp.example.com",
    MAIL_SENDER="ads@example.com",
    SQLALCHEMY_DATABASE_URI="sqlite://",
)


@pytest.fixture
def world(session: scoped_session[Session]) -> World:
    return make_world()


def test_every_endpoint_stands_in_the_table_and_nothing_else_does(app: Flask) -> None:
    assert {rule.endpoint for rule in app.url_map.iter_rules()} == set(ACCESS)


def test_what_is_for_development_does_not_exist_in_production() -> None:
    endpoints = {rule.endpoint for rule in create_app(PRODUCTION).url_map.iter_rules()}
    assert endpoints == {name for name, access in ACCESS.items() if access is not Access.DEVELOPMENT}


@pytest.mark.parametrize("endpoint", sorted(ACCESS))
def test_only_those_get_in_who_may(endpoint: str, app: Flask, world: World, visitors: Callable[[], Visitor]) -> None:
    access = ACCESS[endpoint]
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint == endpoint]
    tries = [(rule, method) for rule in rules for method in sorted((rule.methods or set()) & {"GET", "POST"})]
    assert tries
    with at(NOW):
        for rule, method in tries:
            for who in Who:
                visitor = visitors()
                if who in world.users:
                    visitor.sign_in(world.users[who])
                sent = {"csrf_token": visitor.csrf_token()} if method == "POST" else None
                page = visitor.attempt(method, world.address(app, rule), data=sent)
                judge(page, access, who, f"{method} {page.url} as {who.value}")


def judge(page: Page, access: Access, who: Who, tried: str) -> None:
    """Fail unless the answer fits the table."""
    told = f"{tried} answered {page.status} {page.location}"
    asked_to_sign_in = page.location.partition("?")[0] == "/sign-in"
    assert page.status < 500, told
    if access is Access.PROGRAM:
        assert page.status in (400, 401), told
    elif access.lets_in(who):
        # What takes a secret from its address says that this one is nobody's.
        assert page.status not in (401, 403, 404) or UNKNOWN in page.url, told
        assert not asked_to_sign_in or page.url.startswith("/sign-"), told
    else:
        assert page.status in (403, 404) or (who is Who.ANYBODY and asked_to_sign_in), told
