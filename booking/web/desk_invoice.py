"""The editor lets a trusted advertiser pay a held order by invoice, until a day of the editor's choice."""

from __future__ import annotations

from datetime import time

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from wtforms import DateField

from booking import clock
from booking.domain.errors import Refusal
from booking.domain.localtime import instant
from booking.domain.money_refusals import PaymentPageDown
from booking.gateways.stripe_facts import PaymentsUnreachable
from booking.services.invoices import invoice_order
from booking.services.queries.money import order_money
from booking.web.context import newsletter
from booking.web.desk import answer, blueprint, by_editor
from booking.web.filters import day
from booking.web.forms import Form, Given, given

END_OF_DAY = time(23, 59)


class Invoice(Form):
    """When the invoice is due."""

    pay_by = DateField("To be paid by", [Given("Enter a day, like 2026-04-01.")])


@blueprint.route("/orders/<public_id>/invoice", methods=["GET", "POST"])
def invoice(public_id: str) -> ResponseReturnValue:
    """Send an invoice for a held order; its places are kept until the day is over."""
    found, form = order_money(public_id), Invoice()
    if not form.validate_on_submit():
        return answer("desk/invoice.html", form, order=found)
    pay_by = given(form.pay_by.data)
    try:
        invoice_order(public_id, clock.now(), instant(pay_by, END_OF_DAY, newsletter().zone), by_editor())
    except PaymentsUnreachable:
        return answer("desk/invoice.html", form, PaymentPageDown(), order=found)
    except Refusal as refusal:
        return answer("desk/invoice.html", form, refusal, order=found)
    flash(f"The invoice is on its way. The places are kept until the end of {day(pay_by)}.")
    return redirect(url_for("desk.order", public_id=public_id), 303)
