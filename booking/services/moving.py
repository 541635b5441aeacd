"""Moving a booking to another open week. The booking keeps its payment: a move never charges and never refunds.

A buyer moves to a week at the same price or less, and only while the place they leave can still be sold. The editor
moves to any free place at any price, because the editor decides what a week is worth.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from booking.db import db, transaction
from booking.domain import cancellation
from booking.domain.cancellation import Cancellable
from booking.domain.desk_refusals import DearerWeek, SameIssue, TooLateToMove
from booking.domain.errors import IssueFrozen, SlotClosed, SlotTaken, UnknownSlot, WrongState
from booking.domain.money import Money
from booking.domain.states import Actor, BookingState, IssueState, Machine
from booking.models import Booking, Issue, Slot
from booking.services import audit, letters, places
from booking.services.availability import free
from booking.services.booking_steps import By, lock_order_of, step, with_place
from booking.services.lapsing import close_sessions, lapse_overtaken
from booking.services.line_money import money_of, terms
from booking.services.outbox import post


@dataclass(frozen=True, slots=True)
class OpenWeek:
    """An issue with a free place for the booking. `price` is what a new buyer would pay there."""

    issue: int
    publishes_on: date
    copy_deadline: datetime
    price: Money


@dataclass(frozen=True, slots=True)
class MoveOffer:
    """Where a booking can go. `most_refund` (percent) is what cancelling gives back at most once it was moved."""

    booking_id: int
    order: str
    company: str
    placement: str
    issue: int
    publishes_on: date
    price: Money
    paid: Money
    most_refund: int
    weeks: tuple[OpenWeek, ...]


def move_offer(booking_id: int, by: By) -> MoveOffer:
    """The weeks that this booking can move to, soonest first. Raises what `move` does."""
    booking = _movable(booking_id, by)
    issue, price = booking.slot.issue, Money(booking.price, booking.order.currency)
    return MoveOffer(
        booking_id=booking.id,
        order=booking.order.public_id,
        company=booking.order.company,
        placement=booking.slot.placement.name,
        issue=issue.number,
        publishes_on=issue.publishes_on,
        price=price,
        paid=money_of(booking).paid,
        most_refund=most_refund(booking, by),
        weeks=_open_weeks(booking, by),
    )


def move(booking_id: int, to: int, by: By, reason: str = "") -> None:
    """Move a booking to the issue of number `to`; its buyer is told.

    Raises NotFound, WrongState for what was cancelled or ran, IssueFrozen, SameIssue, UnknownSlot, SlotTaken,
    SlotClosed; of an advertiser also TooLateToMove and DearerWeek.
    """
    close_sessions(_move(booking_id, to, by, reason))


@transaction
def _move(booking_id: int, to: int, by: By, reason: str) -> list[str]:
    lock_order_of(booking_id)
    booking = _movable(booking_id, by)
    before = booking.slot.issue.number
    if to == before:
        raise SameIssue(to)
    kept = most_refund(booking, by)
    why = f"Moved from issue {before} to issue {to}." + (f" {reason}" if reason else "")
    stale = relocate(booking, to, by, why)
    booking.most_refund = kept if kept < 100 else None
    post(letters.moved(booking, before), f"moved:{booking.id}:{booking.version}", by.now)
    if by.actor is Actor.EDITOR:
        order = booking.order
        sentence = f"Moved {order.company}’s {booking.slot.placement.name} from issue {before} to issue {to}."
        audit.record(Actor.EDITOR, by.user_id, "booking.move", f"order {order.public_id}", sentence, by.now)
    return stale


def relocate(booking: Booking, to: int, by: By, reason: str) -> list[str]:
    """Put a confirmed booking into a free slot of issue `to` and write the step; returns sessions to close.

    Runs inside an act. Raises as `move` does; nothing is lost then, because the act rolls back.
    """
    targets = db.session.scalars(
        sa.select(Slot)
        .join(Issue, Issue.id == Slot.issue_id)
        .where(Issue.number == to, Slot.placement_id == booking.slot.placement_id)
        .order_by(Slot.ordinal)
    ).all()
    if not targets:
        raise UnknownSlot
    _leave(booking)
    taken = next((slot for slot in targets if _take(booking, slot.id, by)), None)
    if taken is None:
        raise _why_not(booking, targets[0], by)
    booking.slot_id = taken.id
    booking.copy_due_at = booking.position = None
    db.session.flush()
    db.session.refresh(booking, ["slot"])
    stale = lapse_overtaken(taken.id, booking.id, by.now)
    step(booking, BookingState.CONFIRMED, by, reason)
    return stale


def most_refund(booking: Booking, by: By) -> int:
    """The percentage that cancelling gives back at most once this buyer has moved; the editor's moves cost nobody."""
    before = 100 if booking.most_refund is None else booking.most_refund
    if by.actor is Actor.EDITOR:
        return before
    issue = booking.slot.issue
    line = Cancellable(issue.number, Money.zero(booking.order.currency), issue.sends_at, most=before)
    return cancellation.outcome(line, terms(), by.now).percent


def _movable(booking_id: int, by: By) -> Booking:
    booking = with_place(booking_id)
    if booking.state is not BookingState.CONFIRMED:
        raise WrongState(Machine.BOOKING, booking.state, BookingState.CONFIRMED)
    issue = booking.slot.issue
    if issue.state is IssueState.FROZEN:
        raise IssueFrozen(issue.number)
    if by.actor is Actor.ADVERTISER and booking.slot.sales_close_at <= by.now:
        raise TooLateToMove(issue.number)
    return booking


def _may_enter(booking: Booking, by: By) -> sa.ColumnElement[bool]:
    if by.actor is Actor.ADVERTISER:
        return sa.and_(free(by.now), Slot.sales_close_at > by.now, Slot.price <= booking.price)
    return free(by.now)


def _leave(booking: Booking) -> None:
    """Give up the slot of now. The row count decides whether its issue froze meanwhile; one that was sent is over."""
    over = booking.slot.issue.state is IssueState.SENT
    mine = sa.update(Slot).where(Slot.booking_id == booking.id, sa.true() if over else sa.not_(Slot.locked))
    if not places.changed(mine.values(booking_id=None, held_until=None, hold_hard_until=None)):
        raise IssueFrozen(booking.slot.issue.number)


def _take(booking: Booking, slot_id: int, by: By) -> bool:
    return places.changed(
        sa.update(Slot)
        .where(Slot.id == slot_id, _may_enter(booking, by))
        .values(booking_id=booking.id, held_until=None, hold_hard_until=None)
    )


def _why_not(booking: Booking, slot: Slot, by: By) -> Exception:
    issue, placement = slot.issue, slot.placement.name
    if slot.locked:
        return IssueFrozen(issue.number)
    if by.actor is Actor.ADVERTISER and slot.sales_close_at <= by.now:
        return SlotClosed(placement, issue.number)
    if by.actor is Actor.ADVERTISER and slot.price > booking.price:
        return DearerWeek(issue.number)
    return SlotTaken(placement, issue.number)


def _open_weeks(booking: Booking, by: By) -> tuple[OpenWeek, ...]:
    own = booking.slot
    rows = db.session.execute(
        sa.select(Issue.number, Issue.publishes_on, Issue.copy_deadline, sa.func.min(Slot.price))
        .join(Slot, Slot.issue_id == Issue.id)
        .where(Slot.placement_id == own.placement_id, Issue.id != own.issue_id, Issue.sends_at > by.now)
        .where(_may_enter(booking, by), Issue.state != IssueState.DRAFT)
        .group_by(Issue.id)
        .order_by(Issue.sends_at)
    )
    currency = own.currency
    return tuple(OpenWeek(number, day, due, Money(price, currency)) for number, day, due, price in rows)
