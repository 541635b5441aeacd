"""Short cuts for whoever works on the program: sign in with one click, read all mail. Not there in production."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from booking import clock
from booking.domain.errors import NotFound
from booking.services import signing_in
from booking.services.queries import mailbox
from booking.web.auth import enter

blueprint = Blueprint("dev", __name__, url_prefix="/dev")


@blueprint.get("")
def index() -> ResponseReturnValue:
    """Everybody to sign in as, and the other pages of development."""
    return render_template("dev/index.html", three=mailbox.three_people(), people=mailbox.people())


@blueprint.get("/sign-in/<int:user_id>")
def sign_in(user_id: int) -> ResponseReturnValue:
    """Sign in as this user at once. By GET, so that the link can be printed and clicked."""
    return enter(signing_in.sign_in_directly(user_id, request.user_agent.string, clock.now()))


@blueprint.get("/mail")
def mail() -> ResponseReturnValue:
    """The mail that was written, the newest first."""
    return render_template("dev/mail.html", letters=mailbox.letters())


@blueprint.get("/mail/<int:message_id>")
def letter(message_id: int) -> ResponseReturnValue:
    """One mail with its whole text, its links to be clicked. Raises NotFound."""
    found = mailbox.letter(message_id)
    if found is None:
        raise NotFound("letter")
    return render_template("dev/letter.html", letter=found)
