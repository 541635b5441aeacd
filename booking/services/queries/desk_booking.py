"""One booking as the pages of the desk name it before they change it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from booking.db import db
from booking.domain.errors import NotFound
from booking.domain.states import BookingState, IssueState, OrderPayment
from booking.models import Booking, Issue, Order, Placement, Slot
from booking.services.availability import occupied


@dataclass(frozen=True, slots=True)
class DeskBooking:
    """A booking with its place and its order."""

    id: int
    state: BookingState
    order: str
    company: str
    paid_by: OrderPayment
    slot_id: int
    placement_id: int
    placement: str
    issue: int
    publishes_on: date
    copy_due: datetime


def desk_booking(booking_id: int) -> DeskBooking:
    """Read one booking. Raises NotFound."""
    row = db.session.execute(
        sa.select(
            Booking.id,
            Booking.state,
            Order.public_id,
            Order.company,
            Order.paid_by,
            Slot.id,
            Placement.id,
            Placement.name,
            Issue.number,
            Issue.publishes_on,
            sa.func.coalesce(Booking.copy_due_at, Issue.copy_deadline, type_=Issue.copy_deadline.type),
        )
        .join(Order, Order.id == Booking.order_id)
        .join(Slot, Slot.id == Booking.slot_id)
        .join(Issue, Issue.id == Slot.issue_id)
        .join(Placement, Placement.id == Slot.placement_id)
        .where(Booking.id == booking_id)
    ).one_or_none()
    if row is None:
        raise NotFound("booking")
    return DeskBooking(*row)


def free_weeks(placement_id: int, now: datetime) -> list[tuple[int, date]]:
    """The issues in which the editor can still place something of this kind, as (number, date)."""
    rows = db.session.execute(
        sa.select(Issue.number, Issue.publishes_on)
        .join(Slot, Slot.issue_id == Issue.id)
        .where(Slot.placement_id == placement_id, sa.not_(Slot.locked), sa.not_(occupied(now)))
        .where(Issue.state == IssueState.OPEN)
        .group_by(Issue.id)
        .order_by(Issue.sends_at)
    )
    return [(number, day) for number, day in rows]
