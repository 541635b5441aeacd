"""What every template may name without being given it: the newsletter, the viewer, the time, and the ways to go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app, g, session
from flask_login import current_user
from werkzeug.local import LocalProxy

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
    home = HOME if HOME in current_app.view_functions else "auth.sign_in"
    return Nav(home, _existing(PUBLIC + own), _existing(PORTAL), _existing(DESK), _existing(FOOTER))


def own_home(editor: bool) -> str:
    """The endpoint at which a viewer starts after signing in."""
    return (_existing(DESK if editor else PORTAL))[0][0]


def _existing(links: Links) -> Links:
    return tuple(link for link in links if link[0] in current_app.view_functions)


def register(app: Flask) -> None:
    """Offer the names. They are read when a template uses them: the page that says "our fault" uses none."""

    @app.context_processor
    def names() -> dict[str, Any]:
        return {
            "newsletter": LocalProxy(newsletter),
            "nav": LocalProxy(nav),
            "viewer": current_user,
            "now": clock.now(),
        }
