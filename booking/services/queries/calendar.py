"""What the coming issues have left, for the storefront: one statement, one small row for each placement of an issue.

This is the page that strangers load. Nothing is loaded as an object, the database does the counting, and rows that are
as they were the last time are not worked through again: the calendar made of them is remembered.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

import sqlalchemy as sa

from booking.db import read
from booking.domain.states import IssueState
from booking.models import Issue, Slot
from booking.models.base import UtcDateTime
from booking.prepared import Prepared
from booking.services import availability

COMING = 26
"""Issues on the storefront: half a year of Sundays."""

Rows = tuple[tuple[Any, ...], ...]


@dataclass(frozen=True, slots=True)
class Availability:
    """One placement in one issue. `state` is open, held, sold, blocked or closed.

    `left` of `offered` places can be booked now; `price` (minor units) is what the next buyer pays; `held_until` is
    when the first hold runs out, where nothing else is left.
    """

    state: str
    left: int
    offered: int
    price: int
    held_until: datetime | None = None


NOT_OFFERED = Availability("blocked", 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Week:
    """One coming issue. `places` has its availability by the placement's id."""

    number: int
    publishes_on: date
    rule_date: date
    booking_deadline: datetime
    copy_deadline: datetime
    places: dict[int, Availability]


@dataclass(frozen=True, slots=True, eq=False)
class Calendar:
    """The coming issues in the order of sending. The same object as long as the rows are the same."""

    weeks: tuple[Week, ...]


def coming(now: datetime) -> Calendar:
    """The next issues, `COMING` at most, with what can be booked in them at `now`."""
    return _calendar(tuple(read(_statement(), {"now": now})))


@functools.lru_cache(maxsize=16)
def _calendar(rows: Rows) -> Calendar:
    return Calendar(tuple(_week(list(group)) for _, group in groupby(rows, key=itemgetter(0))))


def _week(rows: list[tuple[Any, ...]]) -> Week:
    number, publishes_on, rule_date, booking_deadline, copy_deadline = rows[0][:5]
    places = {row[5]: _availability(*row[6:]) for row in rows}
    return Week(number, publishes_on, rule_date, booking_deadline, copy_deadline, places)


def _availability(*counted: Any) -> Availability:
    free, offered, price, list_price, held_until, closed = counted
    if not offered:
        return NOT_OFFERED
    if closed:
        return Availability("closed", 0, offered, list_price)
    if free:
        return Availability("open", free, offered, price)
    return Availability("held" if held_until else "sold", 0, offered, list_price, held_until)


@functools.lru_cache(maxsize=1)
def _statement() -> Prepared:
    now: sa.BindParameter[datetime] = sa.bindparam("now", type_=UtcDateTime())
    issue, slot = Issue.__table__.c, Slot.__table__.c
    free, held, occupied = availability.free(now), availability.held(now), availability.occupied(now)
    facts = (issue.number, issue.publishes_on, issue.rule_date, issue.booking_deadline, issue.copy_deadline)
    coming = coming_issues(now).with_only_columns(*facts, issue.id, issue.sends_at).cte("coming")
    # By the keys alone, before the facts come to them: sorting long rows would cost the most.
    counted = (
        sa.select(
            slot.issue_id,
            slot.placement_id,
            sa.func.sum(sa.case((free, 1), else_=0)).label("left"),
            sa.func.sum(sa.case((sa.or_(slot.on_sale, occupied), 1), else_=0)).label("offered"),
            sa.func.min(sa.case((free, slot.price))).label("price"),
            sa.func.min(slot.price).label("list_price"),
            sa.func.min(sa.case((held, slot.held_until))).label("held_until"),
            sa.func.max(sa.case((sa.or_(slot.locked, slot.sales_close_at <= now), 1), else_=0)).label("closed"),
        )
        .where(slot.issue_id.in_(sa.select(coming.c.id)))
        .group_by(slot.issue_id, slot.placement_id)
        .subquery("counted")
    )
    placement, *counts = list(counted.c)[1:]
    return Prepared(
        sa.select(*(coming.c[fact.name] for fact in facts), placement, *counts)
        .join_from(coming, counted, counted.c.issue_id == coming.c.id)
        .order_by(coming.c.sends_at, placement)
    )


def coming_issues(now: sa.BindParameter[datetime]) -> sa.Select[int]:
    """The ids of the next `COMING` issues."""
    issue = Issue.__table__.c
    # Nearly every issue was sent, so PostgreSQL would expect hardly one that was not, and plan the page anew each time,
    # which takes it as long as the answer. Of an expression it knows nothing.
    state = sa.cast(issue.state, sa.String) + ""
    return (
        sa.select(issue.id)
        .where(issue.sends_at > now, state != IssueState.DRAFT.value, state != IssueState.SENT.value)
        .order_by(issue.sends_at)
        # In the text, for the same reason.
        .limit(sa.literal_column(str(COMING)))
    )
