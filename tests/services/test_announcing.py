"""Other programs hear of approvals, changes and freezes, signed, once each, however often it takes."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_sqlalchemy.session import Session
from sqlalchemy.orm import scoped_session
from werkzeug.wrappers import Request, Response

from booking.db import db
from booking.domain.states import OutboxKind, OutboxState
from booking.models import Booking, OutboxMessage
from booking.services import announcing, freezing
from booking.services.booking_steps import By
from booking.services.copywriting import Words
from tests.support.copy import approved, confirmed, editor_by
from tests.support.factories import NOW, make_editor, make_order
from tests.support.servers import serving

SECRET = "only-for-tests-" * 3


@dataclass
class Listener:
    """A program that is told, and answers as it is asked to."""

    status: int = 204
    heard: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    def __call__(self, environ: dict[str, object], start: object) -> object:
        request = Request(environ)
        self.heard.append((dict(request.headers), request.get_data()))
        return Response(status=self.status)(environ, start)  # type: ignore[arg-type]  # WSGI's own names for both

    def events(self) -> list[str]:
        return [headers["Booking-Event"] for headers, _ in self.heard]


@pytest.fixture
def listener(app: Flask) -> Iterator[Listener]:
    told = Listener()
    with serving(told) as address:  # type: ignore[arg-type]  # WSGI's own names for environment and start
        app.config.update(WEBHOOK_URL=f"{address}/news", WEBHOOK_SECRET=SECRET)
        yield told


@pytest.fixture
def booking(session: scoped_session[Session]) -> Booking:
    return confirmed(make_order())[0]


@pytest.fixture
def editor(booking: Booking) -> By:
    return editor_by(make_editor())


def test_approval_change_and_freeze_are_announced_in_order(listener: Listener, booking: Booking, editor: By) -> None:
    first = approved(booking, by=editor)
    approved(booking, by=editor, words=Words("Ledgerline", "Other words.", "https://ledgerline.example"))
    freezing.freeze(500, editor)
    freezing.unfreeze(500, "A typo.", editor)
    assert announcing.deliver_news(NOW) == 4
    assert listener.events() == ["copy.approved", "copy.changed", "issue.frozen", "issue.unfrozen"]
    news = json.loads(listener.heard[0][1])
    assert news["data"]["sha256"] == first.sha256
    assert news["data"]["issues"] == [500]


def test_what_is_beyond_one_round_waits_for_the_next(listener: Listener, booking: Booking, editor: By) -> None:
    approved(booking, by=editor)
    freezing.freeze(500, editor)
    assert announcing.deliver_news(NOW, limit=1) == 1
    assert listener.events() == ["copy.approved"]
    assert announcing.deliver_news(NOW, limit=1) == 1
    assert listener.events() == ["copy.approved", "issue.frozen"]


def test_each_is_signed_with_its_time(listener: Listener, booking: Booking, editor: By) -> None:
    approved(booking, by=editor)
    announcing.deliver_news(NOW)
    ((headers, body),) = listener.heard
    stamp = int(NOW.timestamp())
    expected = hmac.new(SECRET.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    assert headers["Booking-Signature"] == f"t={stamp},v1={expected}"


def test_what_was_not_heard_is_told_again_with_the_same_id(listener: Listener, booking: Booking, editor: By) -> None:
    approved(booking, by=editor)
    listener.status = 503
    assert announcing.deliver_news(NOW) == 0
    assert announcing.deliver_news(NOW) == 0
    listener.status = 200
    assert announcing.deliver_news(NOW + timedelta(minutes=2)) == 1
    assert announcing.deliver_news(NOW + timedelta(minutes=9)) == 0
    ids = {headers["Booking-Delivery"] for headers, _ in listener.heard}
    assert (len(listener.heard), len(ids)) == (2, 1)


def test_after_many_tries_it_is_given_up(listener: Listener, booking: Booking, editor: By) -> None:
    approved(booking, by=editor)
    listener.status = 302
    for day in range(20):
        announcing.deliver_news(NOW + timedelta(days=day))
    row = db.session.scalars(sa.select(OutboxMessage).where(OutboxMessage.kind == OutboxKind.WEBHOOK)).one()
    assert row.state is OutboxState.DEAD
    assert row.last_error == "It answered 302."


def test_nobody_is_told_where_no_address_is_set(booking: Booking, editor: By) -> None:
    approved(booking, by=editor)
    kinds = db.session.scalars(sa.select(OutboxMessage.kind)).all()
    assert OutboxKind.WEBHOOK not in kinds
