"""Buying in three pages: the calendar, a form, Stripe's. Then the order's own page, which may be reloaded at will."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from booking import clock
from booking.domain.errors import NotFound, NothingChosen, Refusal, SlotTaken
from booking.domain.localtime import spell_clock
from booking.domain.money_refusals import PaymentPageDown
from booking.domain.states import PlacementKind
from booking.gateways.stripe_facts import PaymentsRefused, PaymentsUnreachable
from booking.services import holding, invoices, paying
from booking.services.choosing import Choice
from booking.services.queries import people
from booking.services.queries.basket import Basket, Shelf, fill
from booking.services.queries.nearest import nearest
from booking.services.queries.orders import OrderPage, order_page
from booking.web import sums
from booking.web.booking_forms import FALLBACK_HINTS, DetailsForm
from booking.web.choices import chosen, value_of
from booking.web.context import newsletter
from booking.web.dates_file import dates_file
from booking.web.errors import STATUS
from booking.web.rates import at_most
from booking.web.security import me, own_order, remember_order, signed_in, viewer
from booking.web.storefront import front_page, shelf, ticked

blueprint = Blueprint("checkout", __name__)


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
    typed = session.get("typed") or typed_before()
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
    session.pop("typed", None)
    try:
        return redirect(paying.payment_page(held, clock.now()), 303)
    except (PaymentsUnreachable, Refusal) as trouble:
        flash(sentence(trouble), "error")
        return to_order(held.public_id)


def not_held(form: DetailsForm, choices: Sequence[Choice], refusals: Sequence[Refusal]) -> ResponseReturnValue:
    """The form again with what was typed, the weeks as they are now, and why nothing was held."""
    went = only_one_went(choices, refusals)
    if went:
        session["typed"] = form.typed
        return gone(choices[0], went)
    stock = shelf()
    basket = fill(choices, stock)
    if not basket.lines:
        # Other weeks are chosen on another page: what was typed waits in the buyer's own cookie.
        if form.validate():
            session["typed"] = form.typed
        shown = [*refusals] or ([] if basket.refusals else [NothingChosen()])
        status = STATUS[[*shown, *basket.refusals][0].kind]
        return front_page(choices, shown, status=status, stock=stock)
    return details_page(form, basket, stock, [*refusals, *basket.refusals])


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
        kept="typed" in session,
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


@blueprint.get("/orders/<public_id>")
def order(public_id: str) -> ResponseReturnValue:
    """Where an order stands. Stripe sends buyers back here with the session's id, paid or not."""
    own_order(public_id)
    if "session_id" in request.args:
        return back_from_stripe(public_id, request.args["session_id"])
    return show(order_page(public_id, clock.now()))


def back_from_stripe(public_id: str, session_id: str) -> Response:
    """Look the session up before the webhook may have told us, and show the order under its plain address."""
    try:
        paying.sync_session(session_id[:255])
    except (PaymentsRefused, PaymentsUnreachable):
        flash("Stripe has not told us about your payment yet. This page shows it as soon as it has.", "warning")
    return to_order(public_id)


def show(page: OrderPage, refusal: Refusal | None = None) -> ResponseReturnValue:
    """The page of an order, with what was refused just now."""
    body = render_template(
        f"checkout/{page.standing}.html",
        order=page,
        front=front_for(line.kind for line in page.lines),
        may_invoice=_may_invoice(page),
        again=[value_of(line.issue, line.kind, line.price.amount) for line in page.lines],
        refusal=refusal and str(refusal),
        wrong=bool(refusal),
    )
    return body, STATUS[refusal.kind] if refusal else 200


def front_for(kinds: Iterable[str]) -> str:
    """The endpoint of the calendar that these places are on: recruiters come from the jobs and go back to them."""
    return "storefront.jobs" if set(kinds) == {PlacementKind.JOB} else "storefront.front"


def _may_invoice(page: OrderPage) -> bool:
    who = viewer()
    return page.may_invoice and who is not None and page.advertiser_id in who.advertiser_ids


@blueprint.post("/orders/<public_id>/pay")
def pay(public_id: str) -> ResponseReturnValue:
    """Go to the payment page: the same one, however often it is asked for."""
    own_order(public_id)
    try:
        return redirect(paying.start_payment(public_id, clock.now()), 303)
    except PaymentsUnreachable:
        return show(order_page(public_id, clock.now()), PaymentPageDown())
    except Refusal as refusal:
        return show(order_page(public_id, clock.now()), refusal)


@blueprint.post("/orders/<public_id>/invoice")
@signed_in
def invoice(public_id: str) -> ResponseReturnValue:
    """Keep the weeks and send an invoice. The browser that made the order is not enough: a company is to be charged."""
    page = order_page(public_id, clock.now())
    if page.advertiser_id not in me().advertiser_ids:
        raise NotFound("order")
    try:
        invoices.invoice_order(public_id, clock.now())
    except PaymentsUnreachable:
        return show(page, PaymentPageDown())
    except Refusal as refusal:
        return show(order_page(public_id, clock.now()), refusal)
    flash("The invoice is on its way to you by mail, and your places are kept until it is due.", "success")
    return to_order(public_id)


@blueprint.post("/orders/<public_id>/extend")
def extend(public_id: str) -> ResponseReturnValue:
    """Hold the weeks a little longer, once."""
    own_order(public_id)
    try:
        until = holding.extend(public_id, clock.now())
    except Refusal as refusal:
        return show(order_page(public_id, clock.now()), refusal)
    flash(f"Your places are now held until {spell_clock(until, newsletter().zone)}.", "success")
    return to_order(public_id)


@blueprint.get("/orders/<public_id>/give-up")
def ask_to_give_up(public_id: str) -> ResponseReturnValue:
    """Ask first: what is given up may be gone a second later."""
    own_order(public_id)
    page = order_page(public_id, clock.now())
    return render_template("checkout/give_up.html", order=page) if page.standing == "held" else to_order(public_id)


@blueprint.post("/orders/<public_id>/give-up")
def give_up(public_id: str) -> ResponseReturnValue:
    """Give the weeks back now."""
    own_order(public_id)
    holding.give_up(public_id, clock.now())
    return to_order(public_id)


@blueprint.get("/orders/<public_id>/dates.ics")
def dates(public_id: str) -> Response:
    """The copy deadlines and the days of sending, for the buyer's own calendar."""
    own_order(public_id)
    settings = newsletter()
    body = dates_file(order_page(public_id, clock.now()), settings.name, request.host, clock.now())
    headers = {"Content-Disposition": f'attachment; filename="{public_id}.ics"'}
    return Response(body, mimetype="text/calendar", headers=headers)


def to_order(public_id: str) -> Response:
    """Go to the order's page."""
    return redirect(url_for("checkout.order", public_id=public_id), 303)


def sentence(trouble: Exception) -> str:
    """What to tell the buyer about a payment page that did not open."""
    return str(trouble if isinstance(trouble, Refusal) else PaymentPageDown())
