"""What may stand in an address at all, decided before any view: no number or character that a database refuses."""

from __future__ import annotations

from typing import Any

from flask import Flask, request
from werkzeug.exceptions import BadRequest
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter, Map

LARGEST = 2**31 - 1
"""The largest value of PostgreSQL's integer; a larger id is nobody's, and asking for it would be an error."""


class SmallInteger(IntegerConverter):
    """``<int:...>`` that fits the databases: anything larger is a page that does not exist."""

    def __init__(self, url_map: Map, **options: Any) -> None:
        super().__init__(url_map, **{"max": LARGEST, **options})


def register(app: Flask) -> None:
    """Bound the integers in routes, refuse NUL in addresses, and believe as many proxies as the configuration says."""
    app.url_map.converters["int"] = SmallInteger
    app.before_request(refuse_nul)
    proxies = app.config["PROXY_COUNT"]
    if proxies:
        wsgi_app = app.wsgi_app
        # Flask documents replacing this method to add middleware.
        app.wsgi_app = ProxyFix(wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies)  # type: ignore[method-assign]


def refuse_nul() -> None:
    """PostgreSQL cannot store the character NUL, and no honest link contains it. Raises BadRequest."""
    if "\0" in request.path or "%00" in request.query_string.decode("latin-1"):
        raise BadRequest
