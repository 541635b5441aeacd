"""An order as it was written, read whole in one statement: what it asks to be paid, for what, and until when it holds.

Plain rows: loading these as objects costs more than everything else that a buyer waits for.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from booking.db import read
from booking.domain import holds
from booking.domain.errors import HoldLapsed, NotFound
from booking.domain.states import BookingState, Fallback, PlacementKind
from booking.models import Booking, Issue, Order, Placement, Slot
from booking.prepared import Prepared


@dataclass(frozen=True, slots=True)
class AskedLine:
    """What is asked for one slot. Amounts in minor units."""

    price: int
    discount: int
    fallback: Fallback
    slot_id: int
    ordinal: int
    kind: PlacementKind
    placement: str
    issue: int
    publishes_on: date
    copy_deadline: datetime


@dataclass(frozen=True, slots=True)
class OrderedLine(AskedLine):
    """One booking of an order with its slot; `occupant` is the booking that has the slot."""

    booking_id: int
    state: BookingState
    occupant: int | None
    held_until: datetime | None
    hold_hard_until: datetime | None

    @property
    def lease(self) -> holds.Lease:
        """The lease of its slot, for a line that is held."""
        assert self.held_until is not None
        assert self.hold_hard_until is not None
        return holds.Lease(self.held_until, self.hold_hard_until)


@dataclass(frozen=True, slots=True)
class Asked:
    """All that an order says, whether it is written yet or not."""

    lines: tuple[AskedLine, ...]
    public_id: str
    company: str
    buyer_name: str
    buyer_email: str
    vat_number: str
    po_number: str
    currency: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Ordered(Asked):
    """An order that is written, with its lines in the order in which they were booked."""

    lines: tuple[OrderedLine, ...]
    id: int

    @property
    def is_held(self) -> bool:
        """Whether every one of its bookings is still held, and has its slot."""
        return all(line.state is BookingState.HELD and line.occupant == line.booking_id for line in self.lines)


HEAD = (
    Order.public_id,
    Order.company,
    Order.buyer_name,
    Order.buyer_email,
    Order.vat_number,
    Order.po_number,
    Order.currency,
    Order.created_at,
    Order.id,
)
LINE = (
    Booking.price,
    Booking.discount,
    Booking.fallback,
    Booking.slot_id,
    Slot.ordinal,
    Placement.kind,
    Placement.name,
    Issue.number,
    Issue.publishes_on,
    Issue.copy_deadline,
    Booking.id,
    Booking.state,
    Slot.booking_id,
    Slot.held_until,
    Slot.hold_hard_until,
)
WHOLE = Prepared(
    sa.select(*HEAD, *LINE)
    .join_from(Order, Booking, Booking.order_id == Order.id)
    .join(Slot, Slot.id == Booking.slot_id)
    .join(Issue, Issue.id == Slot.issue_id)
    .join(Placement, Placement.id == Slot.placement_id)
    .where(Order.public_id == sa.bindparam("public_id"))
    .order_by(Booking.id)
)
LOCK = Prepared(sa.select(Order.id).where(Order.public_id == sa.bindparam("public_id")).with_for_update())


def read_order(public_id: str) -> Ordered:
    """The order as it is now. Raises NotFound."""
    rows = read(WHOLE, {"public_id": public_id})
    if not rows:
        raise NotFound("order")
    lines = tuple(OrderedLine(*row[len(HEAD) :]) for row in rows)
    return Ordered(lines, *rows[0][: len(HEAD)])


def held_order(public_id: str) -> Ordered:
    """The order, locked until the act ends, with a hold that still stands in every booking.

    Raises NotFound or HoldLapsed.
    """
    # By itself, and first: PostgreSQL would read the bookings as they were before it waited for the lock.
    read(LOCK, {"public_id": public_id})
    order = read_order(public_id)
    if not order.is_held:
        raise HoldLapsed
    return order
