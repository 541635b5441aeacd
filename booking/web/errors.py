"""Every refusal and fault as a page: what happened, what to do, and nothing that was typed thrown away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, g, jsonify, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, MethodNotAllowed, SecurityError

from booking.domain.counted import counted
from booking.domain.errors import Refusal
from booking.services.queries.newsletter import Settings
from booking.web.context import nav
from booking.web.rates import TooOften
from booking.web.security import SignedOut

STATUS = {"invalid": 422, "conflict": 409, "missing": 404, "forbidden": 403}
"""The status of each kind of refusal."""


@dataclass(frozen=True, slots=True)
class Words:
    """What a page says about a status."""

    heading: str
    message: str


WORDS = {
    400: Words("We could not read this request", "Go back, reload the page and try again."),
    403: Words("This page is not for you", "Sign in with the address that it belongs to."),
    404: Words("There is no such page", "Check the address, or start again from the front page."),
    405: Words("This address does something else", "Go back and use the button or link on the page."),
    409: Words("Something changed meanwhile", "Go back and reload the page to see where things stand."),
    410: Words("This page is gone", "Start again from the front page."),
    413: Words("This is too large", "Send at most 2 MB. A draft issue is a text file and much smaller."),
    415: Words("We could not read this file", "Send a text file or fill in the form."),
    422: Words("Please check this", "Go back and correct what the form says."),
    429: Words("Too many tries", "Wait a while, then try again."),
}


def register(app: Flask) -> None:
    """Answer refusals, HTTP errors, forms that have grown too old, and faults."""
    if not app.testing:
        # In debug mode Flask would leave a fault to the server, and nobody would ever see the page for it.
        app.config["PROPAGATE_EXCEPTIONS"] = False
    app.register_error_handler(Refusal, refused)
    app.register_error_handler(CSRFError, too_old)
    app.register_error_handler(SignedOut, signed_out)
    app.register_error_handler(TooOften, too_often)
    app.register_error_handler(SecurityError, not_here)
    app.register_error_handler(HTTPException, failed)
    app.register_error_handler(500, fault)


def refused(refusal: Refusal) -> Response:
    """The page for a refusal that no view showed beside its form."""
    return page(STATUS[refusal.kind], str(refusal))


def failed(error: HTTPException) -> ResponseReturnValue:
    """The page for an HTTP error; a redirect passes."""
    status = error.code or 500
    if status < 400:
        return error.get_response()
    if status >= 500:
        return fault(error)
    answer = page(status)
    if isinstance(error, MethodNotAllowed):
        answer.allow.update(error.valid_methods or ())
    return answer


def not_here(_error: SecurityError) -> Response:
    """The answer for another host's name. Plain text: no link of ours can be made for a host that is not ours."""
    return make_response("This address is not served here.\n", 400, {"Content-Type": "text/plain"})


def too_often(error: TooOften) -> Response:
    """The page that says when to try again."""
    minutes = max(1, error.seconds // 60)
    answer = page(429, f"That was too often from here. Try again in {counted(minutes, 'minute')}.")
    answer.retry_after = error.seconds
    return answer


def too_old(_error: CSRFError) -> Response:
    """The page for a form whose token is no longer good, with everything typed, ready to be sent again.

    Only a form of our own is offered again: another site could otherwise talk somebody into pressing the button.
    """
    if not _from_here() or _for_a_program():
        return page(400, "This form is not from our page, or the page is too old. Open it again, then send it.")
    return make_response(render_template("errors/too_old.html", wrong=True, signed_out=False, **_sent()), 400)


def signed_out(_error: SignedOut) -> Response:
    """The page for a form whose session has ended, with everything typed, ready to be sent again."""
    if _for_a_program():
        return page(403, "You are signed out. Sign in again, then send it.")
    return make_response(render_template("errors/too_old.html", wrong=True, signed_out=True, **_sent()), 403)


def _sent() -> dict[str, Any]:
    typed = [(name, value) for name, value in request.form.items(multi=True) if name != "csrf_token"]
    return {"typed": typed, "files": any(file.filename for file in request.files.values())}


def fault(_error: HTTPException) -> Response:
    """The page for our own faults: asks nothing of the database, which may be what is broken."""
    g.newsletter = Settings()
    if _for_a_program():
        return make_response(jsonify(error="Something went wrong on our side. Try again in a minute."), 500)
    return make_response(render_template("errors/fault.html", wrong=True), 500)


def page(status: int, message: str = "") -> Response:
    """The page of a status from 400 to 499, or its sentence as JSON for a program."""
    words = WORDS.get(status, WORDS[400])
    message = message or words.message
    if _for_a_program():
        return make_response(jsonify(error=message), status)
    ways = [(url_for(nav().home), "Front page")]
    if status == 403:
        ways.insert(0, (url_for("auth.sign_in"), "Sign in with another address"))
    body = render_template("errors/error.html", wrong=True, heading=words.heading, message=message, ways=ways)
    return make_response(body, status)


def _from_here() -> bool:
    source = request.headers.get("Origin") or request.headers.get("Referer") or ""
    try:
        return urlsplit(source).netloc == request.host
    except ValueError:
        return False


def _for_a_program() -> bool:
    return request.path.startswith(("/api/", "/webhooks/"))
