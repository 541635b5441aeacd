"""What the coming issues have left, for the storefront: one statement, one small row for each placement of an issue.

This is the page that strangers load, so nothing is loaded as an object and the database does the counting.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

import sqlalchemy as sa

from booking.db import db
from booking.domain.states import IssueState
from booking.models import Issue, Slot
from booking.models.base import UtcDateTime
from booking.services import availability

COMING = 26
"""Issues on the storefront: half a year of Sundays."""


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
    """One coming issue. `places` are (placement id, availability) pairs."""

    number: int
    publishes_on: date
    rule_date: date
    booking_deadline: datetime
    copy_deadline: datetime
    places: tuple[tuple[int, Availability], ...]


def coming_weeks(now: datetime, count: int = COMING) -> list[Week]:
    """The next `count` issues in the order of sending, with what can be booked in them at `now`."""
    rows = db.session.execute(_statement(), {"now": now, "count": count})
    return [_week(list(group), now) for _, group in groupby(rows, key=itemgetter(0))]


@functools.lru_cache(maxsize=1)
def _statement() -> sa.Select[*tuple[Any, ...]]:
    """Built once: building it costs more than running it."""
    now: sa.BindParameter[datetime] = sa.bindparam("now", type_=UtcDateTime())
    issue = (
        sa.select(
            Issue.id,
            Issue.number,
            Issue.publishes_on,
            Issue.rule_date,
            Issue.sends_at,
            Issue.booking_deadline,
            Issue.copy_deadline,
        )
        .where(Issue.sends_at > now, Issue.state != IssueState.DRAFT, Issue.state != IssueState.SENT)
        .order_by(Issue.sends_at)
        .limit(sa.bindparam("count", type_=sa.Integer))
        .subquery("coming")
    )
    free, occupied = availability.free(now), availability.occupied(now)  # type: ignore[arg-type]  # a bound parameter stands in
    return (
        sa.select(
            issue.c.number,
            issue.c.publishes_on,
            issue.c.rule_date,
            issue.c.booking_deadline,
            issue.c.copy_deadline,
            Slot.placement_id,
            sa.func.sum(sa.case((free, 1), else_=0)),
            sa.func.sum(sa.case((sa.or_(Slot.on_sale, occupied), 1), else_=0)),
            sa.func.min(sa.case((free, Slot.price))),
            sa.func.min(Slot.price),
            sa.func.min(sa.case((Slot.held_until > now, Slot.held_until))),
            sa.func.max(sa.case((Slot.locked, 1), else_=0)),
        )
        .join(Slot, Slot.issue_id == issue.c.id)
        .group_by(*issue.c, Slot.placement_id)
        .order_by(issue.c.sends_at, Slot.placement_id)
    )


def _week(rows: list[sa.Row[*tuple[Any, ...]]], now: datetime) -> Week:
    number, publishes_on, rule_date, booking_deadline, copy_deadline = rows[0][:5]
    closed = booking_deadline <= now
    places = tuple((row[5], _availability(row[6:], closed)) for row in rows)
    return Week(number, publishes_on, rule_date, booking_deadline, copy_deadline, places)


def _availability(row: Iterable[Any], closed: bool) -> Availability:
    free, offered, price, list_price, held_until, locked = row
    if not offered:
        return NOT_OFFERED
    if closed or locked:
        return Availability("closed", 0, offered, list_price)
    if free:
        return Availability("open", free, offered, price)
    return Availability("held" if held_until else "sold", 0, offered, list_price, held_until)
