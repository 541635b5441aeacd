"""An order's own page, which may be reloaded at will: where it stands, and what its buyer can still do about it."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from booking import clock
from booking.domain.errors import NotFound, Refusal
from booking.domain.localtime import spell_clock
from booking.domain.money_refusals import PaymentPageDown
from booking.domain.states import PlacementKind
from booking.gateways.stripe_facts import PaymentsRefused, PaymentsUnreachable
from booking.services import holding, invoices, paying
from booking.services.queries.orders import OrderPage, order_page
from booking.web.choices import value_of
from booking.web.context import newsletter
from booking.web.dates_file import dates_file
from booking.web.errors import STATUS
from booking.web.security import me, own_order, signed_in, viewer

blueprint = Blueprint("checkout", __name__)


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
