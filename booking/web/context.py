"""What every template may name without being given it: the newsletter, the viewer, the time, and the ways to go."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Flask, g, session
from flask_login import current_user

from booking import clock
from booking.services.queries.newsletter import Settings, settings
from booking.web.security import viewer

Links = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Nav:
    """The navigation as (endpoint, label) pairs, so that no layout knows which pages exist."""

    home: str
    public: Links
    portal: Links
    desk: Links
    footer: Links


HOME = "storefront.front"
PUBLIC: Links = (
    ("storefront.front", "Sponsor an issue"),
    ("storefront.jobs", "Post a job"),
)
VISITOR: Links = (("auth.sign_in", "Sign in"),)
BUYER: Links = (("portal.bookings", "Your bookings"),)
PORTAL: Links = (("portal.bookings", "Bookings"), ("storefront.front", "Book a week"), ("account.page", "Account"))
DESK: Links = (
    ("desk.today", "Today"),
    ("desk.calendar", "Calendar"),
    ("desk.advertisers", "Advertisers"),
    ("desk.money", "Money"),
    ("desk.settings", "Settings"),
    ("desk.log", "Log"),
    ("account.page", "Account"),
)
FOOTER: Links = (("storefront.policies", "Policies"),)


def newsletter() -> Settings:
    """The newsletter's settings, read at most once per request."""
    if "newsletter" not in g:
        g.newsletter = settings()
    found: Settings = g.newsletter
    return found


def nav() -> Nav:
    """The navigation of this request: a visitor is offered to sign in, a viewer their own side.

    A browser that has ordered finds its bookings without signing in.
    """
    who = viewer()
    own = BUYER if session.get("orders") else VISITOR
    if who:
        own = ((own_home(who.is_editor), "Desk" if who.is_editor else "Your bookings"),)
    return Nav(HOME, PUBLIC + own, PORTAL, DESK, FOOTER)


def own_home(editor: bool) -> str:
    """The endpoint at which a viewer starts after signing in."""
    return (DESK if editor else PORTAL)[0][0]


class Later:
    """Stands in for something that is read when a template first asks for a part of it, and then no more."""

    def __init__(self, read: Callable[[], object]) -> None:
        self._read = functools.cache(read)

    def __getattr__(self, name: str) -> Any:
        """The part of it that was asked for."""
        return getattr(self._read(), name)


def register(app: Flask) -> None:
    """Offer the names. They are read when a template uses them: the page that says "our fault" uses none."""

    @app.context_processor
    def names() -> dict[str, Any]:
        return {"newsletter": Later(newsletter), "nav": Later(nav), "viewer": current_user, "now": clock.now()}
