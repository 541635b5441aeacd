"""Somebody who uses the pages without JavaScript, and who looks at every page as the design asks for it.

A test asks for a page and gets it only when it is in order: the visitor fails the test otherwise.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import Context
from io import BytesIO
from typing import Any, ParamSpec, TypeVar
from urllib.parse import urlsplit

import pytest
from flask import Flask, has_app_context
from itsdangerous import URLSafeTimedSerializer
from werkzeug.datastructures import FileMultiDict, MultiDict
from werkzeug.test import TestResponse

from booking.clock import now
from booking.db import db
from booking.models import User
from booking.services import signing_in
from tests.support.page import Page, Value
from tests.support.page_checks import problems
from tests.support.statements import heard

MOST_QUERIES = 8
"""On any page that is only read, however many issues there are."""

P = ParamSpec("P")
R = TypeVar("R")


def outside(act: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Call what enters the app from outside: the context that the test has pushed, its `g` and session, stays away.

    What the test has arranged is committed before, and what the call changed is seen after.
    """
    if has_app_context():
        db.session.commit()
    result = Context().run(act, *args, **kwargs)
    if has_app_context():
        db.session.rollback()
        db.session.expire_all()
    return result


class Visitor:
    """One browser with cookies of its own, signed out until `sign_in`."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.client = app.test_client()
        self.page: Page | None = None
        """The page that was fetched last."""

    def sign_in(self, user: User) -> None:
        """Give this browser a session of the user, as a used sign-in link does."""
        user_id = user.id

        def open_session() -> str:
            with self.app.app_context():
                return signing_in.sign_in_directly(user_id, "Visitor", now()).token

        token = outside(open_session)
        with self.client.session_transaction() as cookie:
            cookie.update(_user_id=token, _fresh=True)

    def get(self, url: str, status: int = 200, *, queries: int = MOST_QUERIES, **options: Any) -> Page:
        """Fetch a page and check it. Redirects are not followed: ask for status=303 and read `page.location`."""
        page = self._request("GET", url, status, **options)
        if len(page.queries) > queries:
            listed = "\n  ".join(page.queries)
            pytest.fail(f"GET {url} took {len(page.queries)} queries, at most {queries} are allowed:\n  {listed}")
        return page

    def follow(self, page: Page) -> Page:
        """The page that a redirect leads to."""
        assert page.location, f"{page.url} is no redirect."
        return self.get(page.location)

    def click(self, link: str) -> Page:
        """Follow the link with these words on the page that was fetched last."""
        assert self.page is not None, "Fetch a page first."
        if link not in self.page.links:
            pytest.fail(f"{self.page.url} has no link {link!r}, only {sorted(self.page.links)}.")
        return self.get(self.page.links[link])

    def submit(
        self,
        data: Mapping[str, Value] | None = None,
        *,
        form: str | None = None,
        button: str | None = None,
        status: int | None = None,
    ) -> Page:
        """Fill in and send a form of the page that was fetched last, as a browser would.

        `form` is a CSS selector (the one form in main by default), `button` the words of the button to press. A status
        of 303 (what a POST is to answer by default) to a page of ours is followed, and that page returned; a redirect
        to elsewhere is returned itself.
        """
        assert self.page is not None, "Fetch a page first."
        chosen = self.page.form(form)
        filled = chosen.filled(data or {}, button)
        action = chosen.action_of(button)
        if chosen.method == "GET":
            return self.get(action, status or 200, query_string=_fields(filled))
        page = self.post(action, filled, status=status or 303)
        return self.follow(page) if page.location and self._is_ours(page.location) else page

    def post(self, url: str, data: Mapping[str, Value], status: int = 303, **options: Any) -> Page:
        """Send what no form need offer, with a token as our forms have it. Redirects are not followed."""
        body = data if "csrf_token" in data else {**data, "csrf_token": self.csrf_token()}
        return self._request("POST", url, status, data=_fields(body), **options)

    def csrf_token(self) -> str:
        """The token that a form of ours would have in this browser."""
        with self.client.session_transaction() as cookie:
            raw = cookie.setdefault("csrf_token", secrets.token_hex(20))
        return URLSafeTimedSerializer(self.app.secret_key or "", salt="wtf-csrf-token").dumps(raw)

    def attempt(self, method: str, url: str, **options: Any) -> Page:
        """Whatever is answered, with any status; a page is checked all the same."""
        return self._request(method, url, None, **options)

    def _is_ours(self, location: str) -> bool:
        return urlsplit(location).netloc in ("", self.app.config["SERVER_NAME"])

    def _request(self, method: str, url: str, status: int | None, **options: Any) -> Page:
        with _counting_queries() as queries:
            response: TestResponse = outside(self.client.open, url, method=method, **options)
        path = response.request.path + (f"?{query}" if (query := response.request.query_string.decode()) else "")
        page = Page(path, response.status_code, response.headers, response.data, queries)
        response.close()
        if status not in (None, page.status):
            said = page.text[:1500] if page.is_html and page.data else page.location or page.data[:1500]
            pytest.fail(f"{method} {url} answered {page.status}, wanted {status}: {said!r}")
        if page.is_html and not page.location and page.data:
            if wrong := problems(page, self.app):
                pytest.fail("\n  ".join([f"The page at {method} {page.url} is not in order:", *wrong]))
            self.page = page
        return page


@contextmanager
def _counting_queries() -> Iterator[list[str]]:
    statements: list[str] = []

    def note(statement: str) -> None:
        if not statement.startswith(("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "PRAGMA")):
            statements.append(" ".join(statement.split()))

    with heard(note):
        yield statements


def _fields(data: Mapping[str, Value]) -> MultiDict[str, Any]:
    fields: MultiDict[str, Any] = MultiDict()
    files = FileMultiDict()
    for name, value in data.items():
        if isinstance(value, tuple) and len(value) == 2 and isinstance(value[0], bytes):
            files.add_file(name, BytesIO(value[0]), value[1])
        else:
            fields.setlist(name, [value] if isinstance(value, str) else list(value))
    for name, file in files.items():
        fields.add(name, file)
    return fields
