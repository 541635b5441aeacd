"""Dates that depart from the rule: an issue moved, a date skipped or put back, an extra issue slipped in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import DateField, SelectField

from booking import clock
from booking.domain.counted import counted
from booking.domain.errors import Refusal
from booking.services import rescheduling
from booking.services.queries.desk_places import unsent_issues
from booking.services.queries.settings import schedule_exceptions
from booking.web.desk import answer, blueprint, editor_id
from booking.web.filters import day, short_day
from booking.web.forms import Form, Given, Line, choices, given

CHOOSABLE = 60


class MoveIssue(Form):
    """An issue and its new date."""

    number = SelectField("Issue", coerce=int)
    to = DateField("New date", [Given("Enter the new date, like 2026-04-06.")])
    note = Line("Why", limit=120)


class OneDate(Form):
    """A date to skip or to add."""

    on = DateField("Date", [Given("Enter a date, like 2026-12-27.")])
    note = Line("Why", limit=120)


@blueprint.get("/calendar/dates")
def dates() -> ResponseReturnValue:
    """The dates that depart from the rule, and the forms that add one."""
    return _page()


@blueprint.post("/calendar/dates/move")
def move_issue() -> ResponseReturnValue:
    """Send an issue on another date; everybody who booked in it is told."""
    form = _moving()
    if not form.validate_on_submit():
        return _page(move=form)
    number, to = form.number.data, given(form.to.data)
    try:
        told = rescheduling.move_issue(number, to, form.note.data, editor_id(), clock.now())
    except Refusal as refusal:
        return _page(refusal, move=form)
    flash(f"Issue {number} is now sent on {day(to)}. {counted(told, 'mail')} went out.")
    return redirect(url_for("desk.calendar"), 303)


@blueprint.post("/calendar/dates/skip")
def skip_date() -> ResponseReturnValue:
    """Send no issue on a date."""
    form = OneDate(prefix="skip-")
    if not form.validate_on_submit():
        return _page(skip=form)
    on = given(form.on.data)
    try:
        opened = rescheduling.skip_date(on, form.note.data, editor_id(), clock.now())
    except Refusal as refusal:
        return _page(refusal, skip=form)
    flash(f"No issue on {day(on)}. {opened.sentence}")
    return redirect(url_for("desk.calendar"), 303)


@blueprint.post("/calendar/dates/extra")
def add_extra() -> ResponseReturnValue:
    """Slip in an issue."""
    form = OneDate(prefix="extra-")
    if not form.validate_on_submit():
        return _page(extra=form)
    on = given(form.on.data)
    try:
        opened = rescheduling.add_extra(on, form.note.data, editor_id(), clock.now())
    except Refusal as refusal:
        return _page(refusal, extra=form)
    flash(f"An extra issue on {day(on)}. {opened.sentence}")
    return redirect(url_for("desk.calendar"), 303)


@blueprint.post("/calendar/dates/put-back")
def put_back() -> ResponseReturnValue:
    """Send an issue on a skipped date after all."""
    try:
        on = date.fromisoformat(request.form.get("on", ""))
    except ValueError:
        flash("Choose one of the skipped dates below.", "error")
        return redirect(url_for("desk.dates"), 303)
    opened = rescheduling.put_back(on, editor_id(), clock.now())
    flash(f"An issue on {day(on)} after all. {opened.sentence}")
    return redirect(url_for("desk.dates"), 303)


def _moving(make: Callable[..., MoveIssue] = MoveIssue, **options: object) -> MoveIssue:
    form = make(prefix="move-", **options)
    form.number.choices = choices(
        (line.number, f"{line.number}, {short_day(line.publishes_on)}") for line in unsent_issues(CHOOSABLE)
    )
    return form


def _page(
    refusal: Refusal | None = None,
    move: MoveIssue | None = None,
    skip: OneDate | None = None,
    extra: OneDate | None = None,
) -> ResponseReturnValue:
    """All three forms, of which the one that was sent keeps what was typed."""
    sent = move or skip or extra
    forms = {
        "move": move or _moving(formdata=None),
        "skip": skip or OneDate(None, prefix="skip-"),
        "extra": extra or OneDate(None, prefix="extra-"),
    }
    return answer("desk/dates.html", sent or forms["move"], refusal, exceptions=schedule_exceptions(), **forms)
