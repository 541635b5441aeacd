"""What every response carries, how long files may be kept, and who is let through to an order."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask, request
from flask import session as cookie
from werkzeug.exceptions import Unauthorized

from booking import create_app
from booking.db import db
from booking.domain.errors import NotFound
from booking.models import OutboxMessage, User
from booking.services import signing_in
from booking.web import security
from booking.web.assets import version
from tests.support import at
from tests.support.factories import NOW, buyer, choice, make_editor, make_issue, make_order
from tests.support.visitor import Visitor
from tests.test_access import PRODUCTION

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self';"
    " form-action 'self' https://checkout.stripe.com; base-uri 'none'; frame-ancestors 'none'"
)


@pytest.fixture
def production() -> Flask:
    return create_app(PRODUCTION)


def test_in_production_a_page_may_only_load_what_is_ours_and_lead_to_stripe(production: Flask) -> None:
    answer = production.test_client().get("/static/booking.js")
    assert answer.headers["Content-Security-Policy"] == POLICY
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    answer.close()


@pytest.mark.any_database
def test_in_development_forms_may_lead_to_the_stand_in_for_stripe(app: Flask, visitor: Visitor) -> None:
    headers = visitor.get("/sign-in").headers
    assert (
        f"form-action 'self' https://checkout.stripe.com {app.config['STRIPE_API_BASE']};"
        in (headers["Content-Security-Policy"])
    )
    assert "Strict-Transport-Security" not in headers
    assert headers["Cache-Control"] == "private, no-cache"


@pytest.mark.any_database
def test_a_file_is_kept_for_ever_under_the_hash_of_its_content(app: Flask, visitor: Visitor) -> None:
    page = visitor.get("/sign-in")
    files = [node.attributes["href"] or "" for node in page.select("link[rel=stylesheet]")]
    assert files
    for address in files:
        assert "?v=" in address
        assert visitor.get(address).headers["Cache-Control"] == "public, max-age=31536000, immutable"


@pytest.mark.any_database
def test_a_file_asked_for_otherwise_is_asked_for_again(visitor: Visitor) -> None:
    for address in ("/static/booking.js", "/static/booking.js?v=old", "/static/booking.js?v="):
        assert visitor.get(address).headers["Cache-Control"] == "no-cache"
    visitor.get("/static/no-such-file.js?v=", 404)


def test_a_changed_file_gets_another_address(tmp_path: Path) -> None:
    app = Flask("small", static_folder=str(tmp_path))
    file = tmp_path / "base.css"
    file.write_text("a {}")
    first = version(app, "base.css")
    file.write_text("b { }")
    assert first != version(app, "base.css") != ""
    assert version(app, "missing.css") == ""


def test_behind_a_proxy_its_word_is_taken_and_without_one_it_is_not() -> None:
    claims = {"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "https"}
    seen = []
    for proxies in (0, 1):
        app = create_app(replace(PRODUCTION, PROXY_COUNT=proxies))
        app.add_url_rule("/who", "who", _who_asks)
        seen.append(app.test_client().get("/who", headers=claims, base_url="http://ads.example.com").text)
    assert seen == ["127.0.0.1 http", "203.0.113.7 https"]


def _who_asks() -> str:
    return f"{request.remote_addr} {request.scheme}"


@pytest.fixture
def order_and_users() -> tuple[str, dict[str, User]]:
    make_issue(501)
    order = make_order(choice())
    other = make_order(choice(501), by=buyer("Harbour Rail", "jobs@harbour.example"))
    return order.public_id, {"owner": order.user, "other": other.user, "editor": make_editor()}


@pytest.mark.usefixtures("session")
@pytest.mark.parametrize(("who", "may"), [("owner", True), ("editor", True), ("other", False), ("nobody", False)])
def test_an_order_is_seen_by_its_buyer_and_the_editor_alone(
    app: Flask, order_and_users: tuple[str, dict[str, User]], who: str, may: bool
) -> None:
    public_id, users = order_and_users
    token = signing_in.sign_in_directly(users[who].id, "", NOW).token if who in users else ""
    with at(NOW), app.test_request_context():
        cookie["_user_id"] = token
        assert _passes(public_id) is may
        assert _passes("NOSUCHORDER") is (who == "editor"), "for the editor its own page says that there is none"


@pytest.mark.usefixtures("session")
def test_an_order_is_seen_in_the_browser_that_made_it(app: Flask, order_and_users: tuple[str, dict[str, User]]) -> None:
    public_id, _ = order_and_users
    with app.test_request_context():
        assert not _passes(public_id)
        security.remember_order(public_id)
        assert _passes(public_id)
        for number in range(security.MOST_OWN_ORDERS):
            security.remember_order(f"ORDER{number}")
        assert not _passes(public_id), "a cookie has room for so many"
        security.remember_order("ORDER3")
        assert cookie["orders"][-1] == "ORDER3"
        assert len(cookie["orders"]) == len(set(cookie["orders"])) == security.MOST_OWN_ORDERS


def _passes(public_id: str) -> bool:
    try:
        security.own_order(public_id)
    except NotFound:
        return False
    return True


@pytest.mark.usefixtures("session")
def test_a_letters_link_leads_through_signing_in_to_the_order(
    order_and_users: tuple[str, dict[str, User]], visitor: Visitor
) -> None:
    public_id, users = order_and_users
    with at(NOW):
        page = visitor.get(f"/orders/{public_id}", 303)
        assert page.location == f"/sign-in?next=/orders/{public_id}"
        unknown = visitor.get("/orders/NOSUCHORDER", 303)
        assert unknown.location == "/sign-in?next=/orders/NOSUCHORDER", "nobody finds out which orders there are"
        assert visitor.get(f"/orders/{public_id}/insertion-order", 303).location.startswith("/sign-in?next=")
        signing_in.send_link(users["owner"].email, f"/orders/{public_id}", NOW)
        letter = db.session.scalars(sa.select(OutboxMessage).order_by(OutboxMessage.id.desc())).first()
        assert letter is not None
        visitor.get(letter.body[letter.body.index("/sign-in/") :].split()[0])
        assert visitor.submit().url == f"/orders/{public_id}"


@pytest.mark.any_database
def test_a_view_without_its_guard_does_not_let_anybody_in(app: Flask) -> None:
    with app.test_request_context(), pytest.raises(Unauthorized):
        security.me()


@pytest.mark.usefixtures("session")
def test_the_editors_pages_are_the_editors(app: Flask) -> None:
    view = security.editor_only(lambda: "the desk")
    with at(NOW):
        editor = signing_in.sign_in_directly(make_editor().id, "", NOW).token
        with app.test_request_context("/desk?x=1"):
            cookie["_user_id"] = editor
            assert view() == "the desk"


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("method", "location"), [("GET", "/sign-in?next=/desk?x%3D1"), ("POST", "/sign-in"), ("HEAD", "/sign-in")]
)
def test_others_sign_in_first_and_come_back_to_a_page(app: Flask, method: str, location: str) -> None:
    for guard in (security.editor_only, security.signed_in):
        with app.test_request_context("/desk?x=1", method=method):
            answer = guard(lambda: "the desk")()
            assert not isinstance(answer, str)
            assert (answer.status_code, answer.location) == (303, location)
