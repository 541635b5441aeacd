"""Where the demo plays: the newsletter, its prices, and an empty calendar that begins eight weeks ago."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from booking.db import db, transaction
from booking.demo import words
from booking.domain.schedule import Rule, upcoming
from booking.domain.states import PlacementKind
from booking.models import HouseAd, Issue, Newsletter, Placement, ReaderFact, Slot, User
from booking.services import opening, pricing, signing_in
from booking.services.starting import Start, start_newsletter

PAST, COMING = 8, 30
"""Issues before and after today."""

FIRST_NUMBER = 404


@dataclass(frozen=True, slots=True)
class Stage:
    """The calendar around today, and the editor."""

    editor_id: int
    next_number: int

    def number(self, week: int) -> int:
        """The number of the issue so many weeks after the next one."""
        return self.next_number + week


def lay(now: datetime) -> Stage:
    """Set the newsletter up, with all its issues open, as it stood eight weeks ago."""
    start = Start(words.NAME, _next_date(now) - timedelta(weeks=PAST), FIRST_NUMBER, contact_email=words.EDITOR)
    start_newsletter(start)
    _describe()
    opening.open_issues(now - timedelta(weeks=PAST + 1), PAST + COMING)
    signing_in.make_editor(words.EDITOR, now - timedelta(weeks=PAST + 1))
    editor = db.session.scalars(sa.select(User).where(User.email == words.EDITOR)).one()
    stage = Stage(editor.id, FIRST_NUMBER + PAST)
    _raise_the_price(stage, now)
    return stage


@transaction
def _describe() -> None:
    newsletter = db.session.scalars(sa.select(Newsletter)).one()
    newsletter.tagline, newsletter.policies = words.TAGLINE, words.POLICIES
    newsletter.archive_url = "https://quietpager.example/issues/{number}"
    examples = {
        PlacementKind.SPONSOR: words.EXAMPLE_SPONSOR,
        PlacementKind.JOB: words.EXAMPLE_JOB,
        PlacementKind.EVENT: words.EXAMPLE_EVENT,
    }
    for placement in db.session.scalars(sa.select(Placement)):
        placement.example_copy = examples[placement.kind]
    for position, (value, label) in enumerate(words.FACTS):
        db.session.add(ReaderFact(position=position, value=value, label=label))
    name, body, link = words.HOUSE_AD
    db.session.add(HouseAd(name=name, body=body, link=link))


def _raise_the_price(stage: Stage, now: datetime) -> None:
    since = db.session.scalars(sa.select(Issue.publishes_on).where(Issue.number == stage.number(18))).one()
    pricing.change_price(PlacementKind.SPONSOR, 55_000, since, stage.editor_id, now)


def slot_id(number: int, kind: PlacementKind, ordinal: int = 1) -> int:
    """One slot of an issue."""
    return db.session.scalars(
        sa.select(Slot.id)
        .join(Issue, Issue.id == Slot.issue_id)
        .join(Placement, Placement.id == Slot.placement_id)
        .where(Issue.number == number, Placement.kind == kind, Slot.ordinal == ordinal)
    ).one()


def _next_date(now: datetime) -> date:
    """The date of the next issue: on a Sunday morning it is still today."""
    habits = Start(words.NAME, now.date())
    rule = Rule(habits.weekday, habits.send_time, habits.zone, now.date() - timedelta(days=1))
    return upcoming(rule, (), now, 1)[0].publishes_on
