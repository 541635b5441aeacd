"""Writing copy: the form with its live proof, the draft that saves itself, and the answer to an edit by the editor."""

from __future__ import annotations

import secrets

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from booking import clock
from booking.domain.copy_diff import word_diff
from booking.domain.copy_errors import CopyRefused
from booking.domain.copy_text import markdown
from booking.domain.errors import NotAllowed, Refusal, StaleRevision
from booking.services import copywriting, drafts, reusing, reviewing
from booking.services.copywriting import Submission
from booking.services.drafts import Draft
from booking.services.queries.copy import CopyPage, Revision, copy_page
from booking.services.reviewing import Seen
from booking.web.copy_forms import CopyForm, form_for, typed_fields
from booking.web.copy_proof import Proof, proof_of
from booking.web.errors import STATUS
from booking.web.filters import clock_time
from booking.web.forms import number_in
from booking.web.portal import blueprint, by_viewer, own_booking
from booking.web.rates import at_most
from booking.web.security import viewer
from booking.web.thread import pieces


@blueprint.get("/bookings/<int:booking_id>/copy")
@own_booking
def copy(booking_id: int) -> ResponseReturnValue:
    """The form, with what was typed last."""
    page = copy_page(booking_id)
    return form_page(page, form_for(page, filled=False))


@blueprint.post("/bookings/<int:booking_id>/copy")
@own_booking
def submit_copy(booking_id: int) -> ResponseReturnValue:
    """Send the words to the editor."""
    page = copy_page(booking_id)
    form = form_for(page, filled=True)
    if not form.validate():
        return form_page(page, form, status=422)
    try:
        copywriting.submit(submission(booking_id, form), by_viewer())
    except CopyRefused as refusal:
        form.point_at(refusal.problems)
        return form_page(page, form, status=422)
    except Refusal as refusal:
        form.refuse(refusal)
        return form_page(page, form, status=STATUS[refusal.kind])
    flash("Your copy is with the editor. We write to you as soon as it is approved.")
    return redirect(url_for("portal.booking", booking_id=booking_id), 303)


@blueprint.post("/bookings/<int:booking_id>/copy/proof")
@own_booking
def show_proof(booking_id: int) -> ResponseReturnValue:
    """The page again with the proof of what stands in the form; nothing is sent. The script takes only the proof."""
    page = copy_page(booking_id)
    form = form_for(page, filled=True)
    if "take_over" in request.form:
        form.take_over()
    if request.headers.get("X-Fragment") == "proof":
        return render_template("copy/_proof.html", proof=proof_from(page, form))
    return form_page(page, form)


@blueprint.post("/bookings/<int:booking_id>/copy/draft")
@own_booking
@at_most("120 per minute")
def save_draft(booking_id: int) -> ResponseReturnValue:
    """Keep what was typed; asked by the script after a pause in typing."""
    sent = request.form
    draft = Draft(typed_fields(), number_in(sent.get("version")), sent.get("writer", "")[:64])
    now = clock.now()
    try:
        kept = drafts.save_draft(booking_id, draft, now)
    except Refusal as refusal:
        return jsonify(error=str(refusal)), STATUS[refusal.kind]
    beside = ", beside other words from another device: reload the page to see both" if kept.other else ""
    return jsonify(saved=f"{clock_time(now)}{beside}", version=kept.version, other=kept.other)


@blueprint.post("/bookings/<int:booking_id>/copy/swap")
@own_booking
def swap_drafts(booking_id: int) -> ResponseReturnValue:
    """Go on with the words that another device typed."""
    drafts.swap_drafts(booking_id, clock.now())
    return redirect(url_for("portal.copy", booking_id=booking_id), 303)


@blueprint.post("/bookings/<int:booking_id>/copy/again")
@own_booking
def run_again(booking_id: int) -> ResponseReturnValue:
    """Run words that were approved for another week."""
    page = copy_page(booking_id)
    if not of_its_company(page):
        raise NotAllowed("advertiser")
    try:
        reusing.run_again(booking_id, number_in(request.form.get("revision")), by_viewer())
    except Refusal as refusal:
        return form_page(page, form_for(page, filled=False), status=STATUS[refusal.kind], refusal=refusal)
    flash("These words run again, exactly as they were approved.")
    return redirect(url_for("portal.booking", booking_id=booking_id), 303)


@blueprint.post("/bookings/<int:booking_id>/copy/accept")
@own_booking
def accept_edit(booking_id: int) -> ResponseReturnValue:
    """Take the editor's edit as it is."""
    page = copy_page(booking_id)
    seen = Seen(number_in(request.form.get("revision")), request.form.get("sha256", ""))
    try:
        if seen.revision_id not in {each.id for each in page.revisions}:
            raise StaleRevision(seen.sha256)
        reviewing.accept(seen, by_viewer())
    except Refusal as refusal:
        return form_page(page, form_for(page, filled=False), status=STATUS[refusal.kind], refusal=refusal)
    flash("Thank you. The edited copy is approved.")
    return redirect(url_for("portal.booking", booking_id=booking_id), 303)


def submission(booking_id: int, form: CopyForm) -> Submission:
    """The form as the service takes it: this booking first, then the other weeks that were ticked."""
    others = tuple(week for week in form.other_weeks if week != booking_id)
    return Submission((booking_id, *others), form.words(), form.writer.data or "", typed_fields())


def form_page(
    page: CopyPage, form: CopyForm, *, status: int = 200, refusal: Refusal | None = None
) -> ResponseReturnValue:
    """The form beside its proof."""
    # A key of this form's own, so that it can save again and again without meeting itself.
    form.writer.data = form.writer.data or secrets.token_hex(8)
    return render_template(
        "copy/write.html",
        page=page,
        place=page.place,
        form=form,
        proof=proof_from(page, form),
        edit=edit_to_answer(page),
        earlier=reusing.approved_before(page.place.id) if not page.revisions and of_its_company(page) else [],
        refusal=refusal,
        wrong=status >= 400,
    ), status


def of_its_company(page: CopyPage) -> bool:
    """Whether the words of its other weeks are the viewer's to see.

    Whoever typed a company's name and somebody's address has an order of it in this browser, and has not shown to be of
    the company by that; nor by being signed in for another one.
    """
    who = viewer()
    return who is not None and (who.is_editor or page.place.advertiser_id in who.advertiser_ids)


def proof_from(page: CopyPage, form: CopyForm) -> Proof:
    """The proof of what stands in the form, for the weeks that are ticked."""
    chosen = {page.place.id, *form.other_weeks}
    numbers = frozenset(week.number for week in page.weeks if week.booking_id in chosen) or {page.place.number}
    return proof_of(page, form.words(), frozenset(numbers))


def edit_to_answer(page: CopyPage) -> tuple[Revision, list[tuple[str, str]]] | None:
    """An edit by the editor that nobody has answered, with the changes since the advertiser's own words."""
    edit = page.current
    if edit is None or not edit.awaits_advertiser or not page.place.takes_copy:
        return None
    before = next((each for each in reversed(page.revisions[:-1]) if not each.awaits_advertiser), None)
    return edit, pieces(word_diff(whole(before) if before else "", whole(edit)))


def whole(revision: Revision) -> str:
    """A revision as one text, name and link included, to be compared with another."""
    return f"{revision.name}\n\n{markdown(revision.copy)}"
