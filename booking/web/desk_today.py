"""The desk's first screen, and the small pages it leads to: more time for copy, and mail that did not arrive."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import DateField

from booking import clock
from booking.domain.errors import Refusal
from booking.services import desk_chores, tasks_for_people
from booking.services.queries.desk import stuck_mail, today
from booking.services.queries.desk_booking import desk_booking
from booking.web.desk import answer, blueprint, by_editor
from booking.web.desk_needs import heading, needs_of
from booking.web.desk_rows import columns, rows
from booking.web.filters import moment
from booking.web.forms import Form, Given, given


class MoreTime(Form):
    """Until when the copy of one booking may come."""

    until = DateField("Copy is due on", [Given("Enter a day, like 2026-03-05.")])


@blueprint.get("/", endpoint="today")
def now_page() -> ResponseReturnValue:
    """What needs the editor now, and the next four issues."""
    now = clock.now()
    found = today(now)
    groups = needs_of(found, now)
    return render_template(
        "desk/today.html",
        heading=heading(groups),
        groups=groups,
        issues=found.issues,
        rows=rows(found.issues, now),
        columns=columns(found.issues),
    )


@blueprint.route("/bookings/<int:booking_id>/more-time", methods=["GET", "POST"])
def extend(booking_id: int) -> ResponseReturnValue:
    """Give one booking more time for its copy."""
    booking = desk_booking(booking_id)
    form = MoreTime(until=booking.publishes_on)
    if not form.validate_on_submit():
        return answer("desk/extend.html", form, booking=booking)
    try:
        due = desk_chores.extend_copy(booking_id, given(form.until.data), by_editor())
    except Refusal as refusal:
        return answer("desk/extend.html", form, refusal, booking=booking)
    flash(f"{booking.company} has until {moment(due)}. The reminder goes out again before that.")
    return redirect(url_for("desk.today"), 303)


@blueprint.get("/mail")
def mail() -> ResponseReturnValue:
    """The messages that did not arrive, with what the mail server said."""
    return render_template("desk/mail.html", messages=stuck_mail(clock.now()))


@blueprint.post("/mail/<int:message_id>/again")
def mail_again(message_id: int) -> ResponseReturnValue:
    """Try one message again."""
    desk_chores.send_again(message_id, by_editor())
    flash("The mail is on its way again. It leaves this page when it arrives.")
    return redirect(url_for("desk.mail"), 303)


@blueprint.post("/tasks/<int:task_id>/done")
def task_done(task_id: int) -> ResponseReturnValue:
    """Take a task from the desk."""
    tasks_for_people.finish_task(task_id, by_editor())
    flash("Done. It is in the log.")
    return redirect(url_for("desk.money"), 303)
