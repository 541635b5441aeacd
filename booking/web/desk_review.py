"""Review: what waits, and one screen on which the editor reads, compares and decides. Every decision names the hash
that was on the screen; when something newer came meanwhile, the answer is that, compared with what was seen."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from booking import clock
from booking.domain.copy_diff import word_diff
from booking.domain.copy_errors import CopyRefused
from booking.domain.copy_refusals import AlreadyDecided, ReasonMissing
from booking.domain.copy_spec import problems
from booking.domain.copy_text import characters
from booking.domain.errors import Refusal, StaleRevision
from booking.domain.states import PlacementKind
from booking.services import cancelling, link_checks, reviewing
from booking.services.cancelling import Agreed
from booking.services.queries.review import ReviewPage, newest_of, next_issue_of, queue, review_page
from booking.services.reviewing import Seen
from booking.web.context import newsletter
from booking.web.copy_forms import CopyForm, form_of
from booking.web.copy_pages import whole
from booking.web.copy_proof import places_of
from booking.web.desk import blueprint, by_editor
from booking.web.errors import STATUS
from booking.web.forms import Form, Paragraphs
from booking.web.thread import pieces, thread

Check = tuple[str, str]
"""(state, sentence), as the component takes it."""


class DecisionForm(Form):
    """Why copy is refused or sent back, or an answer that goes with the approval."""

    reason = Paragraphs("Your reason or answer", limit=2000)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Asked for by the decision itself, in its own words.
        self.reason.flags.optional = False


@blueprint.get("/review")
def reviews() -> ResponseReturnValue:
    """What waits for a decision."""
    return render_template("desk/reviews.html", waiting=queue())


@blueprint.get("/review/<int:revision_id>")
def review(revision_id: int) -> ResponseReturnValue:
    """One revision, to read and decide about."""
    return screen(review_page(revision_id), DecisionForm(formdata=None))


@blueprint.post("/review/<int:revision_id>/approve")
def approve(revision_id: int) -> ResponseReturnValue:
    """Let exactly this run, with an answer if there is one."""
    form = DecisionForm()
    if not form.validate():
        return screen(review_page(revision_id), form)
    try:
        reviewing.approve(seen(revision_id), by_editor(), form.reason.data or "")
    except Refusal as refusal:
        return not_decided(revision_id, form, refusal)
    flash("Approved. It runs exactly so.")
    return to_next(revision_id)


@blueprint.post("/review/<int:revision_id>/change")
def request_changes(revision_id: int) -> ResponseReturnValue:
    """Ask the advertiser for another version."""
    form = DecisionForm()
    if not form.validate():
        return screen(review_page(revision_id), form)
    try:
        reviewing.request_changes(seen(revision_id), form.reason.data or "", by_editor())
    except Refusal as refusal:
        return not_decided(revision_id, form, refusal)
    flash("Sent back. Your reason is on its way to the advertiser.")
    return to_next(revision_id)


@blueprint.post("/review/<int:revision_id>/reject")
def reject(revision_id: int) -> ResponseReturnValue:
    """Refuse the copy; what cannot run is not charged for."""
    form = DecisionForm()
    if not form.validate():
        return screen(review_page(revision_id), form)
    try:
        left = reviewing.reject(seen(revision_id), form.reason.data or "", by_editor())
    except Refusal as refusal:
        return not_decided(revision_id, form, refusal)
    for booking_id in left:
        cancelling.cancel(booking_id, by_editor(), clock.now(), refused=True, agreed=Agreed(form.reason.data or ""))
    flash(
        "Refused. The bookings were cancelled and are refunded in full."
        if left
        else "Refused. What was approved before stays."
    )
    return to_next(revision_id)


@blueprint.get("/review/<int:revision_id>/edit")
def edit_copy(revision_id: int) -> ResponseReturnValue:
    """The words in a form, for the editor's own wording."""
    page = review_page(revision_id)
    return edit_screen(page, form_of(page.kind, page.revision, filled=False))


@blueprint.post("/review/<int:revision_id>/edit")
def save_edit(revision_id: int) -> ResponseReturnValue:
    """Make the editor's wording the next revision, for the advertiser to accept."""
    page = review_page(revision_id)
    form = form_of(page.kind, page.revision, filled=True)
    if not form.validate():
        return edit_screen(page, form, 422)
    try:
        edited = reviewing.edit(seen(revision_id), form.words(), by_editor())
    except CopyRefused as refusal:
        form.point_at(refusal.problems)
        return edit_screen(page, form, 422)
    except Refusal as refusal:
        form.refuse(refusal)
        return edit_screen(page, form, STATUS[refusal.kind])
    flash("Your edit is on its way to the advertiser, who can accept it with one click.")
    return redirect(url_for("desk.review", revision_id=edited), 303)


@blueprint.post("/review/<int:revision_id>/link")
def check_link(revision_id: int) -> ResponseReturnValue:
    """Ask once more whether the link answers."""
    link_checks.check_link(revision_id, by_editor())
    return redirect(url_for("desk.review", revision_id=revision_id), 303)


def seen(revision_id: int) -> Seen:
    """The revision that stood on the screen, by the hash that its form carries."""
    return Seen(revision_id, request.form.get("sha256", "")[:64])


def to_next(revision_id: int) -> ResponseReturnValue:
    """The next piece that waits for the editor; after the last one the issue that runs it, which can now be fed."""
    mine = [each for each in queue() if not each.awaits_advertiser]
    if mine:
        return redirect(url_for("desk.review", revision_id=mine[0].revision_id), 303)
    number = next_issue_of(revision_id)
    return redirect(url_for("desk.reviews") if number is None else url_for("desk.issue", number=number), 303)


def not_decided(revision_id: int, form: DecisionForm, refusal: Refusal) -> ResponseReturnValue:
    """The screen again: the same revision with what was typed, or the newer one compared with what was seen."""
    if isinstance(refusal, ReasonMissing):
        form.refuse(refusal, "reason")
    stale = isinstance(refusal, StaleRevision | AlreadyDecided)
    page = review_page(newest_of(revision_id), seen_id=revision_id) if stale else review_page(revision_id)
    return screen(page, form, refusal)


def screen(page: ReviewPage, form: DecisionForm, refusal: Refusal | None = None) -> ResponseReturnValue:
    """Everything about one revision."""
    waiting = queue()
    ids = [each.revision_id for each in waiting]
    mine = [each.revision_id for each in waiting if not each.awaits_advertiser]
    here = ids.index(page.revision.id) if page.revision.id in ids else None
    return render_template(
        "desk/review.html",
        page=page,
        form=form,
        refusal=refusal,
        wrong=refusal is not None or bool(form.errors),
        changes=pieces(word_diff(whole(page.against), whole(page.revision))) if page.against else None,
        places=places_of(page.kind, page.revision.copy, label_foot=newsletter().label_foot),
        checks=checks(page),
        messages=thread(page.revisions, for_editor=True),
        before=ids[here - 1] if here else None,
        after=ids[here + 1] if here is not None and here + 1 < len(ids) else None,
        place=f"{mine.index(page.revision.id) + 1} of {len(mine)}" if page.revision.id in mine else "",
    ), STATUS[refusal.kind] if refusal else 422 if form.errors else 200


def checks(page: ReviewPage) -> list[Check]:
    """What the rules say about the words, and what the link answered."""
    revision = page.revision
    length = characters(revision.body)
    found: list[Check] = [("passed", f"{length} of {page.copy_limit} characters")] if length <= page.copy_limit else []
    dated = None
    if revision.details is not None:
        dated = {**revision.details, "issue_date": page.coming[0].publishes_on if page.coming else None}
    found += [("error", each.sentence) for each in problems(page.kind, revision.copy, page.copy_limit, dated)]
    if page.kind is PlacementKind.JOB and not (revision.details or {}).get("salary_from"):
        found.append(("warning", "No pay range. Several places require one by law."))
    return [*found, _link_check(revision.link_answers, revision.link_finding)]


def _link_check(answers: bool | None, finding: str) -> Check:
    if answers is None:
        return "warning", "The link has not been looked at yet."
    return (
        ("passed", f"The link: {finding}")
        if answers
        else ("warning", f"The link: {finding} Look at it before it runs.")
    )


def edit_screen(page: ReviewPage, form: CopyForm, status: int = 200) -> ResponseReturnValue:
    """The editor's form."""
    return render_template("desk/edit_copy.html", page=page, form=form, place=page, wrong=status >= 400), status
