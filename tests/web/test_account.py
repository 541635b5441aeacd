"""The account page: sessions can be ended, data taken along or erased, each by its owner alone."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from booking.db import db
from booking.models import User
from booking.services import holding
from tests.support import at
from tests.support.factories import NOW, choice, make_editor, make_issue, make_order
from tests.support.visitor import Visitor

pytestmark = pytest.mark.usefixtures("session")


def make_buyer(*, gives_up: bool = True) -> User:
    make_issue()
    order = make_order(choice())
    if gives_up:
        holding.give_up(order.public_id, NOW)
    return db.session.get_one(User, order.user_id)


@pytest.mark.parametrize("make", [make_editor, make_buyer])
def test_the_account_says_who_and_where(make: Callable[[], User], visitors: Callable[[], Visitor]) -> None:
    with at(NOW):
        user = make()
        here, there = visitors(), visitors()
        here.sign_in(user)
        there.sign_in(user)
        page = here.get("/account")
        assert user.email in page.text
        assert page.text.count("(this one)") == 1
        assert "09:00 London time" in page.text or "09:00 UTC" in page.text


def test_another_browser_is_signed_out_from_here(visitors: Callable[[], Visitor]) -> None:
    with at(NOW):
        user = make_editor()
        here, there = visitors(), visitors()
        here.sign_in(user)
        there.sign_in(user)
        here.get("/account")
        page = here.submit(form="li form")
        assert "That browser is signed out." in page.text
        there.get("/account", 303)
        here.get("/account")


def test_all_other_browsers_are_signed_out_at_once(visitors: Callable[[], Visitor]) -> None:
    with at(NOW):
        user = make_editor()
        here, *others = (visitors() for _ in range(3))
        for browser in (here, *others):
            browser.sign_in(user)
        here.get("/account")
        page = here.submit(form="form[action$=end-others]")
        assert "All other browsers are signed out." in page.text
        for browser in others:
            browser.get("/account", 303)


def test_data_is_a_file_to_take_along(visitor: Visitor) -> None:
    with at(NOW):
        visitor.sign_in(make_buyer())
        page = visitor.get("/account/data.json", queries=14)
    assert page.headers["Content-Disposition"] == "attachment; filename=my-data.json"
    assert page.headers["Cache-Control"] == "private, no-cache"
    assert json.loads(page.data)["user"][0]["email"] == "press@ledgerline.example"


def test_erasing_says_what_goes_and_what_stays_and_then_does_it(visitor: Visitor) -> None:
    with at(NOW):
        visitor.sign_in(make_buyer())
        visitor.get("/account")
        page = visitor.click("Erase my data")
        assert "What stays" in page.text
        page = visitor.submit(button="Erase my data for good")
        assert "Your data is erased" in page.text
        visitor.get("/account", 303)
    assert db.session.scalars(sa.select(User.erased_at)).all() == [NOW]


def test_erasing_waits_for_weeks_to_come(visitor: Visitor) -> None:
    with at(NOW):
        visitor.sign_in(make_buyer(gives_up=False))
        page = visitor.get("/account/erase")
        assert page.select("main form") == []
        assert "You have weeks to come" in page.text
        refused = visitor.post("/account/erase", {}, 409)
        assert "1 week booked" in refused.text


def test_the_last_editor_is_told_why_they_stay(visitor: Visitor) -> None:
    with at(NOW):
        visitor.sign_in(make_editor())
        visitor.get("/account/erase")
        assert "You are the only editor." in visitor.submit(status=409).text
