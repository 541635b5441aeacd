"""Giving paid bookings their slots: their own, on time or late, a sibling for a job, or nothing and the money back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa

from booking.db import read, run
from booking.domain.money import Money
from booking.domain.states import Actor, BookingState, LedgerAccount, PaymentDisposition
from booking.models import Booking, Slot
from booking.prepared import Prepared
from booking.services import places
from booking.services.accounts import Cause, move_money
from booking.services.awaited import Awaited, AwaitedLine
from booking.services.booking_steps import By, move_booking
from booking.services.lapsing import lapse_overtaken

PAYABLE = (BookingState.HELD, BookingState.LAPSED)
NOW_AT = Prepared(sa.select(Booking.state, Booking.version).where(Booking.id == sa.bindparam("booking")))
SLOT = Prepared(sa.select(Slot.price, Slot.locked).where(Slot.id == sa.bindparam("slot")))
MOVE = Prepared(sa.update(Booking).where(Booking.id == sa.bindparam("booking")).values(slot_id=sa.bindparam("to")))


@dataclass(frozen=True, slots=True)
class PlacedLine:
    """What became of one booking. ``owed`` is what goes back of it, minor units, and ``why`` the sentence for that."""

    line: AwaitedLine
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


def place_all(attempt: Awaited, paid: int, now: datetime) -> Placed:
    """Give every booking of a paid order its slot, as far as it can be had; ``paid`` in minor units.

    Each line carries its share of what was paid, so that a promotion code is shared too and every cent has a line.
    """
    nets = [line.net for line in attempt.lines]
    shares = Money(paid, attempt.currency).split(nets) if any(nets) else [Money(0, attempt.currency) for _ in nets]
    return Placed(
        tuple(
            _place(line, share, Cause("booking", str(line.booking_id), attempt.order_id, now))
            for line, share in zip(attempt.lines, shares, strict=True)
        )
    )


def _place(line: AwaitedLine, share: Money, cause: Cause) -> PlacedLine:
    # The slot first: whoever has its row decides, and only then the booking's state can be believed.
    if places.keep(line.booking_id):
        # Nobody has come between, because whoever takes a booking's hold away takes its slot first.
        return _confirm(line, share, cause, late=line.state is BookingState.LAPSED)
    ((state, version),) = read(NOW_AT, {"booking": line.booking_id})
    line = replace(line, state=state, version=version)
    if line.state not in PAYABLE:
        why = "This booking was cancelled."
        return PlacedLine(line, confirmed=False, late=True, owed=share.amount, why=why)
    if places.take(line.booking_id, line.slot_id, cause.at):
        return _take_over(line, share, cause, late=line.state is BookingState.LAPSED)
    for slot_id in places.siblings(line.slot_id, line.price, cause.at):
        if places.take(line.booking_id, slot_id, cause.at):
            less = _move_to_sibling(line, slot_id, share)
            return replace(_take_over(replace(line, slot_id=slot_id), share, cause, late=True), owed=less)
    return _unplace(line, share, cause)


def _move_to_sibling(line: AwaitedLine, slot_id: int, share: Money) -> int:
    """Put the booking into a sibling slot; returns the difference in price that is owed back, minor units."""
    run(MOVE, {"booking": line.booking_id, "to": slot_id})
    ((price, _),) = read(SLOT, {"slot": slot_id})
    if price >= line.price:
        return 0
    return share.split([price, line.price - price])[1].amount


def _take_over(line: AwaitedLine, share: Money, cause: Cause, *, late: bool) -> PlacedLine:
    """Confirm a booking in a slot that another booking may have overstayed on."""
    lapse_overtaken(line.slot_id, line.booking_id, cause.at)
    return _confirm(line, share, cause, late=late)


def _confirm(line: AwaitedLine, share: Money, cause: Cause, *, late: bool) -> PlacedLine:
    reason = "The payment arrived late and the slot was still to be had." if late else "Paid."
    _step(line, BookingState.CONFIRMED, cause.at, reason)
    move_money(cause, "sale", LedgerAccount.RECEIVABLE, LedgerAccount.REVENUE, share)
    return PlacedLine(line, confirmed=True, late=late, why="The job slot we found costs less.")


def _unplace(line: AwaitedLine, share: Money, cause: Cause) -> PlacedLine:
    ((_, locked),) = read(SLOT, {"slot": line.slot_id})
    what = "was closed" if locked else "had gone to someone else"
    why = f"{line.week.placement}, issue {line.week.issue}, {what} before the payment arrived."
    if line.state is BookingState.HELD:
        _step(line, BookingState.LAPSED, cause.at, "The hold was over.")
        line = replace(line, state=BookingState.LAPSED, version=line.version + 1)
    _step(line, BookingState.UNPLACED, cause.at, why)
    return PlacedLine(line, confirmed=False, late=True, owed=share.amount, why=why)


def _step(line: AwaitedLine, to: BookingState, now: datetime, reason: str) -> None:
    move_booking(line.booking_id, (line.state, line.version), to, By(Actor.STRIPE, now), reason)
