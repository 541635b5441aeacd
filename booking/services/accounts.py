"""Movements of the ledger. Each is one row between two accounts, and each cause moves money once per leg."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from booking.db import db, run
from booking.domain.money import Money
from booking.domain.states import LedgerAccount
from booking.models import LedgerEntry
from booking.prepared import Prepared


@dataclass(frozen=True, slots=True)
class Cause:
    """What moves money, and when: ``kind`` and ``id`` name the row, ``order_id`` the order it is counted under."""

    kind: str
    id: str
    order_id: int | None
    at: datetime


NEW_ENTRY = Prepared(sa.insert(LedgerEntry))


def move_money(cause: Cause, leg: str, debit: LedgerAccount, credit: LedgerAccount, money: Money) -> None:
    """Write one movement; nothing for an amount of 0. A leg that is written already fails on its unique key.

    A negative amount moves the other way round.
    """
    if not money:
        return
    if money.amount < 0:
        debit, credit, money = credit, debit, -money
    entry = {
        "at": cause.at,
        "source_kind": cause.kind,
        "source_id": cause.id,
        "leg": leg,
        "debit": debit,
        "credit": credit,
        "amount": money.amount,
        "currency": money.currency,
        "order_id": cause.order_id,
    }
    db.session.flush()
    run(NEW_ENTRY, entry)


def balance(account: LedgerAccount, cause_kind: str = "", cause_id: str = "") -> dict[str, int]:
    """Debits less credits of an account by currency, minor units; of one cause alone when it is named."""
    signed = sa.case((LedgerEntry.debit == account, LedgerEntry.amount), else_=-LedgerEntry.amount)
    query = (
        sa.select(LedgerEntry.currency, sa.func.sum(signed))
        .where(sa.or_(LedgerEntry.debit == account, LedgerEntry.credit == account))
        .group_by(LedgerEntry.currency)
    )
    if cause_kind:
        query = query.where(LedgerEntry.source_kind == cause_kind, LedgerEntry.source_id == cause_id)
    return {currency: int(total) for currency, total in db.session.execute(query)}
