"""The pages. `register` joins to an app what every page needs, and the blueprints that hold the pages."""

from __future__ import annotations

from flask import Flask
from jinja2 import StrictUndefined
from werkzeug.utils import import_string

from booking.web import assets, context, cookies, errors, filters, headers, rates, routing, security

BLUEPRINTS: tuple[str, ...] = (
    "booking.web.storefront:blueprint",
    "booking.web.checkout:blueprint",
    "booking.web.auth:blueprint",
    "booking.web.account:blueprint",
    "booking.web.portal_pages:blueprint",
    "booking.web.desk_pages:blueprint",
    "booking.web.api:blueprint",
    "booking.web.webhooks:blueprint",
)
"""Every blueprint as "module:name". Those of development are in DEVELOPMENT_BLUEPRINTS."""

DEVELOPMENT_BLUEPRINTS: tuple[str, ...] = ("booking.web.dev:blueprint", "booking.web.components:blueprint")
"""Pages that sign anybody in and show all mail: they do not exist in production."""


def register(app: Flask) -> None:
    """Give `app` its guards, helpers for templates, error pages and blueprints."""
    app.jinja_env.undefined = StrictUndefined
    for part in (routing, cookies, security, rates, headers, assets, context, filters, errors):
        part.register(app)
    own = BLUEPRINTS + (() if app.config["BOOKING_ENV"] == "production" else DEVELOPMENT_BLUEPRINTS)
    for blueprint in own:
        app.register_blueprint(import_string(blueprint))
