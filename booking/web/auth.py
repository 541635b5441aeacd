"""Signing in by a link that comes by mail, and signing out. The answer never tells whether an address is known."""

from __future__ import annotations

from flask import Blueprint, current_app, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_user, logout_user
from wtforms import HiddenField

from booking import clock
from booking.domain.errors import LinkExpired, LinkUsed
from booking.domain.states import Role
from booking.services import signing_in
from booking.services.signing_in import SignedIn
from booking.web.context import nav, own_home
from booking.web.forms import LONGEST_EMAIL, Email, Form, one_line
from booking.web.rates import at_most
from booking.web.security import own_path, viewer

blueprint = Blueprint("auth", __name__)

FOR_ONE_BROWSER = "20 per hour"
FOR_ONE_ADDRESS = "5 per 15 minutes"
"""Counted for unknown addresses too: a limit must not tell which are known. What is counted
by is kept in memory, and so no longer than an address can be."""


class AddressForm(Form):
    """Who wants to sign in, and where they were going."""

    email = Email("E-mail address")
    next = HiddenField(filters=[own_path])


@blueprint.route("/sign-in", methods=["GET", "POST"])
@at_most(FOR_ONE_BROWSER)
@at_most(FOR_ONE_ADDRESS, lambda: one_line(request.form.get("email")).lower()[:LONGEST_EMAIL])
def sign_in() -> ResponseReturnValue:
    """Ask for an address, and send it a link if it is a user's."""
    form = AddressForm(next=request.args.get("next"))
    if not form.validate_on_submit():
        return render_template("auth/sign_in.html", form=form), 422 if form.is_submitted() else 200
    signing_in.send_link(form.email.data, form.next.data or "", clock.now())
    session["asked_for"] = form.email.data
    return redirect(url_for("auth.sent"), 303)


@blueprint.get("/sign-in/sent")
def sent() -> ResponseReturnValue:
    """Say what happens next, whether or not anything was sent."""
    shown_here = current_app.config["BOOKING_ENV"] != "production" and not current_app.config["MAIL_HOST"]
    return render_template("auth/sent.html", address=session.get("asked_for", ""), shown_here=shown_here)


@blueprint.get("/sign-in/<token>")
def link(token: str) -> ResponseReturnValue:
    """Show a button. Mail programs follow links to look at them, so looking must not use the link up."""
    try:
        address = signing_in.address_of_link(token, clock.now())
    except (LinkUsed, LinkExpired) as refusal:
        return render_template("auth/link_dead.html", wrong=True, sentence=str(refusal)), 409
    return render_template("auth/link.html", address=address, token=token)


@blueprint.post("/sign-in/<token>")
@at_most(FOR_ONE_BROWSER)
def use(token: str) -> ResponseReturnValue:
    """Use the link up and sign this browser in."""
    try:
        signed = signing_in.use_link(token, request.user_agent.string, clock.now())
    except LinkUsed as refusal:
        # The second click of a double click: the first has signed this browser in.
        if viewer() is None:
            return render_template("auth/link_dead.html", wrong=True, sentence=str(refusal)), 409
        return redirect(url_for(nav().home), 303)
    except LinkExpired as refusal:
        return render_template("auth/link_dead.html", wrong=True, sentence=str(refusal)), 409
    return enter(signed)


@blueprint.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    """End this browser's session, and forget what it could go back to."""
    who = viewer()
    if who is not None:
        signing_in.end_session(who.user_id, who.session_id, clock.now())
        logout_user()
    session.clear()
    return redirect(url_for(nav().home), 303)


def enter(signed: SignedIn) -> ResponseReturnValue:
    """Sign this browser in with a session that was just opened, ending the one that it had, and go on."""
    before = viewer()
    if before is not None:
        signing_in.end_session(before.user_id, before.session_id, clock.now())
    session.pop("asked_for", None)
    # A form that was open before belongs to whoever was signed in before.
    session.pop("csrf_token", None)
    session.permanent = True
    login_user(signing_in.viewer_of(signed.token, clock.now()))
    return redirect(signed.next_path or url_for(own_home(signed.role is Role.EDITOR)), 303)
