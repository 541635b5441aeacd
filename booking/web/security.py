"""Who may see what: forms that must be ours, and browsers that are signed in."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from flask import Flask, redirect, request, session, url_for
from flask_login import LoginManager, current_user
from flask_wtf import CSRFProtect
from werkzeug.exceptions import Unauthorized
from werkzeug.wrappers import Response

from booking import clock
from booking.domain.errors import NotAllowed, NotFound
from booking.services import signing_in
from booking.services.queries import people
from booking.services.queries.people import Viewer

P = ParamSpec("P")
R = TypeVar("R")

csrf = CSRFProtect()
login_manager = LoginManager()

LONGEST_PATH = 200
"""Characters of a path to come back to; a longer one is forgotten, and the viewer starts at their first page."""

MOST_OWN_ORDERS = 20
"""How many orders a browser that never signed in can go back to; the cookie holds 4 KB."""


class SignInFirst(NotFound):
    """Somebody who is not signed in asks for what is not this browser's: whoever follows a letter's link elsewhere."""


class SignedOut(Exception):
    """A form was sent whose session has ended: the words of an afternoon outlive the session they were written in."""


def register(app: Flask) -> None:
    """Check the token of every form, and load the viewer from the session."""
    app.register_error_handler(SignInFirst, lambda _: _to_sign_in())
    csrf.init_app(app)
    # Its context processor would ask the database on every page, also on those that are shown when it is down.
    login_manager.init_app(app, add_context_processor=False)
    # It would tie sessions to an IP address, and phones change theirs all the time.
    app.config["SESSION_PROTECTION"] = None
    login_manager.user_loader(lambda token: signing_in.viewer_of(token, clock.now()))


def viewer() -> Viewer | None:
    """The signed-in user, None for anybody else. Read once per request."""
    who = current_user._get_current_object()
    return who if isinstance(who, Viewer) else None


def me() -> Viewer:
    """The signed-in user, in a view that a guard below protects. Raises Unauthorized where the guard is missing."""
    who = viewer()
    if who is None:
        raise Unauthorized
    return who


def signed_in(view: Callable[P, R]) -> Callable[P, R | Response]:
    """Let only signed-in users see the view; others sign in first and then come back."""

    @functools.wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R | Response:
        return view(*args, **kwargs) if viewer() else _sign_in_first()

    return guarded


def editor_only(view: Callable[P, R]) -> Callable[P, R | Response]:
    """Let only the editor see the view. Raises NotAllowed for other users; anybody else signs in first."""

    @functools.wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R | Response:
        who = viewer()
        if who is None:
            return _sign_in_first()
        if not who.is_editor:
            raise NotAllowed("editor")
        return view(*args, **kwargs)

    return guarded


def own_order(public_id: str) -> None:
    """Pass for the browser that made the order, the users of its advertiser, and the editor.

    Raises SignInFirst for a browser that nobody is signed in to, whether or not there is such an order, else NotFound.
    """
    if public_id in session.get("orders", ()):
        return
    who = viewer()
    if who is None:
        raise SignInFirst("order")
    if not who.is_editor and people.advertiser_of_order(public_id) not in who.advertiser_ids:
        raise NotFound("order")


def remember_order(public_id: str) -> None:
    """Let this browser come back to an order that it has just made, without signing in."""
    others = [order for order in session.get("orders", ()) if order != public_id]
    session["orders"] = [*others, public_id][-MOST_OWN_ORDERS:]
    session.permanent = True


def own_path(path: str | None) -> str:
    """Return `path` when it leads to a page of this site, else nothing: a link must not send people elsewhere.

    Browsers read a backslash as a slash and drop control characters, so "/\\host" would leave as well.
    """
    text = path or ""
    plain = text.isprintable() and len(text) <= LONGEST_PATH and "\\" not in text
    return text if plain and text.startswith("/") and not text.startswith("//") else ""


def _sign_in_first() -> Response:
    """Raises SignedOut for a form with something in it, which a redirect would lose."""
    if any(name != "csrf_token" for name in request.form):
        raise SignedOut
    return _to_sign_in()


def _to_sign_in() -> Response:
    # Only a page can be come back to.
    back = own_path(request.full_path.rstrip("?")) if request.method == "GET" else ""
    return redirect(url_for("auth.sign_in", next=back or None), 303)
