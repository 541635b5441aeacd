"""A user's own page: where they are signed in, what is stored about them, and how to have it erased."""

from __future__ import annotations

from flask import Blueprint, flash, jsonify, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import logout_user

from booking import clock
from booking.domain.errors import Refusal
from booking.services import privacy, signing_in
from booking.services.queries import account
from booking.web.context import nav
from booking.web.rates import at_most
from booking.web.security import me, signed_in

blueprint = Blueprint("account", __name__, url_prefix="/account")


@blueprint.get("")
@signed_in
def page() -> ResponseReturnValue:
    """Show who they are and where they are signed in."""
    who = me()
    browsers = account.browsers_of(who.user_id, who.session_id, clock.now() - signing_in.SESSION_LASTS)
    return render_template("account/page.html", browsers=browsers)


@blueprint.post("/sessions/<int:session_id>/end")
@signed_in
def end_session(session_id: int) -> ResponseReturnValue:
    """Sign one of their other browsers out."""
    signing_in.end_session(me().user_id, session_id, clock.now())
    flash("That browser is signed out.")
    return redirect(url_for("account.page"), 303)


@blueprint.post("/sessions/end-others")
@signed_in
def end_others() -> ResponseReturnValue:
    """Sign all their other browsers out."""
    who = me()
    signing_in.end_other_sessions(who.user_id, who.session_id, clock.now())
    flash("All other browsers are signed out.")
    return redirect(url_for("account.page"), 303)


@blueprint.get("/data.json")
@signed_in
@at_most("30 per hour", looking=True)
def export() -> ResponseReturnValue:
    """Everything that is stored about them, as a file."""
    answer = jsonify(account.everything_about(me().user_id))
    answer.headers["Content-Disposition"] = "attachment; filename=my-data.json"
    return answer


@blueprint.get("/erase")
@signed_in
def erase() -> ResponseReturnValue:
    """Say what goes and what stays, before anything happens."""
    return render_template("account/erase.html", weeks=account.weeks_to_come(me().user_id), refusal="")


@blueprint.post("/erase")
@signed_in
def erase_now() -> ResponseReturnValue:
    """Erase them and sign this browser out."""
    try:
        privacy.erase(me().user_id, clock.now())
    except Refusal as refusal:
        return render_template("account/erase.html", weeks=0, refusal=str(refusal), wrong=True), 409
    logout_user()
    session.clear()
    flash("Your data is erased, and you are signed out.")
    return redirect(url_for(nav().home), 303)
