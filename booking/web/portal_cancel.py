"""Cancel a booking, or move it to another open week: each page says what happens to the money before it is done."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from wtforms import HiddenField, SelectField

from booking import clock
from booking.domain.errors import Refusal
from booking.services import cancelling, moving
from booking.services.cancelling import Agreed, CancellationOffer
from booking.services.moving import MoveOffer, OpenWeek
from booking.web.agreed import agreed_amount
from booking.web.desk import answer
from booking.web.filters import day, money
from booking.web.forms import Form, Line, Required, choices
from booking.web.portal import blueprint, by_viewer, own_booking


class Cancel(Form):
    """The refund that the page showed, and a word to the editor."""

    refund = HiddenField()
    reason = Line("Why", limit=200)


class Move(Form):
    """The week to move to."""

    to = SelectField("Week", [Required("Choose a week.")], coerce=int)


@blueprint.route("/bookings/<int:booking_id>/cancel", methods=["GET", "POST"])
@own_booking
def cancel(booking_id: int) -> ResponseReturnValue:
    """Give the week up for what the cancellation terms give back."""
    offer = cancelling.cancellation_offer(booking_id, clock.now())
    form = Cancel()
    if not form.validate_on_submit():
        return _cancel_page(form, offer)
    by = by_viewer()
    try:
        agreed = Agreed(form.reason.data, agreed_amount(form.refund.data, offer))
        done = cancelling.cancel(booking_id, by, by.now, agreed=agreed)
    except Refusal as refusal:
        return _cancel_page(form, offer, refusal)
    back = f"{money(done.refund)} goes back to the card you paid with." if done.refund else "Nothing is refunded."
    flash(f"Cancelled: {done.placement}, issue {done.issue}. {back}")
    return redirect(url_for("portal.booking", booking_id=booking_id), 303)


@blueprint.route("/bookings/<int:booking_id>/move", methods=["GET", "POST"])
@own_booking
def move(booking_id: int) -> ResponseReturnValue:
    """Take another open week at the same price or less; the payment goes along."""
    offer = moving.move_offer(booking_id, by_viewer())
    form = Move()
    form.to.choices = choices(
        (week.issue, f"{day(week.publishes_on)}, issue {week.issue}" + _cheaper(week, offer)) for week in offer.weeks
    )
    if not offer.weeks or not form.validate_on_submit():
        return answer("portal/move.html", form, offer=offer)
    try:
        moving.move(booking_id, form.to.data, by_viewer())
    except Refusal as refusal:
        return answer("portal/move.html", form, refusal, offer=offer)
    flash(f"Moved to issue {form.to.data}. Your payment moved along.")
    return redirect(url_for("portal.booking", booking_id=booking_id), 303)


def _cheaper(week: OpenWeek, offer: MoveOffer) -> str:
    return f", {week.price} now" if week.price < offer.price else ""


def _cancel_page(form: Cancel, offer: CancellationOffer, refusal: Refusal | None = None) -> ResponseReturnValue:
    # The amount that is shown is the amount that is sent: also when the page comes back with another one.
    form.refund.data = str(offer.refund.amount)
    return answer("portal/cancel.html", form, refusal, offer=offer)
