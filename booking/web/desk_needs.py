"""What waits for the editor, as sentences with the button that deals with each: the most urgent first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from flask import url_for

from booking.domain.counted import counted
from booking.domain.localtime import relative
from booking.domain.states import Fallback, IssueState, OrderPayment, PlacementKind, ReviewDecision
from booking.services.queries.desk import TaskLine, Today
from booking.services.queries.desk_places import IssueLine, Place
from booking.web.desk import existing
from booking.web.filters import moment

NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")

OTHERWISE = {
    Fallback.RUN_LAST: "without copy their last approved copy runs again (without one, a credit), as they chose",
    Fallback.MOVE: "without copy it moves to the next open week, as they chose",
    Fallback.CREDIT: "without copy the amount is credited, as they chose",
}


@dataclass(frozen=True, slots=True)
class Need:
    """One line of work, as the macro `needs_list` draws it."""

    state: str
    word: str
    who: str
    text: str
    detail: str = ""
    action: str = ""
    href: str = ""
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Needs:
    """The work for one issue, or for none (`number` 0): money and mail."""

    number: int
    title: str
    items: tuple[Need, ...]


def needs_of(today: Today, now: datetime) -> list[Needs]:
    """The work by issue for the next two, then what belongs to no issue."""
    groups = [
        Needs(issue.number, f"Issue {issue.number}", tuple(_of_issue(issue, today, now))) for issue in today.issues[:2]
    ]
    shown = {group.number for group in groups}
    tasks = (_of_task(task) for task in today.tasks if task.draft_of not in shown)
    elsewhere = (*tasks, *_of_mail(today.undelivered))
    return [*groups, Needs(0, "Money and mail", elsewhere)]


def heading(groups: list[Needs]) -> str:
    """The news of the screen: what the next issue needs, or the first thing after it."""
    if groups[0].number == 0:
        return "No issue is planned"
    first = next((group for group in groups if group.items), None)
    if first is None:
        return f"Issue {groups[0].number} needs nothing from you"
    count = len(first.items)
    if first.number == 0:
        return f"{things(count).capitalize()} about money or mail need{'s' * (count == 1)} you"
    return f"Issue {first.number} needs {things(count)}"


def things(count: int) -> str:
    """So many things, small numbers as words."""
    return f"{NUMBERS[count] if count < len(NUMBERS) else count} thing{'s' * (count != 1)}"


def _of_issue(issue: IssueLine, today: Today, now: datetime) -> Iterator[Need]:
    if issue.sends_at <= now:
        detail = f"It was due {moment(issue.sends_at)}. Freeze it and say that it was sent, or move it."
        yield Need("late", "", f"Issue {issue.number}", "has not been marked as sent.", detail, *_issue_link(issue))
    booked = [place for place in issue.places if place.is_booked]
    yield from _reviews(issue, booked, now)
    yield from (_missing(issue, place, now) for place in booked if _lacks_copy(place))
    yield from (_withheld(issue, place) for place in booked if place.is_withheld)
    yield from _conflicts(issue, booked, today)


def _reviews(issue: IssueLine, booked: Iterable[Place], now: datetime) -> Iterator[Need]:
    waiting = [(place.submitted_at, place) for place in booked if place.submitted_at and place.waits_for_review]
    # As the queue has them, so that the next piece after a decision is the next one here.
    for submitted_at, place in sorted(waiting, key=lambda each: (each[0], each[1].revision_id)):
        detail = f"{len(place.body or '')} characters, sent {relative(submitted_at, now)}."
        if place.approved_id is not None:
            detail += " What you approved before runs until you decide."
        if issue.due(place) <= now:
            detail += f" Copy was due {moment(issue.due(place))}."
        href = existing("desk.review", revision_id=place.revision_id) or existing("desk.issue", number=issue.number)
        text = f"{place.name.lower()}. Version {place.revision} waits for your decision."
        yield Need("needs", "Review", f"{place.company},", text, detail, "Review copy", href, strong=True)


def _lacks_copy(place: Place) -> bool:
    return place.approved_id is None and not place.waits_for_review


def _missing(issue: IssueLine, place: Place, now: datetime) -> Need:
    due = issue.due(place)
    late = due <= now
    word, what = "Copy missing", "No copy yet."
    if place.decision is ReviewDecision.CHANGES_REQUESTED:
        word, what = "Change asked", "You asked for a change and have no answer."
    elif place.revision_id is not None and place.decision is None:
        word, what = "Edit sent", "Your edit waits for their yes."
    gift = place.paid_by in (OrderPayment.COMPLIMENTARY, OrderPayment.MAKE_GOOD) and place.fallback is Fallback.CREDIT
    otherwise = "without copy it is cancelled" if gift else OTHERWISE[place.fallback] if place.fallback else ""
    detail = f"{'Was due' if late else 'Due'} {moment(due)}; {otherwise}."
    href = url_for("desk.extend", booking_id=place.booking_id)
    text = f"{place.name.lower()}. {what}"
    state, word = ("late", "Copy late") if late else ("missing", word)
    return Need(state, word, f"{place.company},", text, detail, "Give more time", href)


def _withheld(issue: IssueLine, place: Place) -> Need:
    text = f"{place.name.lower()}. The bank has the payment in dispute, so the copy does not run in {issue.number}."
    href = url_for("desk.order", public_id=place.order)
    return Need("disputed", "", f"{place.company},", text, "", "Open the order", href)


def _conflicts(issue: IssueLine, booked: Iterable[Place], today: Today) -> Iterator[Need]:
    sponsors = [place for place in booked if place.kind is PlacementKind.SPONSOR]
    if len(sponsors) > 1:
        names = " and ".join(f"{place.company}" for place in sponsors)
        text = "want the one block at the top. No draft can be fed until one of them is in another issue."
        href = url_for("desk.move", booking_id=sponsors[-1].booking_id)
        yield Need("conflict", "", names, text, "", f"Move {sponsors[-1].company}", href)
    for task in today.tasks:
        if task.draft_of == issue.number:
            link = _issue_link(issue, "Feed it again")
            yield Need("conflict", "", "The draft", "has questions for you.", task.advice, *link)
    carried = today.fed.get(issue.number)
    approved = {place.approved_id for place in booked if place.may_run}
    if carried is not None and carried != approved and issue.state is not IssueState.SENT:
        text = "is not what the last feed left in the draft. Feed the issue again; your own edits stay."
        yield Need("conflict", "", "The approved copy", text, "", *_issue_link(issue, "Feed it again"))


def _issue_link(issue: IssueLine, label: str = "Open the issue") -> tuple[str, str]:
    return label, existing("desk.issue", number=issue.number) or url_for("desk.calendar")


def _of_task(task: TaskLine) -> Need:
    named = task.company is None or task.company in task.title
    who = f"{task.title}." if named else f"{task.title}, {task.company}."
    return Need(
        "needs", "Money", who, "", task.advice, "Deal with it", url_for("desk.money", _anchor=f"task-{task.id}")
    )


def _of_mail(count: int) -> Iterator[Need]:
    if count:
        yield Need(
            "failed",
            "Not delivered",
            counted(count, "mail"),
            "did not arrive.",
            "",
            "See the mail",
            url_for("desk.mail"),
        )
