"""What waits for the editor: the coming issues, tasks about money, and mail that did not arrive."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from booking.db import db
from booking.domain.states import OutboxState
from booking.models import FeedRun, Issue, Order, OutboxMessage, Task
from booking.services.queries.desk_places import IssueLine, unsent_issues
from booking.services.tasks_for_people import DRAFT_QUESTIONS

COMING = 4
"""Issues on the desk's first screen; the first two of them may need the editor now."""

STUCK_TRIES = 4
"""Tries after which a mail that still waits is worth a look: a quarter of an hour of refusals."""

RECENT = timedelta(days=14)
"""Mail given up longer ago than this is not news any more."""


@dataclass(frozen=True, slots=True)
class TaskLine:
    """Something that a program could not settle."""

    id: int
    title: str
    advice: str
    order: str | None
    company: str | None
    opened_at: datetime
    key: str

    @property
    def draft_of(self) -> int | None:
        """The number of the issue whose draft it asks about, if it does."""
        cause, _, rest = self.key.partition(":")
        return int(rest.partition(":")[0]) if cause == DRAFT_QUESTIONS else None


@dataclass(frozen=True, slots=True)
class Today:
    """The first screen. `fed` says for an issue's number which revisions its last feed carried."""

    issues: tuple[IssueLine, ...]
    tasks: tuple[TaskLine, ...]
    undelivered: int
    fed: dict[int, frozenset[int]]


def today(now: datetime) -> Today:
    """Read what waits, in four statements."""
    issues = tuple(unsent_issues(COMING))
    return Today(issues, open_tasks(), undelivered(now), _fed([issue.number for issue in issues[:2]]))


def open_tasks() -> tuple[TaskLine, ...]:
    """The tasks that nobody has done, oldest first."""
    rows = db.session.execute(
        sa.select(Task.id, Task.title, Task.advice, Order.public_id, Order.company, Task.opened_at, Task.dedupe_key)
        .outerjoin(Order, Order.id == Task.order_id)
        .where(Task.done_at.is_(None))
        .order_by(Task.opened_at, Task.id)
    )
    return tuple(TaskLine(*row) for row in rows)


def undelivered(now: datetime) -> int:
    """How many mails were given up lately or are refused again and again."""
    return db.session.scalar(sa.select(sa.func.count()).select_from(OutboxMessage).where(_stuck(now))) or 0


def _stuck(now: datetime) -> sa.ColumnElement[bool]:
    given_up = sa.and_(OutboxMessage.state == OutboxState.DEAD, OutboxMessage.created_at > now - RECENT)
    refused = sa.and_(OutboxMessage.state == OutboxState.WAITING, OutboxMessage.tries >= STUCK_TRIES)
    return sa.or_(given_up, refused)


@dataclass(frozen=True, slots=True)
class StuckMail:
    """A message that did not arrive. `given_up` says that nobody tries any more."""

    id: int
    recipient: str
    subject: str
    error: str
    tries: int
    created_at: datetime
    given_up: bool


def stuck_mail(now: datetime) -> list[StuckMail]:
    """The messages that did not arrive, newest first."""
    rows = db.session.scalars(sa.select(OutboxMessage).where(_stuck(now)).order_by(OutboxMessage.id.desc()).limit(100))
    return [
        StuckMail(
            row.id,
            row.recipient,
            row.subject,
            row.last_error,
            row.tries,
            row.created_at,
            row.state is OutboxState.DEAD,
        )
        for row in rows
    ]


def _fed(numbers: Sequence[int]) -> dict[int, frozenset[int]]:
    newest = (
        sa.select(sa.func.max(FeedRun.id))
        .join(Issue, Issue.id == FeedRun.issue_id)
        .where(Issue.number.in_(numbers))
        .group_by(FeedRun.issue_id)
    )
    rows = db.session.execute(
        sa.select(Issue.number, FeedRun.revision_ids)
        .join(FeedRun, FeedRun.issue_id == Issue.id)
        .where(FeedRun.id.in_(newest))
    )
    return {number: frozenset(revisions) for number, revisions in rows}
