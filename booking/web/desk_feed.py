"""Feeding a draft on the desk: give it, see what changes, answer each question, take the result away. The draft travels
in the page between the steps, byte for byte, so nothing is stored before the editor takes it."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue

from booking.domain.copy_diff import three_way, unified_diff
from booking.domain.errors import Refusal
from booking.domain.feed import FeedResult
from booking.domain.merge import Choice, Conflict
from booking.domain.region import Region
from booking.services import feeding
from booking.services.feeding import DraftGiven
from booking.services.issue_copy import Gap
from booking.web.desk import blueprint, by_editor
from booking.web.desk_issue import REGION_TITLES, DraftForm, show
from booking.web.errors import STATUS
from booking.web.thread import pieces

LONGEST_NAME = 120


@dataclass(frozen=True, slots=True)
class Question:
    """One conflict as the page asks it."""

    region: Region
    title: str
    sentence: str
    theirs: list[tuple[str, str]]
    ours: list[tuple[str, str]]
    choices: tuple[Choice, ...]
    chosen: Choice | None


@blueprint.post("/issues/<int:number>/feed")
def feed(number: int) -> ResponseReturnValue:
    """Show what feeding the draft changes, or store that and hand the fed draft over."""
    try:
        given = draft_given()
        if request.form.get("act") == "cancel":
            result = feeding.cancel_feed(number, given, by_editor())
            return result_page(number, given, result) if result.conflicts else download(number, given, result)
        if request.form.get("act") == "take":
            report = feeding.feed_issue(number, given, by_editor())
            if report.accepted:
                return download(number, given, report.result)
        else:
            report = feeding.plan_feed(number, given)
        if not report.accepted:
            feeding.remember_questions(report, by_editor())
    except Refusal as refusal:
        return show(number, refusal)
    return result_page(number, given, report.result, report.gaps)


def draft_given() -> DraftGiven:
    """The draft from the form: a file or its text at first, later what the page has carried along."""
    carried = request.form.get("draft", "")
    answers = {each.value: each for each in Choice}
    given = ((region, answers.get(request.form.get(f"choice-{region.value}", ""))) for region in Region)
    choices = {region: choice for region, choice in given if choice is not None}
    if carried:
        try:
            content = base64.b64decode(carried, validate=True)
        except binascii.Error:
            content = b""
        return DraftGiven(content, request.form.get("file_name", "")[:LONGEST_NAME], choices)
    content, name = DraftForm().content()
    return DraftGiven(content, name[:LONGEST_NAME], choices)


def result_page(number: int, given: DraftGiven, result: FeedResult, gaps: tuple[Gap, ...] = ()) -> ResponseReturnValue:
    """What would change, the questions, and the button that takes it."""
    asked = {conflict.region for conflict in result.conflicts}
    return render_template(
        "desk/feed.html",
        number=number,
        draft=base64.b64encode(given.content).decode(),
        file_name=given.file_name,
        result=result,
        gaps=gaps,
        changes=unified_diff(given.content, result.draft, given.file_name or f"{number}.md"),
        questions=[question(conflict, given) for conflict in result.conflicts],
        answered={region: choice for region, choice in given.choices.items() if region not in asked},
        wrong=bool(result.conflicts),
    ), STATUS["conflict"] if result.conflicts else 200


def question(conflict: Conflict, given: DraftGiven) -> Question:
    """A conflict with both texts, and what changed in them."""
    both = three_way(conflict)
    return Question(
        conflict.region,
        REGION_TITLES[conflict.region],
        str(conflict).partition(" Choose one of")[0],
        pieces(both.theirs),
        pieces(both.ours),
        conflict.choices,
        given.choices.get(conflict.region),
    )


def download(number: int, given: DraftGiven, result: FeedResult) -> Response:
    """The draft as a file."""
    name = "".join(each for each in given.file_name if each.isalnum() or each in "-_. ").strip(". ") or f"{number}.md"
    answer = Response(result.draft, mimetype="text/markdown")
    answer.headers["Content-Disposition"] = (
        f'attachment; filename="{name}"' if name.isascii() else f'attachment; filename="{number}.md"'
    )
    return answer
