"""Buying in three pages: the calendar, a form, Stripe's. The order's own page, which comes after, is in `orders`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from booking import clock
from booking.domain.errors import NothingChosen, Refusal, SlotTaken
from booking.domain.money_refusals import PaymentPageDown
from booking.domain.states import PlacementKind
from booking.gateways.stripe_facts import PaymentsUnreachable
from booking.services import holding, paying
from booking.services.choosing import Choice
from booking.services.queries import people
from booking.services.queries.basket import Basket, Shelf, fill
from booking.services.queries.nearest import nearest
from booking.web import sums
from booking.web.booking_forms import FALLBACK_HINTS, DetailsForm
from booking.web.choices import chosen, value_of
from booking.web.context import newsletter
from booking.web.errors import STATUS
from booking.web.orders import blueprint, front_for, to_order
from booking.web.rates import at_most
from booking.web.security import remember_order, viewer
from booking.web.storefront import front_page, shelf, ticked


@blueprint.get("/book")
def details() -> ResponseReturnValue:
    """The second page: who buys. The weeks stand in its address, so Back and reloading are harmless."""
    choices, refusals = ticked()
    if "recount" in request.args:
        return redirect(url_for(front_for(request.args.getlist("recount")), slot=request.args.getlist("slot")), 303)
    only = PlacementKind.JOB if request.args.get("only") == PlacementKind.JOB.value else None
    if refusals or not choices:
        refusals = refusals or [NothingChosen()]
        return front_page(choices, refusals, status=STATUS[refusals[0].kind], only=only)
    stock = shelf()
    basket = fill(choices, stock)
    if not basket.lines:
        went = only_one_went(choices, basket.refusals)
        return gone(choices[0], went) if went else front_page(choices, status=409, only=only, stock=stock)
    typed = json.loads(session["details"]) if "details" in session else typed_before()
    return details_page(DetailsForm(data=typed), basket, stock, basket.refusals)


def typed_before() -> dict[str, str]:
    """What this buyer typed the last time, so that booking again is one press."""
    who, own = viewer(), session.get("orders", ())
    before = people.bought_last(who.user_id if who else None, own) if who or own else None
    if before is None:
        return {"name": who.name, "email": who.email} if who else {}
    buyer, fallback = before
    return {**asdict(buyer), "fallback": fallback.value}


@blueprint.post("/book")
@at_most("30 per 10 minutes")
def hold() -> ResponseReturnValue:
    """Hold every chosen week or none, and go on to pay."""
    form = DetailsForm()
    choices: tuple[Choice, ...] = ()
    refusals: list[Refusal] = []
    with paying.buying():
        try:
            choices = chosen(request.form.getlist("slot"))
            if form.validate() and choices:
                return hold_and_pay(form, choices)
        except Refusal as refusal:
            refusals = [refusal]
        return not_held(form, choices, refusals)


def hold_and_pay(form: DetailsForm, choices: tuple[Choice, ...]) -> Response:
    """Hold, then hand over to Stripe. Raises what `holding.hold` raises; a payment page that is down costs no hold."""
    earlier = tuple(session.get("orders", ()))
    wish = holding.Wish(form.ensure_key(), choices, form.buyer, form.wanted_fallback, replaces=earlier)
    held = paying.hold_to_pay(wish, clock.now())
    remember_order(held.public_id)
    session.pop("details", None)
    try:
        return redirect(paying.payment_page(held, clock.now()), 303)
    except (PaymentsUnreachable, Refusal) as trouble:
        flash(sentence(trouble), "error")
        return to_order(held.public_id)


def not_held(form: DetailsForm, choices: Sequence[Choice], refusals: Sequence[Refusal]) -> ResponseReturnValue:
    """The form again with what was typed, the weeks as they are now, and why nothing was held."""
    went = only_one_went(choices, refusals)
    if went:
        keep(form)
        return gone(choices[0], went)
    stock = shelf()
    basket = fill(choices, stock)
    if not basket.lines:
        if form.validate():
            keep(form)
        shown = [*refusals] or ([] if basket.refusals else [NothingChosen()])
        status = STATUS[[*shown, *basket.refusals][0].kind]
        return front_page(choices, shown, status=status, stock=stock)
    return details_page(form, basket, stock, [*refusals, *basket.refusals])


def keep(form: DetailsForm) -> None:
    """Other weeks are chosen on another page: what was typed waits in the buyer's own cookie."""
    # As one text: the session would look into every field.
    session["details"] = json.dumps(form.typed)


def only_one_went(choices: Sequence[Choice], refusals: Sequence[Refusal]) -> SlotTaken | None:
    """What was said when the one place that was chosen went to another; None when it was not like that."""
    taken = [refusal for refusal in refusals if isinstance(refusal, SlotTaken)]
    return taken[0] if taken and len(choices) == 1 else None


def gone(wanted: Choice, refusal: SlotTaken) -> ResponseReturnValue:
    """For somebody who came second: the nearest places like the one that went, and what was typed is kept."""
    body = render_template(
        "checkout/gone.html",
        refusal=str(refusal),
        weeks=[(week, value_of(week.issue, wanted.kind, week.price)) for week in nearest(wanted, clock.now())],
        front=front_for([wanted.kind]),
        kept="details" in session,
        wrong=True,
    )
    return body, STATUS[refusal.kind]


def details_page(form: DetailsForm, basket: Basket, stock: Shelf, refusals: Sequence[Refusal]) -> ResponseReturnValue:
    """Who buys, beside what they buy."""
    form.ensure_key()
    first = refusals[0] if refusals else None
    status = STATUS[first.kind] if first else 422 if form.errors else 200
    return render_template(
        "checkout/details.html",
        form=form,
        hints=FALLBACK_HINTS,
        front=front_for(line.kind for line in basket.lines),
        values=[value_of(line.issue, line.kind, line.price.amount) for line in basket.lines],
        sum=sums.printed(basket, newsletter().currency),
        # A hold that failed and the calendar after it say the same; once is enough.
        refusals=list(dict.fromkeys(map(str, refusals))),
        holds=stock.holds,
    ), status


def sentence(trouble: Exception) -> str:
    """What to tell the buyer about a payment page that did not open."""
    return str(trouble if isinstance(trouble, Refusal) else PaymentPageDown())
