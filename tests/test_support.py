"""The harness is worth nothing unless it notices: each of its checks is shown to fail."""

from __future__ import annotations

import smtplib
import socket
import urllib.request

import pytest
import sqlalchemy as sa
from flask import Flask, Response
from flask_sqlalchemy.session import Session
from sqlalchemy.orm import scoped_session

from booking.clock import now
from booking.models import Advertiser
from tests.support import at
from tests.support.databases import Database
from tests.support.network import OutsideNetwork, is_here, kept_on_this_machine
from tests.support.page import Page
from tests.support.page_checks import problems
from tests.support.servers import PostOffice
from tests.support.visitor import Visitor

GOOD = """<!doctype html><html lang="en"><head><meta name="viewport" content="width=device-width">
<title>Book a week - Example</title></head><body><main><h1>Book a week</h1>
<form method="post" action="/go"><input type="hidden" name="csrf_token" value="t">
<label for="name">Name</label><input id="name" name="name" value="Ada">
<label><input type="checkbox" name="slots" value="1" checked> One</label>
<label><input type="checkbox" name="slots" value="2"> Two</label>
<select aria-label="Kind" name="kind"><option value="a">A</option><option value="b" selected>B</option></select>
<textarea aria-label="Copy" name="copy">
Hello</textarea><button name="act" value="save">Save</button><button formaction="/other">Leave</button></form>
<p>None of these words leaked. <a href="/go">Go</a></p></main></body></html>"""

POLICY = "default-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"


@pytest.fixture
def small_app() -> Flask:
    app = Flask("small")
    app.config["SERVER_NAME"] = "127.0.0.1:8000"
    app.add_url_rule("/", "home", lambda: secure(GOOD))
    app.add_url_rule("/go", "go", lambda: secure(GOOD), methods=["GET", "POST"])
    app.add_url_rule("/other", "other", lambda: Response("", 303, {"Location": "/"}), methods=["POST"])
    return app


def secure(html: str) -> Response:
    return Response(html, headers={"Content-Security-Policy": POLICY, "X-Content-Type-Options": "nosniff"})


def wrongs(app: Flask, html: str, status: int = 200) -> list[str]:
    response = secure(html)
    return problems(Page("/", status, response.headers, response.data), app)


def test_a_page_in_order_passes_every_check(small_app: Flask) -> None:
    assert wrongs(small_app, GOOD) == []


@pytest.mark.parametrize(
    ("good", "bad", "word"),
    [
        ("<h1>Book a week</h1>", "<h1>Book a week</h1><h1>Book</h1>", "2 h1"),
        ("<title>Book", "<title>Buy", "does not begin with its h1"),
        (' lang="en"', "", "no lang"),
        ("<main>", "<div>", "one main"),
        ('<meta name="viewport"', '<meta name="x"', "viewport"),
        ('for="name"', 'for="nobody"', "refers to nothing"),
        ('<label for="name">Name</label>', "", "has no label"),
        ('id="name"', 'id="name" title="x"><p id="name"', "given 2 times"),
        ('value="t"', 'value=""', "no CSRF token"),
        ("<p>", '<p style="color: red">', "inline style"),
        ("<p>", "<script>go()</script><p>", "inline script"),
        ("<p>", '<p onclick="go()">', "code in an attribute"),
        ('href="/go"', 'href="javascript:go()"', "code in an attribute"),
        ("None of", "None, of", "shows 'None'"),
        ("leaked", "{{ leaked }}", "shows '{{'"),
        ("leaked", "&amp;lt;b&amp;gt;", "shows '&lt;'"),
        ('href="/go"', 'href="/gone"', "No route answers GET /gone"),
        ('action="/go"', 'action="/"', "No route answers POST /"),
        ('href="/go"', 'href="#gone"', "leads nowhere"),
        ('href="/go"', 'href="/None"', "attribute is None"),
        ('href="/go">Go', 'href="/go">', "has no words"),
        ("leaked.", "leaked. " + "long " * 13_000, "weighs"),
    ],
)
def test_each_fault_of_a_page_is_noticed(small_app: Flask, good: str, bad: str, word: str) -> None:
    assert good in GOOD
    assert wrongs(small_app, GOOD) == []
    assert any(word in wrong for wrong in wrongs(small_app, GOOD.replace(good, bad, 1)))


def test_an_error_page_says_so_in_its_title(small_app: Flask) -> None:
    assert wrongs(small_app, GOOD) == []
    assert any("Error: " in wrong for wrong in wrongs(small_app, GOOD, status=422))
    assert wrongs(small_app, GOOD.replace("<title>", "<title>Error: "), status=422) == []


def test_a_page_without_a_strict_policy_is_noticed(small_app: Flask) -> None:
    assert wrongs(small_app, GOOD) == []
    lax = Response(GOOD, headers={"Content-Security-Policy": POLICY + "; script-src 'unsafe-inline'"})
    found = problems(Page("/", 200, lax.headers, lax.data), small_app)
    assert any("allows something unsafe" in wrong for wrong in found)
    assert any("nosniff" in wrong for wrong in found)


def test_a_form_is_sent_as_a_browser_would_send_it(small_app: Flask) -> None:
    visitor = Visitor(small_app)
    form = visitor.get("/").form()
    filled = form.filled({"slots": ["1", "2"]}, None)
    assert filled == {
        "csrf_token": ["t"], "name": ["Ada"], "slots": ["1", "2"], "kind": ["b"], "copy": ["Hello"], "act": "save",
    }  # fmt: skip
    assert form.action_of("Leave") == "/other"
    assert visitor.submit(button="Leave").h1 == "Book a week"


@pytest.mark.parametrize("data", [{"nobody": "x"}, {"slots": ["3"]}, {"kind": "c"}])
def test_a_visitor_cannot_send_what_the_form_does_not_offer(small_app: Flask, data: dict[str, str]) -> None:
    visitor = Visitor(small_app)
    visitor.get("/")
    with pytest.raises(AssertionError, match=r"no field|cannot be"):
        visitor.submit(data)


def test_a_wrong_status_fails_with_what_was_said(small_app: Flask) -> None:
    with pytest.raises(pytest.fail.Exception, match="answered 404, wanted 200"):
        Visitor(small_app).get("/nowhere")


@pytest.mark.parametrize("address", ["example.com", "93.184.216.34", "10.0.0.1", "2001:db8::1", "169.254.169.254"])
def test_the_outside_is_not_here(address: str) -> None:
    assert not is_here(address)


def test_leaving_this_machine_is_refused_and_remembered() -> None:
    with kept_on_this_machine() as attempts:
        with pytest.raises(OutsideNetwork):
            urllib.request.urlopen("http://example.com/")
        with pytest.raises(OutsideNetwork), socket.socket() as opened:
            opened.connect(("192.0.2.1", 80))
    assert len(attempts) == 2


def test_mail_is_kept_by_a_real_server(post_office: PostOffice) -> None:
    with smtplib.SMTP(post_office.host, post_office.port) as client:
        client.sendmail("a@example.com", ["b@example.com"], "Subject: Booked\r\n\r\nYes.\r\n")
        post_office.refuse_with = "451 later"
        with pytest.raises(smtplib.SMTPDataError):
            client.sendmail("a@example.com", ["b@example.com"], "Subject: Again\r\n\r\nYes.\r\n")
    assert [message["Subject"] for message in post_office.messages] == ["Booked"]
    assert post_office.recipients == ["b@example.com"]


@pytest.mark.parametrize("turn", [1, 2])
def test_no_test_sees_the_rows_of_another(turn: int, session: scoped_session[Session], database: Database) -> None:
    assert session.bind is None or session.connection().dialect.name == database.dialect
    assert session.scalar(sa.select(sa.func.count()).select_from(Advertiser)) == 0
    session.add(Advertiser(name=f"Turn {turn}", created_at=now()))
    session.commit()
    assert session.scalar(sa.select(Advertiser.id)) == 1


def test_what_the_migrations_put_in_is_there_for_every_test(session: scoped_session[Session]) -> None:
    assert session.execute(sa.text("SELECT count(*) FROM allowed_transition")).scalar_one() > 0


@pytest.mark.any_database
@pytest.mark.parametrize("turn", [1, 2])
def test_a_configuration_changed_by_a_test_is_put_back(turn: int, app: Flask) -> None:
    assert app.config["MAX_CONTENT_LENGTH"] > 5
    app.config["MAX_CONTENT_LENGTH"] = 5


@pytest.mark.any_database
def test_the_live_server_answers_over_http_at_the_configured_address(app: Flask, live_server: str) -> None:
    assert app.config["BASE_URL"] == live_server
    with urllib.request.urlopen(f"{live_server}/static/favicon.svg") as answer:
        assert answer.read().startswith(b"<svg")


def test_time_stands_still_within_the_block() -> None:
    with at("2026-03-02 09:00") as moment:
        assert now() == moment
        with at("2026-03-02 10:00+01:00"):
            assert now() == moment
    assert now() != moment
