"""The first page of a new desk: what only the editor knows, so that the first issues can go on sale."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from wtforms import DateField, IntegerField, SelectField, TimeField

from booking.domain.errors import Refusal
from booking.domain.money import Money
from booking.services import planning
from booking.services.queries.settings import newsletter_settings
from booking.services.starting import Start, start_newsletter
from booking.web.desk import answer, blueprint, by_editor
from booking.web.desk_settings import DAYS
from booking.web.forms import Form, Given, Line, choices, given

FIRST = 26
"""Issues put on sale at once: half a year of weeks."""


class SetUp(Form):
    """A newsletter, as the editor describes it."""

    name = Line("Name of the newsletter", limit=80, required="Enter the newsletter’s name.")
    weekday = SelectField("Day of sending", coerce=int, choices=choices(enumerate(DAYS)), default=6)
    send_time = TimeField("Time of sending", [Given("Enter a time, like 10:00.")])
    zone = Line("Time zone", limit=64, required="Enter a time zone, like Europe/London.", default="Europe/London")
    starts_on = DateField("Date of the first issue to sell", [Given("Enter a date, like 2026-03-08.")])
    first_number = IntegerField("Number of that issue", [Given("Enter a number, like 500.")], default=1)
    currency = Line("Currency", limit=3, required="Enter a currency, like USD.", default="USD")
    sponsor_price = Line("Sponsor", limit=20, required="Enter a price, like 500.", default="500")
    event_price = Line("Sponsored event", limit=20, required="Enter a price, like 300.", default="300")
    job_price = Line("Job ad", limit=20, required="Enter a price, like 250.", default="250")


@blueprint.route("/settings/set-up", methods=["GET", "POST"])
def set_up() -> ResponseReturnValue:
    """Set the newsletter up once; afterwards its settings are changed instead."""
    if newsletter_settings() is not None:
        return redirect(url_for("desk.settings"), 303)
    form = SetUp()
    if not form.validate_on_submit():
        return answer("desk/set_up.html", form)
    try:
        start_newsletter(_start(form), by_editor())
        opened = planning.open_more(FIRST, by_editor())
    except Refusal as refusal:
        return answer("desk/set_up.html", form, refusal)
    flash(f"{form.name.data} is set up. {opened.sentence}")
    return redirect(url_for("desk.calendar"), 303)


def _start(form: SetUp) -> Start:
    currency = form.currency.data
    prices = [Money.parse(field.data, currency) for field in (form.sponsor_price, form.event_price, form.job_price)]
    return Start(
        name=form.name.data,
        starts_on=given(form.starts_on.data),
        first_number=given(form.first_number.data),
        weekday=form.weekday.data,
        send_time=given(form.send_time.data),
        zone=form.zone.data,
        currency=prices[0].currency,
        sponsor_price=prices[0].amount,
        event_price=prices[1].amount,
        job_price=prices[2].amount,
    )
