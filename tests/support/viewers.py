"""Those who look at the gallery without a browser: one visitor for each person, signed in once."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Flask
from selectolax.lexbor import LexborNode

from booking.db import db
from booking.models import User
from tests.support.gallery import View
from tests.support.page import Page, words
from tests.support.visitor import Visitor

_seen: dict[View, Page] = {}
"""What stood in the gallery when somebody of this worker looked."""


class Viewers:
    """The people of the gallery, each with a client of their own."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._visitors: dict[str, Visitor] = {}

    def of(self, email: str) -> Visitor:
        """The visitor who looks for this person; an empty address is somebody who is not signed in."""
        if email not in self._visitors:
            self._visitors[email] = Visitor(self._app)
            if email:
                self._visitors[email].sign_in(db.session.scalars(sa.select(User).where(User.email == email)).one())
        return self._visitors[email]

    def cookie(self, email: str) -> str:
        """The Cookie header of this person's client, empty for somebody who is not signed in."""
        client = self.of(email).client
        name = self._app.config["SESSION_COOKIE_NAME"]
        cookie = client.get_cookie(name, domain=self._app.config["SERVER_NAME"].partition(":")[0])
        return f"{name}={cookie.value}" if cookie is not None else ""

    def glance(self, view: View) -> Page:
        """The page of a view, for tests that only look: as it was when the first of them did.

        `hang_again` hangs the same gallery each time, so the page would be the same but for its tokens.
        """
        if view not in _seen:
            _seen[view] = self.look(view)
        return _seen[view]

    def look(self, view: View) -> Page:
        """The page of a view, in the end: redirects followed, its button pressed with nothing filled in."""
        visitor = self.of(view.email)
        page = visitor.attempt("GET", view.address)
        while page.location:
            page = visitor.attempt("GET", page.location)
        assert page.status == view.status, f"{view.name} answered {page.status}: {page.text[:300]}"
        if not view.press:
            return page
        form = next(form for form in page.forms if view.press in map(_label, form.buttons))
        return visitor.attempt("POST", form.action_of(view.press), data=form.filled({}, view.press))


def _label(button: LexborNode) -> str:
    return words(button.text())
