"""The advertisers: who they are, what they booked, and what the editor knows about them."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField, HiddenField

from booking.domain.errors import Refusal
from booking.services.advertisers import Known, write_known
from booking.services.queries.advertisers import AdvertiserPage, advertiser_page
from booking.services.queries.settings import fingerprint
from booking.web.desk import answer, blueprint, by_editor
from booking.web.desk_cells import asked_list
from booking.web.forms import Form, Paragraphs


class KnownForm(Form):
    """What the editor knows about an advertiser."""

    seen = HiddenField()
    may_pay_by_invoice = BooleanField("May pay by invoice")
    may_be_named = BooleanField("May be named as a past sponsor")
    notes = Paragraphs("Notes", limit=4000)


@blueprint.get("/advertisers")
def advertisers() -> ResponseReturnValue:
    """Everybody who ever booked."""
    page, form = asked_list("advertisers", request.args)
    return render_template("desk/advertisers.html", page=page, form=form)


@blueprint.route("/advertisers/<int:advertiser_id>", methods=["GET", "POST"])
def advertiser(advertiser_id: int) -> ResponseReturnValue:
    """One advertiser with its history; the form saves what the editor knows."""
    page = advertiser_page(advertiser_id)
    known = Known(page.notes, page.may_pay_by_invoice, page.may_be_named)
    form = KnownForm(data={"seen": fingerprint(known), **_as_data(known)})
    if not form.validate_on_submit():
        return answer("desk/advertiser.html", form, page=page)
    return _save(page, form)


def _save(page: AdvertiserPage, form: KnownForm) -> ResponseReturnValue:
    new = Known(form.notes.data, form.may_pay_by_invoice.data, form.may_be_named.data)
    try:
        write_known(page.id, form.seen.data or "", new, by_editor())
    except Refusal as refusal:
        return answer("desk/advertiser.html", form, refusal, page=page)
    flash("Saved.")
    return redirect(url_for("desk.advertiser", advertiser_id=page.id), 303)


def _as_data(known: Known) -> dict[str, object]:
    return {
        "notes": known.notes,
        "may_pay_by_invoice": known.may_pay_by_invoice,
        "may_be_named": known.may_be_named,
    }
