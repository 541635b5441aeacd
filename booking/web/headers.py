"""What every response tells the browser to refuse: foreign code, foreign frames, guessed types, plain HTTP."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask

STRIPE_CHECKOUT = "https://checkout.stripe.com"


def policy(payment_pages: str) -> str:
    """The Content-Security-Policy. `payment_pages` are the origins that a form may lead to beside our own.

    Browsers apply form-action also to where the answer of a form redirects, so Checkout must stand there.
    """
    return "; ".join(
        (
            "default-src 'none'",
            "style-src 'self'",
            "script-src 'self'",
            "img-src 'self'",
            "connect-src 'self'",
            f"form-action 'self' {payment_pages}",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )


class WithHeaders:
    """An app whose responses all have these headers, but for those that a response has already.

    Around the app, not after a request: werkzeug's headers are made for looking up, and adding six costs it as much as
    a statement costs the database.
    """

    def __init__(self, app: WSGIApplication, standing: dict[str, str]) -> None:
        self._app, self._standing = app, standing

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer as the app does, with the headers."""

        def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            own = {name.title() for name, _ in headers}
            more = [header for header in self._standing.items() if header[0] not in own]
            return start_response(status, headers + more, *error)

        return self._app(environ, start)


def register(app: Flask) -> None:
    """Add the headers to every response; a view that set one of them itself is left alone."""
    pages = STRIPE_CHECKOUT
    if app.config["STRIPE_IS_SIMULATED"]:
        simulator = urlsplit(app.config["STRIPE_API_BASE"])
        pages += f" {simulator.scheme}://{simulator.netloc}"
    standing = {
        "Content-Security-Policy": policy(pages),
        "X-Content-Type-Options": "nosniff",
        # Our own pages need it: Flask-WTF compares the referrer of a form sent over TLS.
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
        # Pages show holds and names. They may be kept for the Back button, and must be asked for again otherwise.
        "Cache-Control": "private, no-cache",
    }
    if app.config["PREFERRED_URL_SCHEME"] == "https":
        standing["Strict-Transport-Security"] = "max-age=31536000"
    app.wsgi_app = WithHeaders(app.wsgi_app, standing)  # type: ignore[method-assign]  # as Flask's documentation does
