"""What a program cannot settle alone, written down once with what to do about it."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from booking.db import db, insert_new, transaction
from booking.domain.errors import NotFound
from booking.models import Task
from booking.services import audit
from booking.services.booking_steps import By
from booking.services.places import changed

DRAFT_QUESTIONS = "draft-questions"

LONGEST_TITLE = 160
"""Characters of a title, which may begin with a company's name of 120."""


def questions_about(number: int) -> str:
    """How the keys of the tasks begin that are about the draft of this issue."""
    return f"{DRAFT_QUESTIONS}:{number}:"


def open_task(dedupe_key: str, title: str, advice: str, order_id: int | None, now: datetime) -> None:
    """Put something on the desk; the same key is the same task, done or not. Runs inside an act."""
    title = title[:LONGEST_TITLE]
    insert_new(Task, dedupe_key=dedupe_key, title=title, advice=advice, order_id=order_id, opened_at=now)


def settle_task(dedupe_key: str, now: datetime) -> None:
    """Take a task from the desk because its cause is gone. Runs inside an act."""
    changed(sa.update(Task).where(Task.dedupe_key == dedupe_key, Task.done_at.is_(None)).values(done_at=now))


def open_task_again(prefix: str, title: str, advice: str, now: datetime) -> None:
    """Put something on the desk that may come back after it was done; one at a time. Runs inside an act."""
    waiting = sa.select(Task.id).where(Task.dedupe_key.startswith(prefix, autoescape=True), Task.done_at.is_(None))
    if db.session.scalar(waiting) is None:
        open_task(f"{prefix}{now.isoformat()}", title, advice, None, now)


def settle_tasks(prefix: str, now: datetime) -> None:
    """Take every task whose key begins so from the desk. Runs inside an act."""
    begun = Task.dedupe_key.startswith(prefix, autoescape=True)
    changed(sa.update(Task).where(begun, Task.done_at.is_(None)).values(done_at=now))


@transaction
def finish_task(task_id: int, by: By) -> None:
    """The editor has dealt with it, which goes on record; a second click changes nothing. Raises NotFound."""
    task = db.session.get(Task, task_id)
    if task is None:
        raise NotFound("task")
    if changed(sa.update(Task).where(Task.id == task_id, Task.done_at.is_(None)).values(done_at=by.now)):
        sentence = f"Dealt with: {task.title}."
        audit.record(by.actor, by.user_id, "task.done", f"task {task_id}", sentence, by.now)
