"""Every endpoint is tried by somebody who is not signed in, another advertiser, the owner and the editor."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace

import pytest
from flask import Flask
from flask_sqlalchemy.session import Session
from sqlalchemy.orm import scoped_session

from booking import create_app
from booking.models import User
from config import Production
from tests.access import ACCESS, Access, Who
from tests.support import at
from tests.support.factories import NOW
from tests.support.page import Page
from tests.support.stand import Stand
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


def test_only_those_get_in_who_may(app: Flask, world: World, visitors: Callable[[], Visitor]) -> None:
    rules = sorted(app.url_map.iter_rules(), key=lambda rule: (rule.endpoint, rule.rule))
    tries = [(rule, method) for rule in rules for method in sorted((rule.methods or set()) & {"GET", "POST"})]
    assert {rule.endpoint for rule, _ in tries} == set(ACCESS)
    wrong: list[str] = []
    with at(NOW):
        people = {who: Person(visitors(), world.users.get(who)) for who in Who}
        with closing(Stand(app)) as stand:
            for rule, method in tries:
                address = world.address(app, rule)
                for who, person in people.items():
                    page = person.attempt(method, address)
                    wrong += judged(page, ACCESS[rule.endpoint], who, f"{method} {page.url} as {who.value}")
                    stand.put_back()
    assert not wrong, "\n".join(wrong)


class Person:
    """One of those who try, with the same browser before every try: one of them signs out."""

    def __init__(self, visitor: Visitor, user: User | None) -> None:
        self._visitor = visitor
        if user is not None:
            visitor.sign_in(user)
        self._token = visitor.csrf_token()
        with visitor.client.session_transaction() as cookie:
            self._session = dict(cookie)

    def attempt(self, method: str, url: str) -> Page:
        """What is answered, with any status."""
        with self._visitor.client.session_transaction() as cookie:
            cookie.clear()
            cookie.update(self._session)
        return self._visitor.attempt(method, url, data={"csrf_token": self._token} if method == "POST" else None)


def judged(page: Page, access: Access, who: Who, tried: str) -> Iterator[str]:
    """What in the answer does not fit the table."""
    told = f"{tried} answered {page.status} {page.location}"
    asked_to_sign_in = page.location.partition("?")[0] == "/sign-in"
    if access is Access.PROGRAM:
        fits = page.status in (400, 401)
    elif access.lets_in(who):
        # What takes a secret from its address says that this one is nobody's.
        found = page.status not in (401, 403, 404) or UNKNOWN in page.url
        fits = found and (not asked_to_sign_in or page.url.startswith("/sign-"))
    else:
        fits = page.status in (403, 404) or (who is Who.ANYBODY and asked_to_sign_in)
    if not fits or page.status >= 500:
        yield told
