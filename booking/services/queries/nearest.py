"""The open places nearest to one that was just lost: what to offer somebody who came second.

When a place is wanted by hundreds at once, all but one of them ask this, so it is one statement that looks up one price
for each coming issue, and not the calendar.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from booking.db import read
from booking.models import Issue, Placement, Slot
from booking.models.base import UtcDateTime
from booking.services import availability
from booking.services.choosing import Choice
from booking.services.queries.calendar import COMING, coming_issues

SHOWN = 4


@dataclass(frozen=True, slots=True)
class Nearest:
    """One issue that still has a place of the wanted kind; `price` in minor units."""

    issue: int
    publishes_on: date
    price: int


def nearest(wanted: Choice, now: datetime) -> list[Nearest]:
    """The issues nearest to the wanted one that still have such a place, in the order of sending."""
    rows = read(_statement(), {"now": now, "count": COMING, "kind": wanted.kind})
    still_open = [Nearest(*row) for row in rows if row[2] is not None and row[0] != wanted.issue]
    shown = sorted(still_open, key=lambda one: abs(one.issue - wanted.issue))[:SHOWN]
    return sorted(shown, key=lambda one: one.publishes_on)


@functools.lru_cache(maxsize=1)
def _statement() -> sa.Select[*tuple[Any, ...]]:
    """Built once: building it costs more than running it."""
    now: sa.BindParameter[datetime] = sa.bindparam("now", type_=UtcDateTime())
    issue, slot, placement = Issue.__table__.c, Slot.__table__.c, Placement.__table__.c
    wanted = sa.select(placement.id).where(placement.kind == sa.bindparam("kind")).scalar_subquery()
    price = (
        sa.select(sa.func.min(slot.price))
        .where(slot.issue_id == issue.id, slot.placement_id == wanted)
        .where(availability.free(now), slot.sales_close_at > now)
        .scalar_subquery()
    )
    return coming_issues(now).with_only_columns(issue.number, issue.publishes_on, price)
