"""What must be true of any database at any time, as SQL: the eight invariants, each with a sentence for a breach.

I4 and I5 speak of Stripe. Their half that the database can answer is here; ``reconciling`` compares with Stripe itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from booking.db import db
from booking.models.base import UtcDateTime

UNSENT_LIMIT = timedelta(days=3)
"""A mail that is neither sent nor given up after this long: tries end after a day and a half."""

# Each selects what is wrong; the sentence is filled from the columns of the row.
INVARIANTS: Mapping[str, tuple[str, str]] = {
    "I1": (
        "Booking {id} is confirmed, but its slot {slot_id} is not sold to it.",
        """SELECT b.id, b.slot_id FROM booking b JOIN slot s ON s.id = b.slot_id
           WHERE b.state IN ('confirmed', 'ran')
             AND (s.booking_id IS NULL OR s.booking_id <> b.id OR s.held_until IS NOT NULL)""",
    ),
    "I2": (
        "Slot {id} is sold and has {bookings} confirmed bookings instead of one.",
        """SELECT s.id, COUNT(b.id) AS bookings FROM slot s
           LEFT JOIN booking b ON b.slot_id = s.id AND b.state IN ('confirmed', 'ran')
           WHERE s.booking_id IS NOT NULL AND s.held_until IS NULL GROUP BY s.id HAVING COUNT(b.id) <> 1""",
    ),
    "I3": (
        "Payment {id} of {amount} has refunds of {refunds} and has set aside {refund_reserved}.",
        """SELECT p.id, p.amount, p.refund_reserved, COALESCE(SUM(r.amount), 0) AS refunds FROM payment p
           LEFT JOIN refund r ON r.payment_id = p.id AND r.state <> 'failed'
           GROUP BY p.id, p.amount, p.refund_reserved
           HAVING COALESCE(SUM(r.amount), 0) > p.amount OR COALESCE(SUM(r.amount), 0) <> p.refund_reserved""",
    ),
    "I4": (
        "Payment {id} ({disposition}), or a part of it, is neither applied nor on its way back, and no task says so.",
        # What an order was paid and did not earn stands as receivable until its refund is asked for.
        """SELECT p.id, p.disposition FROM payment p
           WHERE (CASE WHEN p.disposition IN ('applied', 'late_applied')
                  THEN (SELECT COALESCE(SUM(CASE WHEN l.credit = 'receivable' THEN l.amount ELSE -l.amount END), 0)
                        FROM ledger l
                        WHERE l.order_id = p.order_id AND (l.credit = 'receivable' OR l.debit = 'receivable'))
                  ELSE p.amount - p.refund_reserved END) <> 0
             AND NOT EXISTS (SELECT 1 FROM refund r JOIN task t ON t.dedupe_key = 'refund-failed:' || r.id
                             WHERE r.payment_id = p.id)""",
    ),
    "I5": (
        "The ledger has {booked} at Stripe for payment {id} and its refunds, but they come to {expected}.",
        """SELECT * FROM (
             SELECT p.id, p.amount - (SELECT COALESCE(SUM(r.amount), 0) FROM refund r
                                      WHERE r.payment_id = p.id AND r.stripe_refund_id IS NOT NULL
                                        AND r.state <> 'failed') AS expected,
                    (SELECT COALESCE(SUM(CASE WHEN l.debit = 'stripe' THEN l.amount ELSE -l.amount END), 0)
                     FROM ledger l WHERE (l.debit = 'stripe' OR l.credit = 'stripe')
                       AND ((l.source_kind = 'payment' AND l.source_id = CAST(p.id AS VARCHAR(64)))
                         OR (l.source_kind = 'refund' AND l.source_id IN
                              (SELECT r.id FROM refund r WHERE r.payment_id = p.id)))) AS booked
             FROM payment p) AS sums WHERE expected <> booked""",
    ),
    "I6": (
        "Booking {id} is at version {version} and state {state}, but its events say otherwise.",
        """SELECT b.id, b.version, b.state FROM booking b
           WHERE b.version <> (SELECT COUNT(*) FROM booking_event e WHERE e.booking_id = b.id)
              OR NOT EXISTS (SELECT 1 FROM booking_event e
                             WHERE e.booking_id = b.id AND e.seq = b.version AND e.to_state = b.state)""",
    ),
    "I7": (
        "Item {id} of issue {issue_id} carries a revision that nobody approved.",
        """SELECT i.id, i.issue_id FROM issue_item i
           WHERE i.revision_id IS NOT NULL AND NOT EXISTS
                 (SELECT 1 FROM creative_review r WHERE r.revision_id = i.revision_id AND r.decision = 'approved')""",
    ),
    "I8": (
        "Mail {id} has waited since {created_at} and is neither sent nor given up.",
        "SELECT o.id, o.created_at FROM outbox o WHERE o.state = 'waiting' AND o.created_at < :unsent_before",
    ),
}


def breaches(session: Session, now: datetime) -> list[str]:
    """One sentence for each breach, none when all eight hold at `now`."""
    found = [
        f"{name}: {sentence.format(**row)}"
        for name, (sentence, query) in INVARIANTS.items()
        for row in session.execute(_statement(query), _parameters(query, now)).mappings()
    ]
    session.rollback()
    return found


def check(now: datetime) -> list[str]:
    """`breaches` of the app's own database."""
    return breaches(db.session(), now)


def _statement(query: str) -> sa.TextClause:
    statement = sa.text(query)
    if "unsent_before" in query:
        statement = statement.bindparams(sa.bindparam("unsent_before", type_=UtcDateTime))
    return statement


def _parameters(query: str, now: datetime) -> dict[str, Any]:
    return {"unsent_before": now - UNSENT_LIMIT} if "unsent_before" in query else {}
