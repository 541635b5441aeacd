"""House ads, and the keys of programs that read approved copy."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField

from booking.domain.errors import Refusal
from booking.services import api_tokens, house_ads
from booking.services.house_ads import AdText
from booking.services.queries import settings as stored
from booking.web.desk import answer, blueprint, by_editor
from booking.web.forms import Form, Line, Paragraphs


class AdForm(Form):
    """A house ad."""

    name = Line("Heading", limit=120, required="Enter what stands in the heading.")
    body = Paragraphs("Text", limit=5000, required="Write the text.")
    link = Line("Link", limit=1000, required="Paste the address it leads to.")
    active = BooleanField("May run", default=True)


class TokenForm(Form):
    """A key for one program."""

    name = Line("What uses it", limit=80, required="Enter what uses it, like “build of the issue”.")


@blueprint.route("/settings/house-ads", methods=["GET", "POST"])
def ads() -> ResponseReturnValue:
    """All house ads, and a form for another."""
    form = AdForm()
    if not form.validate_on_submit():
        return answer("desk/house_ads.html", form, ads=stored.all_house_ads())
    try:
        house_ads.write_ad(AdText(form.name.data, form.body.data, form.link.data), by_editor())
    except Refusal as refusal:
        return answer("desk/house_ads.html", form, refusal, ads=stored.all_house_ads())
    flash(f"“{form.name.data}” runs in sponsor places that nobody buys.")
    return redirect(url_for("desk.ads"), 303)


@blueprint.route("/settings/house-ads/<int:ad_id>", methods=["GET", "POST"])
def house_ad(ad_id: int) -> ResponseReturnValue:
    """Change or retire one house ad."""
    found = stored.house_ad(ad_id)
    form = AdForm(data={"name": found.name, "body": found.body, "link": found.link, "active": found.active})
    if not form.validate_on_submit():
        return answer("desk/house_ad.html", form, ad=found)
    text = AdText(form.name.data, form.body.data, form.link.data)
    try:
        house_ads.change_ad(ad_id, text, form.active.data, by_editor())
    except Refusal as refusal:
        return answer("desk/house_ad.html", form, refusal, ad=found)
    flash("Saved.")
    return redirect(url_for("desk.ads"), 303)


@blueprint.route("/settings/keys", methods=["GET", "POST"])
def keys() -> ResponseReturnValue:
    """The keys of programs. A new one is shown once, on the page that answers its making."""
    form = TokenForm()
    if not form.validate_on_submit():
        return answer("desk/keys.html", form, tokens=stored.api_tokens(), made="")
    key = api_tokens.make_token(form.name.data, by_editor())
    # No redirect: the key is nowhere but in this answer, and must not travel through a cookie or an address.
    return render_template("desk/keys.html", form=TokenForm(formdata=None), tokens=stored.api_tokens(), made=key)


@blueprint.post("/settings/keys/<int:token_id>/end")
def end_key(token_id: int) -> ResponseReturnValue:
    """End one key."""
    api_tokens.revoke_token(token_id, by_editor())
    flash("The key opens nothing any more.")
    return redirect(url_for("desk.keys"), 303)
