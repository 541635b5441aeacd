"""The forms in which copy is written: one for words with a link, one for a job. They take anything that can be typed;
what copy must be is decided by the rules of the domain, which are pointed at the right field here."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from flask import request
from wtforms import BooleanField, HiddenField, SelectField, SelectMultipleField, ValidationError
from wtforms.widgets import CheckboxInput

from booking.domain.copy_attacks import Problem
from booking.domain.copy_spec import NAME_LIMIT
from booking.domain.job_ad import Employment, Period, compose_job_text, read_details, readable
from booking.domain.states import PlacementKind
from booking.services.copywriting import Words
from booking.services.queries.copy import CopyPage, Revision
from booking.web.forms import Form, Line, Paragraphs, choices, number_in

LONGEST_TEXT = 6000
"""Characters that a text field takes at all; the placement's limit is far below and has its own sentence."""
NOT_WORDS = frozenset({"csrf_token", "writer", "version"})
JOB_LINES = ("title", "company", "place", "regions", "salary_from", "salary_to", "currency", "closes_on")


class CopyForm(Form):
    """What both forms have: the weeks that run the words, a note, and which draft they belong to."""

    weeks = SelectMultipleField("Weeks that run this copy", option_widget=CheckboxInput(), validate_choice=False)
    note = Paragraphs("A note to the editor", limit=1000)
    wanted: ClassVar[tuple[str, ...]] = ()
    """Fields that copy cannot do without. The rules say so in their own words; the labels must not say otherwise."""

    version = HiddenField(default="0")
    writer = HiddenField()

    def words(self) -> Words:
        """What was written."""
        raise NotImplementedError

    def take_over(self) -> None:
        """Put what is composed where it can be edited. Only a job's words are composed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.wanted:
            self[name].flags.optional = False

    def validate_weeks(self, field: SelectMultipleField) -> None:
        """Raise ValidationError for a week that is not on the form."""
        if not set(field.data or ()) <= {option.data for option in field}:
            raise ValidationError("One of these weeks is not of this order. Choose among the weeks below.")

    @property
    def other_weeks(self) -> tuple[int, ...]:
        """The bookings that were ticked beside the one that the form is for."""
        return tuple(number for number in map(number_in, self.weeks.data or []) if number)

    def point_at(self, problems: Iterable[Problem]) -> None:
        """Show each problem at its field."""
        for problem in problems:
            self.refuse(problem.sentence, self.field_of(problem))

    def field_of(self, problem: Problem) -> str | None:
        """The name of the field that a problem is about, None for the whole form."""
        return problem.field if problem.field in self._fields else None


class AdForm(CopyForm):
    """Copy of a sponsor or a sponsored event."""

    wanted = ("name", "body", "link")
    name_limit: ClassVar[int] = NAME_LIMIT
    name = Line("Name in the heading", limit=300)
    body = Paragraphs("Text", limit=LONGEST_TEXT)
    link = Line("Link", limit=2500)

    def words(self) -> Words:
        """What was written."""
        return Words(self.name.data or "", self.body.data or "", self.link.data or "", note=self.note.data or "")


class JobForm(CopyForm):
    """A job ad: its facts, its words, and where to apply. The text for the issue is composed, unless worded by hand."""

    # A place is wanted of a job that is not remote, which its hint says.
    wanted = ("title", "company", "place", "text", "link")
    title = Line("Job title", limit=300)
    company = Line("Company", limit=300)
    place = Line("Place", limit=300)
    remote = BooleanField("Can be done remotely")
    regions = Line("Remote from where", limit=300)
    salary_from = Line("Pay from", limit=40)
    salary_to = Line("Pay to", limit=40)
    currency = Line("Currency", limit=40)
    period = SelectField(
        "Paid", choices=choices((each.value, each.label) for each in Period), default=Period.YEAR.value
    )
    employment = SelectField(
        "Employment",
        choices=choices([("", "Not said"), *((each.value, each.label) for each in Employment)]),
        default="",
    )
    closes_on = Line("Apply by", limit=40)
    agency = BooleanField("This ad is posted by an agency")
    text = Paragraphs("Text", limit=LONGEST_TEXT)
    link = Line("Where to apply", limit=2500)
    own_text = Paragraphs("Your own wording", limit=LONGEST_TEXT)

    def words(self) -> Words:
        """What was written, composed."""
        return Words(self.company.data or "", self.body(), self.link.data or "", self.details(), self.note.data or "")

    def details(self) -> dict[str, Any]:
        """The job's fields as they are stored with the words."""
        details: dict[str, Any] = {name: self[name].data or "" for name in (*JOB_LINES, "period", "employment")}
        details |= {"remote": self.remote.data, "agency": self.agency.data}
        return details | {"text": self.text.data or "", "own_text": self.own_text.data or ""}

    def body(self) -> str:
        """The text for the issue. Fields that cannot be read yet are left out; submitting names them."""
        if self.own_text.data:
            return self.own_text.data
        return compose_job_text(read_details(readable(self.details())), self.text.data or "")

    def take_over(self) -> None:
        """Put the composed ad into the field for wording it by hand."""
        self.own_text.data = self.body()

    def field_of(self, problem: Problem) -> str | None:
        """As for any copy; the body of a job is one of two fields."""
        if problem.field == "body":
            return "own_text" if self.own_text.data else "text"
        return super().field_of(problem)


def form_for(page: CopyPage, *, filled: bool) -> CopyForm:
    """The form of a booking's placement: as it was sent when `filled`, else with the draft or the newest words."""
    kind = JobForm if page.place.kind is PlacementKind.JOB else AdForm
    form = kind() if filled else kind(formdata=None, data=_start(page))
    form.weeks.choices = choices((str(week.booking_id), str(week.number)) for week in page.weeks)
    return form


def form_of(kind: PlacementKind, revision: Revision, *, filled: bool) -> CopyForm:
    """The form of a placement for the editor: as it was sent when `filled`, else with the words of a revision."""
    form_class = JobForm if kind is PlacementKind.JOB else AdForm
    form = form_class() if filled else form_class(formdata=None, data=_from_revision(revision))
    form.weeks.choices = []
    form.note.label.text = "A note to the advertiser"
    return form


def typed_fields() -> dict[str, str]:
    """What a copy form sent, field by field as typed, to be kept as a draft."""
    return {name: "\n".join(values) for name, values in request.form.lists() if name not in NOT_WORDS}


def _start(page: CopyPage) -> dict[str, Any]:
    shared = [str(week.booking_id) for week in page.weeks if week.shares]
    start: dict[str, Any] = {"version": str(page.draft_version), "weeks": shared}
    if page.draft is not None:
        return {**start, **page.draft, "weeks": page.draft.get("weeks", "").split() or shared}
    if page.current is not None:
        return start | _from_revision(page.current)
    return start | {"name": page.place.company, "company": page.place.company}


def _from_revision(revision: Revision) -> dict[str, Any]:
    if revision.details is None:
        return {"name": revision.name, "body": revision.body, "link": revision.link}
    details = dict(revision.details)
    if details.get("own_text") is None and details.get("text") is None:
        details["own_text"] = revision.body
    return details | {"link": revision.link}
