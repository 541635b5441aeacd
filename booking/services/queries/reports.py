"""How the business does: what the accounts hold, revenue by month, and how much of what was offered was sold."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from booking.db import db
from booking.domain.states import LedgerAccount
from booking.models import Issue, LedgerEntry, Slot
from booking.services.availability import sold

MONTHS = 12


@dataclass(frozen=True, slots=True)
class Month:
    """One month. `revenue` is in minor units, by UTC; sold and offered count places in issues of that month."""

    first_day: date
    revenue: int
    sold: int
    offered: int

    @property
    def percent(self) -> int:
        """How much of what was offered was sold."""
        return round(100 * self.sold / self.offered) if self.offered else 0


def balances(currency: str) -> dict[LedgerAccount, int]:
    """Debits less credits of every account, minor units."""
    sums: dict[LedgerAccount, int] = defaultdict(int)
    rows = db.session.execute(
        sa.select(LedgerEntry.debit, LedgerEntry.credit, sa.func.sum(LedgerEntry.amount))
        .where(LedgerEntry.currency == currency)
        .group_by(LedgerEntry.debit, LedgerEntry.credit)
    )
    for debit, credit, amount in rows:
        sums[debit] += int(amount)
        sums[credit] -= int(amount)
    return sums


def by_month(today: date, currency: str, months: int = MONTHS) -> list[Month]:
    """The last months up to the one of `today` and, for what is sold ahead, the two after it; oldest first."""
    days = [_month(today, offset) for offset in range(1 - months, 3)]
    revenue, places = _revenue(currency), _places(days[0])
    return [
        Month(day, revenue.get((day.year, day.month), 0), *places.get((day.year, day.month), (0, 0))) for day in days
    ]


def _month(today: date, offset: int) -> date:
    months = today.year * 12 + today.month - 1 + offset
    return date(months // 12, months % 12 + 1, 1)


def _revenue(currency: str) -> dict[tuple[int, int], int]:
    year, month = sa.extract("year", LedgerEntry.at), sa.extract("month", LedgerEntry.at)
    signed = sa.case((LedgerEntry.credit == LedgerAccount.REVENUE, LedgerEntry.amount), else_=-LedgerEntry.amount)
    rows = db.session.execute(
        sa.select(year, month, sa.func.sum(signed))
        .where(LedgerEntry.currency == currency)
        .where(sa.or_(LedgerEntry.credit == LedgerAccount.REVENUE, LedgerEntry.debit == LedgerAccount.REVENUE))
        .group_by(year, month)
    )
    return {(int(year), int(month)): int(total) for year, month, total in rows}


def _places(since: date) -> dict[tuple[int, int], tuple[int, int]]:
    year, month = sa.extract("year", Issue.publishes_on), sa.extract("month", Issue.publishes_on)
    rows = db.session.execute(
        sa.select(
            year,
            month,
            sa.func.sum(sa.case((sold(), 1), else_=0)),
            sa.func.sum(sa.case((sa.or_(Slot.on_sale, sold()), 1), else_=0)),
        )
        .select_from(Slot)
        .join(Issue, Issue.id == Slot.issue_id)
        .where(Issue.publishes_on >= since)
        .group_by(year, month)
    )
    return {(int(year), int(month)): (int(taken), int(offered)) for year, month, taken, offered in rows}
