"""Giving paid bookings their slots: their own, on time or late, a sibling for a job, or nothing and the money back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from booking.db import db
from booking.domain.money import Money
from booking.domain.states import Actor, BookingState, LedgerAccount, PaymentDisposition
from booking.models import Booking, Order, Slot
from booking.services import places
from booking.services.accounts import Cause, move_money
from booking.services.booking_steps import By, step
from booking.services.lapsing import lapse_overtaken


@dataclass(frozen=True, slots=True)
class PlacedLine:
    """What became of one booking. ``owed`` is what goes back of it, minor units, and ``why`` the sentence for that."""

    booking: Booking
    confirmed: bool
    late: bool
    owed: int = 0
    why: str = ""


@dataclass(frozen=True, slots=True)
class Placed:
    """What became of an order."""

    lines: tuple[PlacedLine, ...]

    @property
    def disposition(self) -> PaymentDisposition:
        """How the payment is filed."""
        if not any(line.confirmed for line in self.lines):
            return PaymentDisposition.UNPLACED
        late = any(line.late or not line.confirmed for line in self.lines)
        return PaymentDisposition.LATE_APPLIED if late else PaymentDisposition.APPLIED


def place_all(order: Order, paid: int, now: datetime) -> Placed:
    """Give every booking of a paid order its slot, as far as it can be had; ``paid`` in minor units.

    Each line carries its share of what was paid, so that a promotion code is shared too and every cent has a line.
    """
    bookings = sorted(order.bookings, key=lambda booking: booking.slot_id)
    nets = [booking.price - booking.discount for booking in bookings]
    shares = Money(paid, order.currency).split(nets) if any(nets) else [Money(0, order.currency) for _ in nets]
    return Placed(tuple(_place(booking, share, now) for booking, share in zip(bookings, shares, strict=True)))


def _place(booking: Booking, share: Money, now: datetime) -> PlacedLine:
    # The slot first: whoever has its row decides, and only then the booking's state can be believed.
    own = places.keep(booking.id)
    db.session.refresh(booking, ["state", "version", "slot_id"])
    late = booking.state is BookingState.LAPSED
    if booking.state not in (BookingState.HELD, BookingState.LAPSED):
        return PlacedLine(booking, confirmed=False, late=True, owed=share.amount, why="This booking was cancelled.")
    if own or places.take(booking.id, booking.slot_id, now):
        return _confirm(booking, share, now, late=late, less=0)
    for slot_id in places.siblings(booking.slot_id, booking.price, now):
        if places.take(booking.id, slot_id, now):
            less = _move_to_sibling(booking, slot_id, share)
            return _confirm(booking, share, now, late=True, less=less)
    return _unplace(booking, share, now)


def _move_to_sibling(booking: Booking, slot_id: int, share: Money) -> int:
    """Put the booking into a sibling slot; returns the difference in price that is owed back, minor units."""
    booking.slot_id = slot_id
    db.session.flush()
    db.session.expire(booking, ["slot"])
    price = db.session.get_one(Slot, slot_id).price
    if price >= booking.price:
        return 0
    return share.split([price, booking.price - price])[1].amount


def _confirm(booking: Booking, share: Money, now: datetime, *, late: bool, less: int) -> PlacedLine:
    lapse_overtaken(booking.slot_id, booking.id, now)
    reason = "The payment arrived late and the slot was still to be had." if late else "Paid."
    step(booking, BookingState.CONFIRMED, By(Actor.STRIPE, now), reason)
    cause = Cause("booking", str(booking.id), booking.order_id, now)
    move_money(cause, "sale", LedgerAccount.RECEIVABLE, LedgerAccount.REVENUE, share)
    return PlacedLine(booking, confirmed=True, late=late, owed=less, why="The job slot we found costs less.")


def _unplace(booking: Booking, share: Money, now: datetime) -> PlacedLine:
    by = By(Actor.STRIPE, now)
    slot = booking.slot
    cause = "was closed" if slot.locked else "had gone to someone else"
    why = f"{slot.placement.name}, issue {slot.issue.number}, {cause} before the payment arrived."
    if booking.state is BookingState.HELD:
        places.release(booking.id)
        step(booking, BookingState.LAPSED, by, "The hold was over.")
    step(booking, BookingState.UNPLACED, by, why)
    return PlacedLine(booking, confirmed=False, late=True, owed=share.amount, why=why)
