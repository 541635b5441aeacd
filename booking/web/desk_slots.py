"""One place of one issue: block it, give it away, choose what runs when it stays empty, or set how many there are."""

from __future__ import annotations

import secrets
from typing import Any

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from wtforms import HiddenField, IntegerField, SelectField

from booking import clock
from booking.domain.errors import Refusal
from booking.services import giving, house_ads, inventory
from booking.services.buyers import Buyer
from booking.services.queries import desk_places
from booking.web.desk import answer, blueprint, by_editor, editor_id
from booking.web.forms import Email, Form, Given, Line, Paragraphs, choices, given


class Block(Form):
    """Why a place is not for sale."""

    reason = Line("Reason", limit=200)


class Give(Form):
    """Who gets a place for nothing, and why."""

    request_key = HiddenField()
    company = Line("Company", limit=120, required="Enter the name of the company.")
    name = Line("Name", limit=120, required="Enter the name of somebody there.")
    email = Email("E-mail address", required="Enter their e-mail address.")
    reason = Paragraphs("Reason", limit=300, required="Write a reason. It stays on record.")


class Choose(Form):
    """The house ad that runs when the place stays empty."""

    ad = SelectField("House ad", coerce=int)


class Count(Form):
    """How many places of a kind an issue has."""

    count = IntegerField("Places", [Given("Enter how many places, like 5.", most=50)])


@blueprint.get("/slots/<int:slot_id>")
def slot(slot_id: int) -> ResponseReturnValue:
    """One place: who has it, and what can be done with it."""
    return show(slot_id)


def show(slot_id: int, filled: Form | None = None, refusal: Refusal | None = None) -> ResponseReturnValue:
    """The place as it is now, with the form that was filled in and what was wrong with it."""
    issue, place = desk_places.place_of(slot_id)
    now = clock.now()
    siblings = [each for each in issue.of(place.kind) if each.on_sale or each.is_booked or each.is_held(now)]
    forms = {
        "block": filled if isinstance(filled, Block) else Block(formdata=None),
        "choose": filled if isinstance(filled, Choose) else choose_form(place.house_ad_id, formdata=None),
        "count": filled if isinstance(filled, Count) else Count(formdata=None, count=len(siblings)),
    }
    shown = {"issue": issue, "place": place, "state": place.state(now), "held": place.is_held(now)}
    return answer("desk/slot.html", filled or forms["block"], refusal, **shown, **forms)


def choose_form(chosen: int | None = None, **kwargs: Any) -> Choose:
    """The house ads to choose from."""
    form = Choose(ad=chosen or 0, **kwargs)
    form.ad.choices = choices([(0, "None of its own"), *desk_places.house_ads()])
    return form


@blueprint.post("/slots/<int:slot_id>/block")
def block(slot_id: int) -> ResponseReturnValue:
    """Take a place out of sale; the holder of a hold may still finish."""
    form = Block()
    if not form.validate_on_submit():
        return show(slot_id, form)
    try:
        inventory.block(slot_id, form.reason.data, editor_id(), clock.now())
    except Refusal as refusal:
        return show(slot_id, form, refusal)
    flash("Blocked. Nobody can book it until you put it back on sale.")
    return redirect(url_for("desk.slot", slot_id=slot_id), 303)


@blueprint.post("/slots/<int:slot_id>/unblock")
def unblock(slot_id: int) -> ResponseReturnValue:
    """Put a place back on sale."""
    try:
        inventory.unblock(slot_id, editor_id(), clock.now())
    except Refusal as refusal:
        return show(slot_id, Block(formdata=None), refusal)
    flash("It is on sale again.")
    return redirect(url_for("desk.slot", slot_id=slot_id), 303)


@blueprint.route("/slots/<int:slot_id>/take-back", methods=["GET", "POST"])
def take_back(slot_id: int) -> ResponseReturnValue:
    """Block a place and end the hold on it, after saying what that does to the holder."""
    issue, place = desk_places.place_of(slot_id)
    form, now = Block(), clock.now()
    held = place.is_held(now)
    if not form.validate_on_submit():
        return answer("desk/take_back.html", form, issue=issue, place=place, held=held)
    try:
        ended = inventory.block_now(slot_id, form.reason.data, editor_id(), now)
    except Refusal as refusal:
        return answer("desk/take_back.html", form, refusal, issue=issue, place=place, held=held)
    flash("Blocked, and the hold is over: a mail says so." if ended else "Blocked. Nobody held it any more.")
    return redirect(url_for("desk.slot", slot_id=slot_id), 303)


@blueprint.route("/slots/<int:slot_id>/give", methods=["GET", "POST"])
def give(slot_id: int) -> ResponseReturnValue:
    """Book a place for somebody who pays nothing."""
    issue, place = desk_places.place_of(slot_id)
    form = Give(request_key=secrets.token_urlsafe(16))
    if not form.validate_on_submit():
        return answer("desk/give.html", form, issue=issue, place=place)
    buyer = Buyer(form.company.data, form.name.data, form.email.data)
    gift = giving.Gift((form.request_key.data or "")[:64], slot_id, buyer, form.reason.data)
    try:
        public_id = giving.give(gift, by_editor())
    except Refusal as refusal:
        return answer("desk/give.html", form, refusal, issue=issue, place=place)
    flash(f"{form.company.data} has {place.name} in issue {issue.number}, and a mail says so.")
    return redirect(url_for("desk.order", public_id=public_id), 303)


@blueprint.post("/slots/<int:slot_id>/house-ad")
def choose_ad(slot_id: int) -> ResponseReturnValue:
    """Choose what runs when the place stays empty."""
    form = choose_form()
    if not form.validate_on_submit():
        return show(slot_id, form)
    try:
        house_ads.choose_ad(slot_id, form.ad.data or None, by_editor())
    except Refusal as refusal:
        return show(slot_id, form, refusal)
    flash("Saved. It runs if nobody buys the place.")
    return redirect(url_for("desk.slot", slot_id=slot_id), 303)


@blueprint.post("/slots/<int:slot_id>/places")
def set_places(slot_id: int) -> ResponseReturnValue:
    """Set how many places of this kind the issue has."""
    issue, place = desk_places.place_of(slot_id)
    form = Count()
    if not form.validate_on_submit():
        return show(slot_id, form)
    try:
        inventory.set_slots(issue.number, place.kind, given(form.count.data), editor_id(), clock.now())
    except Refusal as refusal:
        return show(slot_id, form, refusal)
    flash(f"Issue {issue.number} now has {form.count.data} of “{place.name}”.")
    return redirect(url_for("desk.slot", slot_id=slot_id), 303)
