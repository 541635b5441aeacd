"""What stands in a database before it is measured: issues past and to come, and what years of business leave behind.

Written in a few statements that both databases know, because making 100,000 holds by buying them would take an hour.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

import sqlalchemy as sa

from booking import create_app
from booking.db import db
from booking.models import Advertiser, Issue, Membership, Placement, Slot, User
from booking.models.base import UtcDateTime
from booking.services.starting import Start, start_newsletter
from config import Test
from tests.bench import floor

FIRST_NUMBER = 10_000
"""Of the coming issues; those of the past have the numbers below."""

PRICE = 50_000
PLACES = {"sponsor": 1, "event": 1, "job": 5}
ADVERTISERS = 500
NAMED = 40
"""Of the advertisers: those that agreed to stand on the storefront."""


@contextmanager
def filling(url: str) -> Iterator[sa.Connection]:
    """A connection that is committed at the end, within an app on this database."""
    app = create_app(Test(SQLALCHEMY_DATABASE_URI=url))
    with app.app_context():
        with db.engine.begin() as connection:
            yield connection
        with db.engine.begin() as connection:
            # What a database does by itself in the first minutes after so many rows.
            connection.exec_driver_sql("ANALYZE")
        db.session.remove()
        db.engine.dispose()


def newsletter(url: str, coming: int, past: int = 0) -> None:
    """A newsletter with so many issues to come, all open and free, and so many that were sent."""
    # The last issue was sent yesterday, and the next can still be booked.
    first = datetime.now(UTC).date() + timedelta(days=6)
    app = create_app(Test(SQLALCHEMY_DATABASE_URI=url))
    with app.app_context():
        start_newsletter(Start("The Quiet Pager", first, FIRST_NUMBER, first.weekday()))
        db.engine.dispose()
    with filling(url) as connection:
        connection.execute(sa.insert(Issue), [_issue(first, number) for number in range(-past, coming)])
        placements = {row.kind: row.id for row in connection.execute(sa.select(Placement.kind, Placement.id))}
        ids = connection.execute(sa.select(Issue.id, Issue.booking_deadline)).tuples()
        connection.execute(sa.insert(Slot), [slot for found in ids for slot in _slots(*found, placements)])
        connection.execute(sa.insert(floor.Place), [{"buyer": None} for _ in range(3 * coming)])


def _issue(first: date, number: int) -> dict[str, Any]:
    # Sent on every day: 5,000 weeks would begin before newsletters.
    day = first + (timedelta(weeks=number) if number >= 0 else timedelta(days=number - 6))
    sends_at = datetime.combine(day, time(10), UTC)
    sent_at = sends_at if number < 0 else None
    return {
        "number": FIRST_NUMBER + number,
        "publishes_on": day,
        "rule_date": day,
        "sends_at": sends_at,
        "booking_deadline": sends_at - timedelta(days=4),
        "copy_deadline": sends_at - timedelta(days=3),
        "state": "sent" if sent_at else "open",
        "frozen_at": sent_at,
        "sent_at": sent_at,
    }


def _slots(issue_id: int, deadline: datetime, placements: dict[Any, int]) -> Iterator[dict[str, Any]]:
    for kind, places in PLACES.items():
        for ordinal in range(1, places + 1):
            yield {
                "issue_id": issue_id,
                "placement_id": placements[kind],
                "ordinal": ordinal,
                "price": PRICE,
                "currency": "USD",
                "locked": deadline < datetime.now(UTC),
                "sales_close_at": deadline,
            }


def advertisers(connection: sa.Connection, now: datetime) -> None:
    """Those who have bought before."""
    numbers = range(1, ADVERTISERS + 1)
    users = [{"email": f"old-{n}@example.com", "role": "advertiser", "created_at": now} for n in numbers]
    firms = [{"name": f"Old firm {n}", "created_at": now, "may_be_named": n <= NAMED} for n in numbers]
    connection.execute(sa.insert(User), users)
    connection.execute(sa.insert(Advertiser), firms)
    connection.execute(sa.insert(Membership), [{"user_id": n, "advertiser_id": n} for n in numbers])


ORDERS = """
INSERT INTO "order" (public_id, request_key, advertiser_id, user_id, paid_by, company, buyer_name, buyer_email,
  vat_number, po_number, currency, subtotal, discount, tax, reason, created_at)
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count)
SELECT 'OLD' || i, 'old-' || i, 1 + i % :advertisers, 1 + i % :advertisers, 'card', 'Old firm', 'Press desk',
  'old@example.com', '', '', 'USD', :price, 0, 0, '', :at FROM n"""

BOOKINGS = """
INSERT INTO booking (order_id, slot_id, state, version, price, discount, fallback, created_at)
SELECT o.id, s.id, :state, :version, :price, 0, 'credit', :at
FROM (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM "order") o
JOIN (SELECT slot.id, row_number() OVER (ORDER BY slot.id) - 1 AS place FROM slot
  JOIN placement ON placement.id = slot.placement_id WHERE placement.kind = 'sponsor' AND slot.locked = :past) s
  ON s.place = o.place % :places"""

EVENTS = """
INSERT INTO booking_event (booking_id, seq, from_state, to_state, actor, reason, at)
SELECT id, :seq, :old, :new, 'system', '', :at FROM booking"""


def past_holds(url: str, count: int) -> None:
    """So many holds that ran out, all of them of the sponsor slots that are for sale now."""
    _business(url, count, ["none", "held", "lapsed"], past=False)


def past_sales(url: str, count: int) -> None:
    """The sponsor slot of each of so many sent issues was sold, and ran."""
    _business(url, count, ["none", "held", "confirmed", "ran"], past=True)
    with filling(url) as connection:
        connection.execute(
            sa.text("UPDATE slot SET booking_id = (SELECT b.id FROM booking b WHERE b.slot_id = slot.id) WHERE locked")
        )


def _business(url: str, count: int, states: list[str], *, past: bool) -> None:
    at = datetime.now(UTC) - timedelta(days=90)
    values = {"count": count, "advertisers": ADVERTISERS, "price": PRICE, "at": at, "past": past}
    values |= {"state": states[-1], "version": len(states) - 1}
    with filling(url) as connection:
        advertisers(connection, at)
        sponsor = sa.select(sa.func.count()).where(Slot.placement_id == Placement.id, Slot.locked == past)
        values["places"] = connection.execute(sponsor.where(Placement.kind == "sponsor")).scalar_one()
        for statement in (ORDERS, BOOKINGS):
            _run(connection, statement, values)
        for seq, (old, new) in enumerate(pairwise(states), 1):
            _run(connection, EVENTS, {"seq": seq, "old": old, "new": new, "at": at})


def _run(connection: sa.Connection, statement: str, values: dict[str, Any]) -> None:
    named = {name: value for name, value in values.items() if f":{name}" in statement}
    types: dict[str, Any] = {"at": UtcDateTime(), "past": sa.Boolean()}
    binds: list[sa.BindParameter[Any]] = [
        sa.bindparam(name, value, type_=types.get(name)) for name, value in named.items()
    ]
    connection.execute(sa.text(statement).bindparams(*binds))
