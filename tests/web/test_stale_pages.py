"""A page that was open while things changed: it says what changed, keeps what was typed, and does nothing twice.

Prices and places that changed while buying are in test_checkout, settings in test_desk_settings.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from flask_sqlalchemy.session import Session
from sqlalchemy.orm import scoped_session

from booking.demo import words
from booking.domain.states import Actor
from booking.services import cancelling
from booking.services.booking_steps import By
from booking.stripe_simulator import Simulator
from tests.access import ACCESS, Access
from tests.support import at
from tests.support.gallery import MOMENT, View
from tests.support.hanging import hang_again
from tests.support.viewers import Viewers

pytestmark = pytest.mark.any_database

TYPED = "Build machines that are warm when you push and gone when you go home."
NOBODYS = 2_000_000_000
"""An id that nothing has."""


@pytest.fixture
def gallery(app: Flask, session: scoped_session[Session], simulator: Simulator) -> Iterator[dict[str, View]]:
    with at(MOMENT):
        yield {view.name: view for view in hang_again(app, simulator)}


@pytest.fixture
def viewers(app: Flask) -> Viewers:
    return Viewers(app)


def number_in(address: str) -> int:
    """The id in an address of ours."""
    return int(next(part for part in address.split("/") if part.isdecimal()))


def test_copy_for_a_place_cancelled_meanwhile_is_kept_and_says_why(gallery: dict[str, View], viewers: Viewers) -> None:
    view = gallery["portal.copy:copy-missing"]
    viewers.look(view)
    cancelling.cancel(number_in(view.address), By(Actor.EDITOR, MOMENT, None), MOMENT)
    page = viewers.of(view.email).submit({"body": TYPED}, form="form.split", button="Send for review", status=409)
    assert page.title.startswith("Error: ")
    assert "The place in issue 415 is no longer yours" in page.text
    assert TYPED in page.text


def test_copy_cannot_be_put_into_weeks_of_somebody_else(gallery: dict[str, View], viewers: Viewers) -> None:
    own, other = gallery["portal.copy:copy-missing"], gallery["portal.copy:changes-requested"]
    sponsor = viewers.of(own.email)
    sent = {"name": "Copperkettle", "body": TYPED, "link": words.COPPERKETTLE.buyer.email}
    page = sponsor.post(own.address, {**sent, "weeks": [str(number_in(other.address))]}, status=422)
    assert TYPED in page.text
    assert TYPED not in viewers.look(other).text


def test_what_the_buyer_replaced_meanwhile_is_not_approved(gallery: dict[str, View], viewers: Viewers) -> None:
    waiting, copy = gallery["desk.review:waits"], gallery["portal.copy:in-review"]
    viewers.look(waiting)
    viewers.look(copy)
    viewers.of(copy.email).submit({"text": TYPED}, form="form.split", button="Send for review")
    page = viewers.of(waiting.email).submit(form="form[action$='/approve']", button="Approve", status=409)
    assert page.title.startswith("Error: ")
    assert "Approved" not in viewers.look(gallery["portal.booking:in-review"]).text_without(".timeline .next")


def test_what_does_not_exist_is_not_found(app: Flask, gallery: dict[str, View], viewers: Viewers) -> None:
    editor = viewers.of(words.EDITOR)
    strange = {}
    for rule in app.url_map.iter_rules():
        ids = {name for name in rule.arguments if name.endswith("_id")}
        if not ids or ACCESS[rule.endpoint] in (Access.PROGRAM, Access.DEVELOPMENT):
            continue
        values = {name: str(NOBODYS) for name in ids} | dict.fromkeys(rule.arguments - ids, "md")
        _, address = rule.build({**values, **{name: int(values[name]) for name in ids if name != "public_id"}}) or (
            "",
            "",
        )
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            sent = {"csrf_token": editor.csrf_token()} if method == "POST" else None
            page = editor.attempt(method, address, data=sent)
            if page.status != 404:
                strange[f"{method} {address}"] = page.status
    assert strange == {}
