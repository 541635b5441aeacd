"""The desk's calendar: every coming issue with its places, and the forms that open issues and change prices."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import DateField, IntegerField, SelectField

from booking import clock
from booking.domain.counted import counted
from booking.domain.errors import Refusal
from booking.domain.money import Money
from booking.domain.states import PlacementKind
from booking.services import planning, pricing
from booking.services.queries.desk_places import sent_issues, unsent_issues
from booking.services.queries.settings import exceptions, rate_card
from booking.web.context import newsletter
from booking.web.desk import answer, blueprint, by_editor, editor_id
from booking.web.desk_rows import columns, rows, skipped
from booking.web.filters import day
from booking.web.forms import Form, Given, Line, choices, given

SHOWN = 26
"""Issues on the page: half a year, as on the storefront."""


class FurtherIssues(Form):
    """How many issues to put on sale after the last one."""

    count = IntegerField("Further issues", [Given("Enter how many, like 13.")])


class NewPrice(Form):
    """What a placement costs from a date on."""

    kind = SelectField("Placement", choices=choices((kind.value, kind.label) for kind in PlacementKind))
    amount = Line("New price", limit=20, required="Enter the price, like 450.")
    since = DateField("In issues from", [Given("Enter the date of the first issue, like 2026-04-05.")])


@blueprint.get("/calendar")
def calendar() -> ResponseReturnValue:
    """The next issues, or with ?sent=1 the last ones that were sent."""
    now, past = clock.now(), bool(request.args.get("sent"))
    issues = sent_issues(SHOWN) if past else unsent_issues(SHOWN)
    lines = rows(issues, now)
    if issues and not past:
        lines += skipped(exceptions(), issues[0].publishes_on, issues[-1].publishes_on)
        lines.sort(key=lambda row: row.iso)
    return render_template("desk/calendar.html", rows=lines, columns=columns(issues), past=past)


@blueprint.route("/calendar/open", methods=["GET", "POST"])
def open_issues() -> ResponseReturnValue:
    """Put further issues on sale."""
    form = FurtherIssues(count=13)
    if not form.validate_on_submit():
        return answer("desk/open_issues.html", form)
    try:
        flash(planning.open_more(given(form.count.data), by_editor()).sentence)
    except Refusal as refusal:
        return answer("desk/open_issues.html", form, refusal)
    return redirect(url_for("desk.calendar"), 303)


@blueprint.route("/calendar/prices", methods=["GET", "POST"])
def change_price() -> ResponseReturnValue:
    """Change what a placement costs in issues from a date on."""
    form = NewPrice()
    if not form.validate_on_submit():
        return answer("desk/prices.html", form, cards=rate_card())
    try:
        amount = Money.parse(form.amount.data, newsletter().currency)
        kind, since = PlacementKind(form.kind.data), given(form.since.data)
        changed = pricing.change_price(kind, amount.amount, since, editor_id(), clock.now())
    except Refusal as refusal:
        return answer("desk/prices.html", form, refusal, cards=rate_card())
    flash(f"{kind.label} costs {amount} in issues from {day(since)} on. {counted(changed, 'place')} got the new price.")
    return redirect(url_for("desk.change_price"), 303)
