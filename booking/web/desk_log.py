"""The record of everything that was done, as sentences, narrowed to what the editor looks for."""

from __future__ import annotations

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import Form as PlainForm
from wtforms import IntegerField, SelectField

from booking.domain.states import Actor
from booking.services.queries.log import PARTS, Narrowed, log_page
from booking.web.desk import blueprint
from booking.web.desk_cells import page_number
from booking.web.forms import Given, choices

WHO = {"": "Anybody", **{actor.value: actor.label for actor in Actor}}
ABOUT = {"": "Everything", **{key: label for key, (label, _) in PARTS.items()}}


class Looked(PlainForm):
    """What is looked for. A plain form: it travels in the address and changes nothing."""

    who = SelectField("Who", choices=choices(WHO.items()), validate_choice=False)
    part = SelectField("About", choices=choices(ABOUT.items()), validate_choice=False)
    issue = IntegerField("Issue", [Given("Enter the number of an issue, like 412.", optional=True)])


@blueprint.get("/log")
def log() -> ResponseReturnValue:
    """Who did what, newest first. What cannot be looked for narrows nothing."""
    form = Looked(request.args)
    form.validate()
    asked = Narrowed(
        who=Actor(form.who.data) if form.who.data in set(Actor) else None,
        part=form.part.data if form.part.data in PARTS else "",
        issue=None if form.issue.errors else form.issue.data,
    )
    number = page_number(request.args)
    page = log_page(asked, number)
    newer = _address(number - 1) if number > 1 else ""
    older = _address(number + 1) if page.has_more else ""
    narrowed = asked != Narrowed()
    return render_template("desk/log.html", page=page, form=form, newer=newer, older=older, narrowed=narrowed)


def _address(number: int) -> str:
    """Another page of what is looked for now."""
    kept = request.args
    return url_for("desk.log", page=number, who=kept.get("who"), part=kept.get("part"), issue=kept.get("issue"))
