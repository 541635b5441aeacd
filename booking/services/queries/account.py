"""What a user sees of themselves: where they are signed in, and everything that is stored about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any

import sqlalchemy as sa

from booking.db import db
from booking.domain.states import BookingState
from booking.models import (
    Advertiser,
    AuditEntry,
    Booking,
    BookingEvent,
    Creative,
    CreativeRevision,
    Issue,
    LoginSession,
    Membership,
    Order,
    OutboxMessage,
    Payment,
    Refund,
    Slot,
    User,
)


@dataclass(frozen=True, slots=True)
class Browser:
    """One browser that is signed in."""

    id: int
    name: str
    since: datetime
    last_seen: datetime
    this_one: bool


BROWSERS = (("Edg", "Edge"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)


def browser_name(user_agent: str) -> str:
    """Return "Firefox on Linux" for what a browser says of itself, "A browser" when it says nothing known."""
    browser = next((name for sign, name in BROWSERS if sign in user_agent), "A browser")
    system = next((name for sign, name in SYSTEMS if sign in user_agent), "")
    return f"{browser} on {system}" if system else browser


def browsers_of(user_id: int, this_session: int, seen_after: datetime) -> list[Browser]:
    """The browsers in which this user is signed in, the one last seen first."""
    rows = db.session.scalars(
        sa.select(LoginSession)
        .where(
            LoginSession.user_id == user_id,
            LoginSession.revoked_at.is_(None),
            LoginSession.last_seen_at > seen_after,
        )
        .order_by(LoginSession.last_seen_at.desc(), LoginSession.id.desc())
    )
    return [
        Browser(row.id, browser_name(row.user_agent), row.created_at, row.last_seen_at, row.id == this_session)
        for row in rows
    ]


def weeks_to_come(user_id: int) -> int:
    """How many weeks this user has booked or holds that have not run."""
    waiting = (BookingState.HELD, BookingState.CONFIRMED, BookingState.UNPLACED)
    return (
        db.session.scalar(
            sa.select(sa.func.count())
            .select_from(Booking)
            .join(Order, Order.id == Booking.order_id)
            .where(Order.user_id == user_id, Booking.state.in_(waiting))
        )
        or 0
    )


def everything_about(user_id: int) -> dict[str, Any]:
    """All that is stored about this user, as values for JSON, grouped as in the database.

    Without the hashes of tokens, which open doors, and without the editor's notes, which are not about the person.
    """
    email = sa.select(User.email).where(User.id == user_id).scalar_subquery()
    return {
        "user": _rows(sa.select(User.__table__).where(User.id == user_id)),
        **_bought(user_id),
        **_written(user_id),
        "letters": _rows(
            sa.select(OutboxMessage.subject, OutboxMessage.body, OutboxMessage.created_at, OutboxMessage.sent_at).where(
                OutboxMessage.recipient == email, sa.not_(OutboxMessage.secret)
            )
        ),
        "signed_in": _rows(
            sa.select(
                LoginSession.user_agent, LoginSession.created_at, LoginSession.last_seen_at, LoginSession.revoked_at
            ).where(LoginSession.user_id == user_id)
        ),
        "log": _rows(sa.select(AuditEntry.at, AuditEntry.sentence).where(AuditEntry.actor_id == user_id)),
    }


def _bought(user_id: int) -> dict[str, Any]:
    orders = sa.select(Order.id).where(Order.user_id == user_id)
    bookings = sa.select(Booking.id).where(Booking.order_id.in_(orders))
    return {
        "orders": _rows(sa.select(Order.__table__).where(Order.user_id == user_id)),
        "bookings": _rows(
            sa.select(Booking.__table__, Issue.number.label("issue"), Issue.publishes_on)
            .join(Slot, Slot.id == Booking.slot_id)
            .join(Issue, Issue.id == Slot.issue_id)
            .where(Booking.order_id.in_(orders))
        ),
        "steps_of_bookings": _rows(sa.select(BookingEvent.__table__).where(BookingEvent.booking_id.in_(bookings))),
        "payments": _rows(
            sa.select(Payment.amount, Payment.currency, Payment.received_at, Payment.order_id).where(
                Payment.order_id.in_(orders)
            )
        ),
        "refunds": _rows(
            sa.select(Refund.amount, Refund.reason, Refund.state, Refund.requested_at, Refund.booking_id).where(
                Refund.booking_id.in_(bookings)
            )
        ),
    }


def _written(user_id: int) -> dict[str, Any]:
    own = sa.select(Membership.advertiser_id).where(Membership.user_id == user_id)
    return {
        "advertisers": _rows(
            sa.select(Advertiser.id, Advertiser.name, Advertiser.vat_number, Advertiser.may_be_named).where(
                Advertiser.id.in_(own)
            )
        ),
        "drafts": _rows(sa.select(Creative.id, Creative.draft).where(Creative.advertiser_id.in_(own))),
        "copy": _rows(
            sa.select(CreativeRevision.__table__)
            .join(Creative, Creative.id == CreativeRevision.creative_id)
            .where(Creative.advertiser_id.in_(own))
        ),
    }


def _rows(statement: sa.Select[*tuple[Any, ...]]) -> list[dict[str, Any]]:
    found: Sequence[sa.RowMapping] = db.session.execute(statement).mappings().all()
    return [{key: _plain(value) for key, value in row.items()} for row in found]


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, Enum):
        return value.value
    return value if value is None or isinstance(value, (bool, int, str, dict, list)) else str(value)
