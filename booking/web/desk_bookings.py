"""What the editor does to one booking or order: cancel, move, repeat as a make-good, refund. Each asks first."""

from __future__ import annotations

import secrets

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import HiddenField, RadioField, SelectField

from booking import clock
from booking.domain.errors import Refusal
from booking.domain.states import BookingState
from booking.services import cancelling, giving, moving
from booking.services.cancelling import Agreed
from booking.services.queries.desk_booking import desk_booking, free_weeks
from booking.services.queries.money import OrderMoney, order_money
from booking.services.refunding_by_hand import RefundWish, refund_by_editor
from booking.web.agreed import agreed_amount
from booking.web.desk import answer, blueprint, by_editor
from booking.web.filters import short_day
from booking.web.forms import Form, Line, Paragraphs, Required, choices


class Cancel(Form):
    """How much goes back, and why. The hidden amounts are those that the page showed."""

    how = RadioField("What goes back", choices=choices([("terms", "By the cancellation terms"), ("all", "Everything")]))
    by_terms = HiddenField()
    everything = HiddenField()
    reason = Paragraphs("Reason", limit=200, required="Write a reason. It is sent to the advertiser.")


class Move(Form):
    """The issue to move to."""

    to = SelectField("Issue", [Required("Choose an issue.")], coerce=int)
    reason = Line("Reason", limit=200)


class Again(Form):
    """The issue of a make-good, and what went wrong."""

    request_key = HiddenField()
    to = SelectField("Issue", [Required("Choose an issue.")], coerce=int)
    reason = Paragraphs("What went wrong", limit=300, required="Write what went wrong. It stays on record.")


class Refund(Form):
    """How much of which payment goes back, and why."""

    request_key = HiddenField()
    payment = SelectField("Payment", coerce=int)
    booking = SelectField("For which week", coerce=int)
    amount = Line("Amount", limit=20, required="Enter an amount, like 50 or 12.50.")
    reason = Paragraphs("Reason", limit=300, required="Write a reason. It is sent to the buyer.")


@blueprint.get("/orders/<public_id>")
def order(public_id: str) -> ResponseReturnValue:
    """One order with all its money."""
    return render_template("desk/order.html", order=order_money(public_id))


@blueprint.route("/bookings/<int:booking_id>/cancel", methods=["GET", "POST"])
def cancel(booking_id: int) -> ResponseReturnValue:
    """Cancel a booking, after the page has said what goes back. A hold is taken back instead: its buyer is told."""
    terms, full = (cancelling.cancellation_offer(booking_id, clock.now(), refused=all_) for all_ in (False, True))
    if terms.state is BookingState.HELD:
        return redirect(url_for("desk.take_back", slot_id=desk_booking(booking_id).slot_id), 303)
    form = Cancel(how="terms")
    form.by_terms.data = form.by_terms.data or str(terms.refund.amount)
    form.everything.data = form.everything.data or str(full.refund.amount)
    if not form.validate_on_submit():
        return answer("desk/cancel.html", form, terms=terms, full=full)
    by, in_full = by_editor(), form.how.data == "all"
    shown, offer = (form.everything.data, full) if in_full else (form.by_terms.data, terms)
    try:
        agreed = Agreed(form.reason.data, agreed_amount(shown, offer), in_full)
        done = cancelling.cancel(booking_id, by, by.now, agreed=agreed)
    except Refusal as refusal:
        form.by_terms.data, form.everything.data = str(terms.refund.amount), str(full.refund.amount)
        return answer("desk/cancel.html", form, refusal, terms=terms, full=full)
    flash(f"Cancelled. {done.refund or 'Nothing'} goes back, and a mail says so.")
    return redirect(url_for("desk.order", public_id=done.order), 303)


@blueprint.route("/bookings/<int:booking_id>/move", methods=["GET", "POST"])
def move(booking_id: int) -> ResponseReturnValue:
    """Move a booking to another issue with a free place; its payment goes along."""
    offer = moving.move_offer(booking_id, by_editor())
    form = Move()
    form.to.choices = choices((week.issue, f"{week.issue}, {short_day(week.publishes_on)}") for week in offer.weeks)
    if not offer.weeks or not form.validate_on_submit():
        return answer("desk/move.html", form, offer=offer)
    try:
        moving.move(booking_id, form.to.data, by_editor(), form.reason.data)
    except Refusal as refusal:
        return answer("desk/move.html", form, refusal, offer=offer)
    flash(f"Moved to issue {form.to.data}. {offer.company} is told by mail.")
    return redirect(url_for("desk.order", public_id=offer.order), 303)


@blueprint.route("/bookings/<int:booking_id>/make-good", methods=["GET", "POST"])
def make_good(booking_id: int) -> ResponseReturnValue:
    """Give the advertiser the same again for nothing, because something went wrong."""
    booking = desk_booking(booking_id)
    weeks = free_weeks(booking.placement_id, clock.now())
    form = Again(request_key=secrets.token_urlsafe(16))
    form.to.choices = choices((number, f"{number}, {short_day(day)}") for number, day in weeks)
    if not weeks or not form.validate_on_submit():
        return answer("desk/make_good.html", form, booking=booking)
    repeat = giving.Repeat((form.request_key.data or "")[:64], booking_id, form.to.data, form.reason.data)
    try:
        public_id = giving.make_good(repeat, by_editor())
    except Refusal as refusal:
        return answer("desk/make_good.html", form, refusal, booking=booking)
    flash(f"{booking.company} runs again in issue {form.to.data}, and a mail says so.")
    return redirect(url_for("desk.order", public_id=public_id), 303)


@blueprint.route("/orders/<public_id>/refund", methods=["GET", "POST"])
def refund(public_id: str) -> ResponseReturnValue:
    """Send part of a payment back, or all that is left of it."""
    found = order_money(public_id)
    form = Refund(request_key=secrets.token_urlsafe(16))
    _offer(form, found)
    if not found.payments or not form.validate_on_submit():
        return answer("desk/refund.html", form, order=found)
    wish = RefundWish(
        (form.request_key.data or "")[:64],
        form.amount.data,
        form.reason.data,
        form.payment.data,
        form.booking.data or None,
    )
    try:
        money = refund_by_editor(public_id, wish, by_editor())
    except Refusal as refusal:
        return answer("desk/refund.html", form, refusal, order=found)
    flash(f"{money} is on its way back. Below is how far it has come.")
    return redirect(url_for("desk.order", public_id=public_id), 303)


def _offer(form: Refund, found: OrderMoney) -> None:
    form.payment.choices = choices((paid.id, f"{paid.amount}, {paid.left} left") for paid in found.payments)
    weeks = [(line.id, f"{line.placement}, issue {line.issue}") for line in found.bookings]
    form.booking.choices = choices([(0, "The order as a whole"), *weeks])
