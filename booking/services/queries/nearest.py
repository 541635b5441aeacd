"""The open places nearest to one that was just lost: what to offer somebody who came second.

When a place is wanted by hundreds at once, all but one of them ask this, so it is one statement that looks up one price
for each coming issue, and not the calendar.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from booking.db import read
from booking.models import Issue, Placement, Slot
from booking.models.base import UtcDateTime
from booking.prepared import Prepared
from booking.services import availability
from booking.services.choosing import Choice
from booking.services.queries.calendar import coming_issues

SHOWN = 4


@dataclass(frozen=True, slots=True)
class Nearest:
    """One issue that still has a place of the wanted kind; `price` in minor units."""

    issue: int
    publishes_on: date
    price: int


def nearest(wanted: Choice, now: datetime) -> list[Nearest]:
    """The issues nearest to the wanted one that still have such a place, in the order of sending."""
    asked = {"now": now, "kind": wanted.kind, "wanted": wanted.issue, "shown": SHOWN}
    return sorted((Nearest(*row) for row in read(_statement(), asked)), key=_day)


def _day(one: Nearest) -> date:
    return one.publishes_on


@functools.lru_cache(maxsize=1)
def _statement() -> Prepared:
    now: sa.BindParameter[datetime] = sa.bindparam("now", type_=UtcDateTime())
    issue, slot, placement = Issue.__table__.c, Slot.__table__.c, Placement.__table__.c
    kind = sa.select(placement.id).where(placement.kind == sa.bindparam("kind")).scalar_subquery()
    price = (
        sa.select(sa.func.min(slot.price))
        .where(slot.issue_id == issue.id, slot.placement_id == kind)
        .where(availability.free(now), slot.sales_close_at > now)
        .scalar_subquery()
    )
    coming = coming_issues(now).with_only_columns(issue.number, issue.publishes_on, price.label("price")).subquery().c
    wanted: sa.BindParameter[int] = sa.bindparam("wanted")
    return Prepared(
        sa.select(coming.number, coming.publishes_on, coming.price)
        .where(coming.price.is_not(None), coming.number != wanted)
        .order_by(sa.func.abs(coming.number - wanted), coming.number)
        .limit(sa.bindparam("shown"))
    )
