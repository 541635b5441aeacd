"""Every refusal and fault is a page that says what to do; nothing typed is lost, and nothing foreign is sent again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from werkzeug.exceptions import HTTPException

from booking import create_app
from booking.domain.errors import NotAllowed, NotFound, NothingChosen, SlotTaken
from booking.web import auth
from config import Development, Test
from tests.support import at
from tests.support.factories import NOW, make_editor
from tests.support.visitor import Visitor

HERE = {"Origin": "http://127.0.0.1:8000"}


@contextmanager
def raising(monkeypatch: pytest.MonkeyPatch, error: Exception) -> Iterator[None]:
    """Within the block, the page that says "look in your mail" fails with this."""

    def fail(*_arguments: object, **_options: object) -> str:
        raise error

    with monkeypatch.context() as patched:
        patched.setattr(auth, "render_template", fail)
        yield


@pytest.mark.any_database
def test_a_refusal_that_no_view_caught_is_a_page_with_its_sentence(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    for refusal, status in (
        (NothingChosen(), 422),
        (SlotTaken("Sponsor", 475), 409),
        (NotFound("order"), 404),
        (NotAllowed("editor"), 403),
    ):
        with raising(monkeypatch, refusal):
            page = visitor.get("/sign-in/sent", status)
        assert str(refusal) in page.text
        assert page.title.startswith("Error: ")


@pytest.mark.any_database
def test_whatever_stands_in_an_address_gets_a_page(visitor: Visitor) -> None:
    for method, url, status in (
        ("GET", "/no-such-page", 404),
        ("GET", "/dev/mail/99999999999999999999", 404),
        ("GET", "/dev/mail/-1", 404),
        ("GET", "/sign-in/%00", 400),
        ("GET", "/sign-in?next=%00", 400),
        ("GET", "/sign-in/" + "x" * 4000, 409),
        ("GET", "/sign-in/%F0%9F%A6%86%E2%80%AE", 409),
        ("PUT", "/sign-in", 405),
        ("DELETE", "/account", 405),
        ("POST", "/sign-in", 400),
    ):
        page = visitor.attempt(method, url)
        assert page.status == status, url
        assert page.is_html


@pytest.mark.any_database
def test_a_method_that_a_page_does_not_take_says_which_it_takes(visitor: Visitor) -> None:
    token = visitor.csrf_token()
    page = visitor.attempt("POST", "/account", data={"csrf_token": token})
    assert page.status == 405
    assert "GET" in page.headers["Allow"]


@pytest.mark.any_database
def test_what_is_too_large_is_refused_with_a_page(app: Flask, visitor: Visitor) -> None:
    app.config["MAX_CONTENT_LENGTH"] = 1000
    page = visitor.attempt("POST", "/sign-in", data={"email": "x" * 5000})
    assert page.status == 413
    assert "too large" in page.text


@pytest.mark.any_database
def test_another_host_is_refused(app: Flask) -> None:
    answer = app.test_client().get("/sign-in", headers={"Host": "evil.example"})
    assert (answer.status_code, answer.content_type) == (400, "text/plain")
    assert "Content-Security-Policy" in answer.headers


@pytest.mark.usefixtures("session")
def test_a_form_that_is_too_old_is_offered_again_with_everything_typed(visitor: Visitor) -> None:
    with at(NOW):
        email = "ada@ledgerline.example"
        visitor.get("/sign-in")
        typed = {"email": email, "next": "/account?a=1&b=<2>\n\nx", "csrf_token": "too old"}
        page = visitor.attempt("POST", "/sign-in", data=typed, headers=HERE)
        assert page.status == 400
        assert page.h1 == "This page was open for a long time"
        form = page.form()
        assert form.action == "/sign-in"
        assert form.values()["email"] == [email]
        assert form.values()["next"] == ["/account?a=1&b=<2>\n\nx"]
        assert visitor.submit().h1 == "Look in your mail"


def test_what_was_typed_is_kept_from_its_first_empty_line_on(visitor: Visitor) -> None:
    page = visitor.attempt("POST", "/sign-in", data={"email": "\n\nTwo lines above."}, headers=HERE)
    assert page.form().values()["email"] == ["\n\nTwo lines above."]


@pytest.mark.any_database
def test_a_form_of_another_site_is_never_offered_again(visitor: Visitor) -> None:
    evil = {"Origin": "https://evil.example"}, {"Referer": "https://evil.example/x"}, {"Origin": "http://["}
    for headers in (*evil, None):
        page = visitor.attempt("POST", "/sign-in", data={"email": "ada@ledgerline.example"}, headers=headers)
        assert page.status == 400
        assert page.select("main form") == []
        assert "ada@" not in page.html


@pytest.mark.any_database
def test_a_program_is_told_in_json(app: Flask) -> None:
    answer = app.test_client().get("/api/v1/no-such-thing")
    assert (answer.status_code, answer.content_type) == (404, "application/json")
    assert answer.json is not None
    assert answer.json["error"].endswith(".")


@pytest.fixture
def broken() -> Flask:
    """An app as it runs, not as it is tested, whose database is not there."""
    app = create_app(Test(SQLALCHEMY_DATABASE_URI="sqlite:////nowhere/at/all.sqlite"))
    app.testing = False
    return app


def test_a_fault_is_a_page_that_needs_no_database(broken: Flask, caplog: pytest.LogCaptureFixture) -> None:
    page = Visitor(broken).get("/dev/mail", 500)
    assert page.h1 == "Something went wrong on our side"
    assert "OperationalError" in caplog.text, "whoever runs it finds the reason in the log"
    assert "OperationalError" not in page.html


def test_a_fault_is_told_to_a_program_in_json(broken: Flask) -> None:
    def fail() -> str:
        raise ZeroDivisionError

    broken.add_url_rule("/api/v1/fail", "fail", fail)
    answer = broken.test_client().get("/api/v1/fail")
    assert (answer.status_code, answer.content_type) == (500, "application/json")


@pytest.mark.any_database
def test_an_error_that_a_view_raises_keeps_its_status(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    class Teapot(HTTPException):
        code = 418

    with raising(monkeypatch, Teapot()):
        visitor.get("/sign-in/sent", 418)


@pytest.mark.usefixtures("session")
def test_who_is_refused_can_sign_in_with_another_address(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    with at(NOW):
        visitor.sign_in(make_editor())
        with raising(monkeypatch, NotAllowed("editor")):
            page = visitor.get("/sign-in/sent", 403)
        assert page.links["Sign in with another address"] == "/sign-in"


def test_in_development_a_fault_is_the_same_page_and_not_the_servers() -> None:
    app = create_app(Development(SQLALCHEMY_DATABASE_URI="sqlite:////nowhere/at/all.sqlite"))
    assert app.debug
    assert Visitor(app).get("/dev/mail", 500).h1 == "Something went wrong on our side"
