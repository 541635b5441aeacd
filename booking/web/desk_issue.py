"""The page of one issue: both sections as they will stand, what is missing, and the way from open to sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.file import FileField
from werkzeug.datastructures import FileStorage
from wtforms import TextAreaField

from booking.domain.copy_diff import Change
from booking.domain.counted import counted
from booking.domain.errors import Refusal
from booking.domain.region import Region
from booking.domain.render import Form as OutputForm
from booking.domain.render import section
from booking.services import freezing, job_order, publishing
from booking.services.queries.issue_desk import IssuePage, issue_page
from booking.web.context import newsletter
from booking.web.desk import blueprint, by_editor
from booking.web.errors import STATUS
from booking.web.forms import Form, Line, Paragraphs, number_in, paragraphs
from booking.web.thread import OPS

REGION_TITLES = {
    Region.SPONSOR: "Sponsor, at the top",
    Region.EVENT: "Sponsored event",
    Region.JOBS: "Jobs",
    Region.FOOT: "Sponsor, above the footer",
}


class DraftForm(Form):
    """A draft, or an issue as sent: a file, or its text."""

    file = FileField("File")
    text = TextAreaField("Text")

    def content(self) -> tuple[bytes, str]:
        """The bytes and the file's name. A browser sends pasted lines with CRLF, whatever they had: they get LF."""
        upload = self.file.data
        if isinstance(upload, FileStorage) and upload.filename:
            return upload.read(), upload.filename.replace("\\", "/").rpartition("/")[2]
        return (self.text.data or "").replace("\r\n", "\n").encode(), ""


class SentForm(Form):
    """Where the sent issue can be read."""

    archive_url = Line("Address of the issue", limit=500)


class UnfreezeForm(Form):
    """Why a frozen issue is opened again."""

    reason = Paragraphs("Reason", limit=300)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Asked for by the act itself, in its own words.
        self.reason.flags.optional = False


@dataclass(frozen=True, slots=True)
class Standing:
    """One region as it will stand, and what was found of it in the issue as sent."""

    region: Region
    title: str
    text: str


@blueprint.get("/issues/<int:number>")
def issue(number: int) -> ResponseReturnValue:
    """The issue as it stands."""
    return show(number)


@blueprint.post("/issues/<int:number>/freeze")
def freeze(number: int) -> ResponseReturnValue:
    """Close it for changes."""
    try:
        frozen = freezing.freeze(number, by_editor())
    except Refusal as refusal:
        return show(number, refusal)
    flash(f"Issue {number} is closed for changes with {counted(frozen.ads, 'ad')}.")
    for gap in frozen.gaps:
        flash(f"{gap.company}, {gap.kind.label.lower()}, is not in it. {gap.reason}", "warning")
    return to_issue(number)


@blueprint.post("/issues/<int:number>/unfreeze")
def unfreeze(number: int) -> ResponseReturnValue:
    """Open it again, with a reason."""
    form = UnfreezeForm()
    if not form.validate():
        return show(number, unfreeze=form)
    try:
        freezing.unfreeze(number, form.reason.data or "", by_editor())
    except Refusal as refusal:
        return show(number, refusal, unfreeze=form)
    flash(f"Issue {number} is open again.")
    return to_issue(number)


@blueprint.post("/issues/<int:number>/sent")
def sent(number: int) -> ResponseReturnValue:
    """Say that it went out."""
    form = SentForm()
    if not form.validate():
        return show(number, sent=form)
    try:
        ran = freezing.sent(number, form.archive_url.data or "", by_editor())
    except Refusal as refusal:
        return show(number, refusal, sent=form)
    flash(f"Issue {number} is sent; {counted(ran, 'booking')} ran.")
    return to_issue(number)


@blueprint.post("/issues/<int:number>/verify")
def verify(number: int) -> ResponseReturnValue:
    """Look for every ad in the issue as it was sent."""
    form = DraftForm()
    try:
        verified = publishing.verify_issue(number, form.content()[0], by_editor())
    except Refusal as refusal:
        return show(number, refusal)
    if verified.all_ran:
        flash("Everything ran as approved. The tear sheets are on their way.")
    else:
        flash("Not everything ran as approved. Each has a task on your desk.", "warning")
    return to_issue(number)


@blueprint.post("/issues/<int:number>/jobs")
def order_jobs(number: int) -> ResponseReturnValue:
    """Put the jobs into the editor's order."""
    wanted = {
        number_in(name.removeprefix("position-")): int(value)
        for name, value in request.form.items()
        if name.startswith("position-") and value.isdecimal() and len(value) < 4
    }
    try:
        job_order.order_jobs(number, wanted, by_editor())
    except Refusal as refusal:
        return show(number, refusal)
    flash("The jobs stand in your order.")
    return to_issue(number)


def to_issue(number: int) -> ResponseReturnValue:
    """Back to the page."""
    return redirect(url_for("desk.issue", number=number), 303)


def show(
    number: int, refusal: Refusal | None = None, *, unfreeze: Form | None = None, sent: Form | None = None
) -> ResponseReturnValue:
    """The page, with what was refused and what was typed."""
    page = issue_page(number)
    invalid = any(form is not None and form.errors for form in (unfreeze, sent))
    return render_template(
        "desk/issue.html",
        page=page,
        standing=standing(page),
        found=[(each, [(OPS[Change(change)], text) for change, text in each.difference]) for each in page.found],
        companies=companies(page),
        draft=DraftForm(formdata=None, data={"text": paragraphs(request.form.get("text"))}),
        unfreeze=unfreeze or UnfreezeForm(formdata=None),
        sent=sent or SentForm(formdata=None, data={"archive_url": archive_of(page)}),
        refusal=refusal,
        wrong=refusal is not None or invalid,
    ), STATUS[refusal.kind] if refusal else 422 if invalid else 200


def archive_of(page: IssuePage) -> str:
    """Where the issue can be read; by the newsletter's own rule while nobody has said it."""
    return page.archive_url or newsletter().archive_url.replace("{number}", str(page.number))


def standing(page: IssuePage) -> list[Standing]:
    """Every region that has something to run."""
    texts = [(region, section(page.approved, region, OutputForm.MD)) for region in Region]
    return [Standing(region, REGION_TITLES[region], text) for region, text in texts if text]


def companies(page: IssuePage) -> dict[int | None, str]:
    """The name under which each booking runs."""
    return {ad.booking_id: ad.copy.name for ad in page.ads}
