"""Signing in and out as a visitor does: by a link from the mail, with a button, once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from booking.db import db
from booking.models import LoginSession, OutboxMessage
from tests.support import at
from tests.support.factories import NOW, make_editor
from tests.support.visitor import Visitor

pytestmark = pytest.mark.usefixtures("session")

EMAIL = "editor@quietpager.example"


def ask(visitor: Visitor, email: str = EMAIL, next_path: str = "") -> str:
    """Ask for a link on the page, and read its path in the mail."""
    visitor.get("/sign-in", query_string={"next": next_path} if next_path else None)
    assert visitor.submit({"email": email}).h1 == "Look in your mail"
    return newest_link()


def newest_link() -> str:
    """The path in the newest mail; empty when there is none."""
    body = db.session.scalar(sa.select(OutboxMessage.body).order_by(OutboxMessage.id.desc()).limit(1)) or ""
    return "/sign-in/" + body.partition("/sign-in/")[2].split()[0] if body else ""


def test_a_link_from_the_mail_and_a_button_sign_in(visitor: Visitor) -> None:
    with at(NOW):
        make_editor()
        page = visitor.get(ask(visitor))
        assert EMAIL in page.text
        page = visitor.submit(button="Sign in")
        assert page.status == 200
        assert EMAIL in visitor.get("/account").text


def test_looking_at_the_link_does_not_use_it_up(visitor: Visitor) -> None:
    with at(NOW):
        make_editor()
        link = ask(visitor)
        for _ in range(3):
            visitor.get(link)
            visitor.get("/account", 303)
        visitor.get(link)
        visitor.submit()
        visitor.get("/account")


def test_an_unknown_address_gets_the_same_answer(visitors: Callable[[], Visitor]) -> None:
    with at(NOW):
        make_editor()
        known, unknown = visitors(), visitors()
        ask(known)
        ask(unknown, "nobody@example.com")
        assert known.page is not None
        assert unknown.page is not None
        assert known.page.text.replace(EMAIL, "X") == unknown.page.text.replace("nobody@example.com", "X")
    assert db.session.scalar(sa.select(sa.func.count()).select_from(OutboxMessage)) == 1


def test_what_is_no_address_is_shown_again_with_a_sentence(visitor: Visitor) -> None:
    visitor.get("/sign-in")
    for typed, sentence in (
        ("", "Enter your e-mail address."),
        ("ada at example", "Enter an e-mail address like name@example.com."),
        ("x" * 300 + "@example.com", "Shorten it to 254 or fewer."),
        ("'; DROP TABLE user; --", "Enter an e-mail address like name@example.com."),
    ):
        page = visitor.submit({"email": typed}, status=422)
        assert sentence in page.text
        assert page.form().values()["email"] == [typed]


def test_an_address_is_the_same_however_it_is_typed(visitor: Visitor) -> None:
    with at(NOW):
        make_editor()
        visitor.get(ask(visitor, "  Editor@QuietPager.Example "))
        visitor.submit()
        visitor.get("/account")


def test_a_used_link_offers_a_new_one(visitors: Callable[[], Visitor]) -> None:
    with at(NOW):
        make_editor()
        first, second = visitors(), visitors()
        link = ask(first)
        first.get(link)
        second.get(link)
        first.submit()
        page = second.submit(status=409)
        assert "already used" in page.text
        assert page.links["Ask for a new link"] == "/sign-in"
        second.get(link, 409)


def test_the_second_click_of_a_double_click_is_signed_in_too(visitor: Visitor) -> None:
    with at(NOW):
        make_editor()
        link = ask(visitor)
        visitor.get(link)
        visitor.submit()
        assert visitor.post(link, {}).location
        visitor.get("/account")


def test_an_old_link_says_so(visitor: Visitor) -> None:
    with at(NOW):
        make_editor()
        link = ask(visitor)
        visitor.get(link)
    with at(NOW + timedelta(minutes=16)):
        assert "too old" in visitor.submit(status=409).text
        visitor.get(link, 409)


def test_signing_in_leads_back_to_where_one_was_going(visitor: Visitor) -> None:
    with at(NOW):
        make_editor()
        sent_away = visitor.get("/account/erase?from=mail", 303)
        assert sent_away.location == "/sign-in?next=/account/erase?from%3Dmail"
        link = ask(visitor, next_path="/account/erase?from=mail")
        visitor.get(link)
        assert visitor.submit().url == "/account/erase?from=mail"


def test_signing_in_never_leads_elsewhere(session: object, visitors: Callable[[], Visitor]) -> None:
    make_editor()
    for minutes, elsewhere in enumerate(
        (
            "https://evil.example/",
            "//evil.example",
            "/\\evil.example",
            "/\t/evil.example",
            "javascript:alert(1)",
            "/" * 201,
        )
    ):
        visitor = visitors()
        # Further apart than two links to one address may be.
        with at(NOW + minutes * timedelta(hours=1)):
            page = visitor.get("/sign-in", query_string={"next": elsewhere})
            assert page.form().values()["next"] == [""]
            visitor.post("/sign-in", {"email": EMAIL, "next": elsewhere})
            visitor.get(newest_link())
            assert visitor.submit().url == "/desk/", elsewhere


def test_signing_out_ends_the_session_and_forgets_the_browser(visitor: Visitor) -> None:
    with at(NOW):
        visitor.sign_in(make_editor())
        with visitor.client.session_transaction() as cookie:
            cookie["orders"] = ["8KQ2"]
        visitor.get("/account")
        visitor.submit(form="header form")
        visitor.get("/account", 303)
        with visitor.client.session_transaction() as cookie:
            assert "orders" not in cookie
    assert db.session.scalars(sa.select(LoginSession.revoked_at)).all() == [NOW]


def test_a_stolen_cookie_opens_nothing_after_signing_out(visitors: Callable[[], Visitor]) -> None:
    with at(NOW):
        owner, thief = visitors(), visitors()
        owner.sign_in(make_editor())
        cookie = owner.client.get_cookie("session", domain="127.0.0.1")
        assert cookie is not None
        thief.client.set_cookie("session", cookie.value, domain="127.0.0.1")
        thief.get("/account")
        owner.get("/account")
        owner.submit(form="header form")
        thief.get("/account", 303)


def test_signing_in_as_somebody_else_ends_the_first_session(visitor: Visitor) -> None:
    with at(NOW):
        first, second = make_editor(), make_editor("second@quietpager.example")
        visitor.get(f"/dev/sign-in/{first.id}", 303)
        visitor.get(f"/dev/sign-in/{second.id}", 303)
        assert "second@" in visitor.get("/account").text
    ended = db.session.scalars(sa.select(LoginSession.revoked_at).order_by(LoginSession.id)).all()
    assert ended == [NOW, None]


def test_too_many_tries_are_refused_with_the_time_to_wait(app: Flask, visitor: Visitor) -> None:
    app.config["RATELIMIT_ENABLED"] = True
    with at(NOW):
        for _ in range(5):
            visitor.get("/sign-in")
            visitor.submit({"email": "nobody@example.com"})
        visitor.get("/sign-in")
        page = visitor.submit({"email": "NOBODY@example.com"}, status=429)
        assert "Try again in 15 minutes." in page.text
        assert page.headers["Retry-After"]
        visitor.get("/sign-in")
        visitor.submit({"email": "somebody@example.com"})
