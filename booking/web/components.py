"""The component page: every part of the pages in every state, to look at while working on them. Development only."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_wtf.file import FileField
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, RadioField, SelectField

from booking.domain.states import Fallback
from booking.web.forms import Email, Form, Line, Paragraphs, Required, choices

blueprint = Blueprint("components", __name__, url_prefix="/dev")

WRONG = {"wrong-email": "not an address", "wrong-copy": "Too long. " * 34}


class Sample(Form):
    """One field of each kind. Shown twice: as it comes, and as it comes back wrong."""

    company = Line("Company", limit=120, required="Enter your company’s name.")
    email = Email("E-mail address")
    place = Line("Place", limit=120)
    salary_from = Line("From", limit=12)
    salary_to = Line("To", limit=12)
    currency = SelectField("Currency", choices=choices([("usd", "USD"), ("gbp", "GBP")]), validate_choice=False)
    fallback = RadioField(
        "If copy is missing",
        [Required("Choose what happens when copy is missing.")],
        choices=choices((way.value, way.label) for way in Fallback),
        validate_choice=False,
    )
    copy = Paragraphs("Copy", limit=300, required="Enter your copy.")
    agency = BooleanField("An agency posts this ad", [Required("Say whether an agency posts this ad.")])
    draft = FileField("Draft issue")
    pasted = Paragraphs("Draft text", limit=1_000_000)


@blueprint.route("/components", methods=["GET", "POST"])
def page() -> ResponseReturnValue:
    """Show them. Its buttons lead back to it, so a POST is the same page."""
    faulty = Sample(MultiDict(WRONG), prefix="wrong-", meta={"csrf": False})
    faulty.validate()
    return render_template(
        "dev/components.html", sample=Sample(None, prefix="usual-", meta={"csrf": False}), faulty=faulty
    )
