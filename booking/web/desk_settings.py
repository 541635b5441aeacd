"""The newsletter's own settings and its placements. Each form says when somebody else saved meanwhile."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField, DateField, HiddenField, IntegerField, SelectField, TimeField
from wtforms.widgets import TextArea

from booking.domain.errors import NotFound, Refusal
from booking.domain.states import PlacementKind
from booking.services import settings
from booking.services.queries import settings as stored
from booking.services.queries.settings import NewsletterSettings, PlacementSettings, fingerprint
from booking.web.desk import answer, blueprint, by_editor
from booking.web.forms import Email, Form, Given, Line, Paragraphs, choices

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class NewsletterForm(Form):
    """The newsletter's own row. Field names are those of `NewsletterSettings`."""

    seen = HiddenField()
    name = Line("Name", limit=80, required="Enter the newsletter’s name.")
    tagline = Line("What a sponsor gets, in one sentence", limit=300, widget=TextArea())
    editor_name = Line("Editor’s name", limit=120)
    contact_email = Email("Address for questions", required="")
    zone = Line("Time zone", limit=64, required="Enter a time zone, like Europe/London.")
    weekday = SelectField("Day of sending", coerce=int, choices=choices(enumerate(DAYS)))
    send_time = TimeField("Time of sending", [Given("Enter a time, like 10:00.")])
    starts_on = DateField("Date of the first issue of this rule", [Given("Enter a date, like 2026-03-08.")])
    first_number = IntegerField("Number of that issue", [Given("Enter a number, like 500.")])
    booking_days_before = IntegerField("Days before sending", [Given("Enter a number of days, like 4.")])
    booking_time = TimeField("Time of day", [Given("Enter a time, like 17:00.")])
    copy_days_before = IntegerField("Days before sending", [Given("Enter a number of days, like 3.")])
    copy_time = TimeField("Time of day", [Given("Enter a time, like 17:00.")])
    label_foot = BooleanField("Label the sponsor’s words at the foot (“Sponsored by NAME:”)")
    archive_url = Line("Address of a sent issue", limit=500)
    utm_source = Line("utm_source", limit=80)
    utm_medium = Line("utm_medium", limit=80)
    utm_campaign = Line("utm_campaign", limit=80)
    policies = Paragraphs("Policies in your own words", limit=8000)


class PlacementForm(Form):
    """One placement. Field names are those of `PlacementSettings`."""

    seen = HiddenField()
    name = Line("Name", limit=60, required="Enter what it is called.")
    description = Line("What a buyer gets", limit=400, widget=TextArea())
    position = IntegerField("Place in the list", [Given("Enter a number, like 1.")])
    slots_per_issue = IntegerField("Places in each new issue", [Given("Enter a number, like 5.")])
    copy_limit = IntegerField("Most characters of copy", [Given("Enter a number, like 300.")])
    example_copy = Paragraphs("Example for the storefront", limit=3000)


@blueprint.get("/settings", endpoint="settings")
def overview() -> ResponseReturnValue:
    """What can be set, with what it is set to."""
    found = stored.newsletter_settings()
    if found is None:
        return redirect(url_for("desk.set_up"), 303)
    return render_template(
        "desk/settings.html",
        settings=found,
        weekday=DAYS[found.weekday],
        placements=stored.placements(),
        steps=stored.discount_steps(),
        ladder=stored.ladder(),
    )


@blueprint.route("/settings/newsletter", methods=["GET", "POST"])
def newsletter_settings() -> ResponseReturnValue:
    """The newsletter, its rule, its deadlines and its policies."""
    found = stored.newsletter_settings()
    if found is None:
        raise NotFound("newsletter")
    form = NewsletterForm(data={"seen": fingerprint(found), **asdict(found)})
    if not form.validate_on_submit():
        return answer("desk/newsletter.html", form)
    try:
        opened = settings.save_newsletter(form.seen.data or "", NewsletterSettings(**_typed(form)), by_editor())
    except Refusal as refusal:
        return answer("desk/newsletter.html", form, refusal)
    flash(f"Saved. {opened.sentence}")
    return redirect(url_for("desk.settings"), 303)


@blueprint.route("/settings/placements/<kind>", methods=["GET", "POST"])
def placement(kind: str) -> ResponseReturnValue:
    """One placement: its name, its places and the room for copy."""
    if kind not in {member.value for member in PlacementKind}:
        raise NotFound("placement")
    found = stored.placement(PlacementKind(kind))
    form = PlacementForm(data={"seen": fingerprint(found), **asdict(found)})
    if not form.validate_on_submit():
        return answer("desk/placement.html", form, placement=found)
    try:
        settings.save_placement(form.seen.data or "", PlacementSettings(found.kind, **_typed(form)), by_editor())
    except Refusal as refusal:
        return answer("desk/placement.html", form, refusal, placement=found)
    flash(f"Saved “{form.name.data}”. Open issues keep the places they have.")
    return redirect(url_for("desk.settings"), 303)


def _typed(form: Form) -> dict[str, Any]:
    return {name: value for name, value in form.data.items() if name not in ("csrf_token", "seen")}
