"""A small world with everybody in it who may try to reach something, for tests that go through all pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import Flask, url_for
from werkzeug.routing import Rule

from booking.db import db, transaction
from booking.domain.states import Actor
from booking.models import (
    ApiToken,
    Base,
    CreativeRevision,
    HouseAd,
    LoginSession,
    Newsletter,
    Order,
    OutboxMessage,
    Task,
    User,
)
from booking.services import api_tokens, house_ads, signing_in
from booking.services.booking_steps import By
from booking.services.copywriting import Words
from booking.services.house_ads import AdText
from booking.services.tasks_for_people import open_task
from tests.access import Who
from tests.support.copy import submitted
from tests.support.factories import NOW, buyer, choice, make_editor, make_issue, make_order
from tests.support.remembering import remembered

OWNER = "press@ledgerline.example"
OTHER = "jobs@harbour.example"
EDITOR = "editor@quietpager.example"
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
    """Everybody, and something of the owner's for each address. Call it with an app context."""
    if db.session.scalar(sa.select(Newsletter.id)) is None:
        remembered("world", write_world)
    else:
        write_world()
    users = {Who.OWNER: user(OWNER), Who.OTHER: user(OTHER), Who.EDITOR: user(EDITOR)}
    order = db.session.scalars(sa.select(Order).where(Order.user_id == users[Who.OWNER].id)).one()
    booking = order.bookings[0]
    parameters = {
        "ad_id": the_one(HouseAd),
        "advertiser_id": order.advertiser_id,
        "booking_id": booking.id,
        "filename": "favicon.svg",
        "form": "md",
        "kind": "sponsor",
        "message_id": db.session.scalars(sa.select(OutboxMessage.id)).first(),
        "name": "orders",
        "number": 500,
        "public_id": order.public_id,
        "region": "sponsor",
        "revision_id": the_one(CreativeRevision),
        "session_id": the_one(LoginSession),
        "slot_id": booking.slot_id,
        "table_name": "discount",
        "task_id": the_one(Task),
        "token": UNKNOWN,
        "token_id": the_one(ApiToken),
        "user_id": users[Who.OWNER].id,
    }
    return World(users, parameters)


def write_world() -> None:
    """Write it with the acts that the pages use."""
    make_issue()
    order = make_order(choice(), now=NOW)
    make_order(choice(501), by=buyer("Harbour Rail", OTHER), now=NOW)
    signing_in.sign_in_directly(user(OWNER).id, "Visitor", NOW)
    signing_in.send_link(OWNER, "", NOW)
    by_editor = By(Actor.EDITOR, NOW, make_editor(EDITOR).id)
    house_ads.write_ad(AdText("Us", "Read by people who carry pagers.", "https://us.example/"), by_editor)
    api_tokens.make_token("The build", by_editor)
    open_a_task()
    # An address is not asked for over the network, whoever presses the button that would.
    submitted(order.bookings[0], words=Words("Ledgerline", "Read our letter.", OWNER))


@transaction
def open_a_task() -> None:
    """Something for the editor to deal with."""
    open_task("a-task", "Something odd", "Look at it.", None, NOW)


def user(email: str) -> User:
    """The user with this address."""
    return db.session.scalars(sa.select(User).where(User.email == email)).one()


def the_one(model: type[Base]) -> int:
    """The id of the only row there is."""
    found: int = db.session.scalars(sa.select(sa.inspect(model).primary_key[0])).one()
    return found
