"""The session cookie, as Flask keeps it: signed, and read by us alone."""

from __future__ import annotations

import hashlib

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import URLSafeTimedSerializer


class Sessions(SecureCookieSessionInterface):
    """Flask's sessions with a signer that is made once. Flask makes one for reading, and another for writing."""

    # Ours hold texts, numbers and lists; Flask looks into every one for tuples and times, which takes it longer than
    # signing does.
    serializer = URLSafeTimedSerializer.default_serializer  # type: ignore[assignment]  # any pair of loads and dumps does

    # Flask's own, SHA-1, is found anew for each signature, and then takes the slowest way.
    digest_method = staticmethod(hashlib.sha256)

    def __init__(self) -> None:
        self._signer: URLSafeTimedSerializer | None = None

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """The signer for the secret key that the app began with; None while it has none."""
        self._signer = self._signer or super().get_signing_serializer(app)
        return self._signer


def register(app: Flask) -> None:
    """Keep the app's sessions like this."""
    app.session_interface = Sessions()
