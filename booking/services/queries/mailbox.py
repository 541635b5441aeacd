"""What development shows instead of sending and asking: the mail that was written, and who may be signed in as."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from booking.db import db
from booking.domain.states import OutboxKind, OutboxState, PlacementKind, Role
from booking.models import Advertiser, Booking, Membership, Order, OutboxMessage, Placement, Slot, User


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail as it was written."""

    id: int
    to: str
    subject: str
    body: str
    state: OutboxState
    written: datetime
    last_error: str


def letters(limit: int = 100) -> list[Letter]:
    """The newest mails first."""
    own = sa.select(OutboxMessage).where(OutboxMessage.kind == OutboxKind.MAIL).order_by(OutboxMessage.id.desc())
    return [_letter(row) for row in db.session.scalars(own.limit(limit))]


def letter(message_id: int) -> Letter | None:
    """One mail, None when there is none with this id."""
    row = db.session.get(OutboxMessage, message_id)
    return _letter(row) if row is not None and row.kind is OutboxKind.MAIL else None


def _letter(row: OutboxMessage) -> Letter:
    return Letter(row.id, row.recipient, row.subject, row.body, row.state, row.created_at, row.last_error)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody to sign in as."""

    id: int
    email: str
    what: str


def people(limit: int = 50) -> list[Person]:
    """Everybody who can be signed in as, the editors first, with the company that they act for."""
    rows = db.session.execute(
        sa.select(User.id, User.email, User.role, sa.func.min(Advertiser.name).label("company"))
        .outerjoin(Membership, Membership.user_id == User.id)
        .outerjoin(Advertiser, Advertiser.id == Membership.advertiser_id)
        .where(User.erased_at.is_(None))
        .group_by(User.id, User.email, User.role)
        .order_by(User.role.desc(), User.id)
        .limit(limit)
    )
    return [Person(row.id, row.email, "Editor" if row.role is Role.EDITOR else row.company or "") for row in rows]


def three_people() -> list[Person]:
    """The first sponsor, recruiter and editor, as far as there are any: the three whom the pages are made for."""
    found = [
        _first(kind, what) for kind, what in ((PlacementKind.SPONSOR, "Sponsor"), (PlacementKind.JOB, "Recruiter"))
    ]
    editor = sa.select(User.id, User.email).where(User.role == Role.EDITOR, User.erased_at.is_(None))
    row = db.session.execute(editor.order_by(User.id).limit(1)).one_or_none()
    return [person for person in found if person] + ([Person(row.id, row.email, "Editor")] if row else [])


def _first(kind: PlacementKind, what: str) -> Person | None:
    row = db.session.execute(
        sa.select(User.id, User.email)
        .join(Order, Order.user_id == User.id)
        .join(Booking, Booking.order_id == Order.id)
        .join(Slot, Slot.id == Booking.slot_id)
        .join(Placement, Placement.id == Slot.placement_id)
        .where(Placement.kind == kind, User.erased_at.is_(None))
        .order_by(Booking.id)
        .limit(1)
    ).one_or_none()
    return Person(row.id, row.email, what) if row else None
