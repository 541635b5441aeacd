"""Every endpoint is tried by somebody who is not signed in, another advertiser, the owner and the editor."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask, url_for
from flask_sqlalchemy.session import Session
from sqlalchemy.orm import scoped_session
from werkzeug.routing import Rule

from booking import create_app
from booking.db import db
from booking.models import LoginSession, OutboxMessage, User
from booking.services import signing_in
from config import Production
from tests.access import ACCESS, Access, Who
from tests.support import at
from tests.support.factories import NOW, buyer, choice, make_editor, make_issue, make_order
from tests.support.page import Page
from tests.support.visitor import Visitor

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


@dataclass(frozen=True, slots=True)
class World:
    """One newsletter with an order of the owner's, and everybody who may try to reach it."""

    users: dict[Who, User]
    parameters: dict[str, Any]
    """What stands for each variable part of an address, by its name; all of it is the owner's."""


@pytest.fixture
def world(session: scoped_session[Session]) -> World:
    make_issue()
    order = make_order(choice(), now=NOW)
    make_order(choice(501), by=buyer("Harbour Rail", "jobs@harbour.example"), now=NOW)
    users = {
        Who.OWNER: user("press@ledgerline.example"),
        Who.OTHER: user("jobs@harbour.example"),
        Who.EDITOR: make_editor(),
    }
    login = LoginSession(token_hash="0" * 64, user_id=users[Who.OWNER].id, created_at=NOW, last_seen_at=NOW)
    session.add(login)
    session.commit()
    signing_in.send_link("press@ledgerline.example", "", NOW)
    letter = session.scalars(sa.select(OutboxMessage.id)).first()
    parameters = {
        "filename": "favicon.svg",
        "number": 500,
        "message_id": letter,
        "public_id": order.public_id,
        "session_id": login.id,
        "token": "nobody-knows-it",
        "user_id": users[Who.OWNER].id,
    }
    return World(users, parameters)


def user(email: str) -> User:
    return db.session.scalars(sa.select(User).where(User.email == email)).one()


def address(app: Flask, rule: Rule, world: World) -> str:
    missing = rule.arguments - world.parameters.keys() - set(rule.defaults or ())
    assert not missing, f"Say in `world` what stands for {missing} in {rule.rule}."
    with app.test_request_context():
        return url_for(rule.endpoint, **{name: world.parameters[name] for name in rule.arguments})


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
                page = visitor.attempt(method, address(app, rule, world), data=sent)
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
        assert page.status not in (401, 403, 404) or "/nobody-knows-it" in page.url, told
        assert not asked_to_sign_in or page.url.startswith("/sign-"), told
    else:
        assert page.status in (403, 404) or (who is Who.ANYBODY and asked_to_sign_in), told
