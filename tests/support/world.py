"""A small world with everybody in it who may try to reach something, for tests that go through all pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import Flask, url_for
from werkzeug.routing import Rule

from booking.db import db
from booking.models import LoginSession, OutboxMessage, User
from booking.services import signing_in
from tests.access import Who
from tests.support.factories import NOW, buyer, choice, make_editor, make_issue, make_order

OWNER = "press@ledgerline.example"
OTHER = "jobs@harbour.example"
UNKNOWN = "nobody-knows-it"
"""Stands for every secret in an address."""


@dataclass(frozen=True, slots=True)
class World:
    """One newsletter with an order of the owner's, and everybody who may try to reach it."""

    users: dict[Who, User]
    parameters: dict[str, Any]
    """What stands for each variable part of an address, by its name; all of it is the owner's."""

    def address(self, app: Flask, rule: Rule) -> str:
        """An address of the rule that leads to something of the owner's."""
        missing = rule.arguments - self.parameters.keys() - set(rule.defaults or ())
        assert not missing, f"Say in tests/support/world.py what stands for {missing} in {rule.rule}."
        with app.test_request_context():
            return url_for(rule.endpoint, **{name: self.parameters[name] for name in rule.arguments})


def make_world() -> World:
    """Make it with the acts that the pages use. Call it with an app context."""
    make_issue()
    order = make_order(choice(), now=NOW)
    make_order(choice(501), by=buyer("Harbour Rail", OTHER), now=NOW)
    users = {Who.OWNER: user(OWNER), Who.OTHER: user(OTHER), Who.EDITOR: make_editor()}
    signing_in.sign_in_directly(users[Who.OWNER].id, "Visitor", NOW)
    signing_in.send_link(OWNER, "", NOW)
    parameters = {
        "booking_id": order.bookings[0].id,
        "filename": "favicon.svg",
        "message_id": db.session.scalars(sa.select(OutboxMessage.id)).first(),
        "number": 500,
        "public_id": order.public_id,
        "session_id": db.session.scalars(sa.select(LoginSession.id)).first(),
        "token": UNKNOWN,
        "user_id": users[Who.OWNER].id,
    }
    return World(users, parameters)


def user(email: str) -> User:
    """The user with this address."""
    return db.session.scalars(sa.select(User).where(User.email == email)).one()
