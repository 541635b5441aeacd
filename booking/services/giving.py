"""The editor gives a place away: complimentary, with a reason, or as a make-good for one that went wrong.

Nobody pays, so the booking is confirmed from the start and the slot is taken by the one UPDATE that decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from booking.db import db, transaction
from booking.domain.copy_refusals import ReasonMissing
from booking.domain.errors import IssueFrozen, IssueSent, NotFound, SlotTaken, UnknownSlot
from booking.domain.states import Actor, BookingState, IssueState, OrderPayment
from booking.models import Booking, Creative, Issue, Order, Slot
from booking.services import audit, letters, places
from booking.services.availability import occupied
from booking.services.booking_steps import By, began
from booking.services.buyers import Buyer, advertiser_for, user_for
from booking.services.lapsing import close_sessions, lapse_overtaken
from booking.services.ordering import new_public_id
from booking.services.outbox import post
from booking.services.sharing import carry_over


@dataclass(frozen=True, slots=True)
class Gift:
    """A place for nothing. `request_key` is the form's: two clicks are one booking."""

    request_key: str
    slot_id: int
    buyer: Buyer
    reason: str


@dataclass(frozen=True, slots=True)
class Repeat:
    """A make-good of `booking_id` in the issue of number `issue`."""

    request_key: str
    booking_id: int
    issue: int
    reason: str


def give(gift: Gift, by: By) -> str:
    """Book a free or blocked slot for somebody who pays nothing; returns the order's public id. They are told by mail.

    Raises ReasonMissing, NotFound, SlotTaken, IssueFrozen or IssueSent.
    """
    public_id, stale = _give(gift, by)
    close_sessions(stale)
    return public_id


def make_good(repeat: Repeat, by: By) -> str:
    """Book the same placement again for the advertiser of a booking, with its copy; returns the order's public id.

    Raises ReasonMissing, NotFound, UnknownSlot, SlotTaken, IssueFrozen or IssueSent.
    """
    public_id, stale = _make_good(repeat, by)
    close_sessions(stale)
    return public_id


@transaction
def _give(gift: Gift, by: By) -> tuple[str, list[str]]:
    known = _known(gift.request_key)
    if known is not None:
        return known, []
    if not gift.reason:
        raise ReasonMissing("It stays on record.")
    slot = db.session.get(Slot, gift.slot_id)
    if slot is None:
        raise NotFound("slot")
    user = user_for(gift.buyer.address, gift.buyer.name, by.now)
    order = _order(gift.buyer, advertiser_for(user, gift.buyer, by.now), user.id, slot.currency, by.now)
    order.paid_by, order.reason, order.request_key = OrderPayment.COMPLIMENTARY, gift.reason, gift.request_key
    _, stale = _book(order, [slot], by)
    return _told(order, slot, "booking.complimentary", "complimentary", by), stale


@transaction
def _make_good(repeat: Repeat, by: By) -> tuple[str, list[str]]:
    known = _known(repeat.request_key)
    if known is not None:
        return known, []
    if not repeat.reason:
        raise ReasonMissing("It stays on record.")
    past = db.session.get(Booking, repeat.booking_id)
    if past is None:
        raise NotFound("booking")
    before = past.order
    buyer = Buyer(before.company, before.buyer_name, before.buyer_email, before.vat_number, before.po_number)
    order = _order(buyer, before.advertiser_id, before.user_id, before.currency, by.now)
    order.paid_by, order.reason, order.request_key = OrderPayment.MAKE_GOOD, repeat.reason, repeat.request_key
    slots = db.session.scalars(
        sa.select(Slot)
        .join(Issue, Issue.id == Slot.issue_id)
        .where(Issue.number == repeat.issue, Slot.placement_id == past.slot.placement_id)
        .order_by(Slot.ordinal)
    ).all()
    booking, stale = _book(order, slots, by)
    booking.creative_id = _copy_of(past, by.now)
    booking.fallback = past.fallback
    return _told(order, booking.slot, "booking.make-good", "as a make-good", by), stale


def _known(request_key: str) -> str | None:
    return db.session.scalar(sa.select(Order.public_id).where(Order.request_key == request_key))


def _order(buyer: Buyer, advertiser_id: int, user_id: int, currency: str, now: datetime) -> Order:
    return Order(
        public_id=new_public_id(),
        advertiser_id=advertiser_id,
        user_id=user_id,
        company=buyer.company,
        buyer_name=buyer.name,
        buyer_email=buyer.email.lower(),
        vat_number=buyer.vat_number,
        po_number=buyer.po_number,
        currency=currency,
        subtotal=0,
        created_at=now,
    )


def _book(order: Order, slots: Sequence[Slot], by: By) -> tuple[Booking, list[str]]:
    """Add the order with one confirmed booking in the first of the slots that nobody has; and sessions to close."""
    if not slots:
        raise UnknownSlot
    db.session.add(order)
    db.session.flush()
    for slot in slots:
        booking = _booked_in(order, slot, by)
        if booking is not None:
            db.session.refresh(booking, ["slot"])
            return booking, lapse_overtaken(slot.id, booking.id, by.now)
    raise _why_not(slots[0])


def _booked_in(order: Order, slot: Slot, by: By) -> Booking | None:
    """A confirmed booking of the slot, None when somebody has it. The row is first and the UPDATE decides."""
    booking = Booking(order_id=order.id, slot_id=slot.id, state=BookingState.CONFIRMED, price=0, created_at=by.now)
    try:
        with db.session.begin_nested():
            db.session.add(booking)
            began(booking, by, order.reason)
            if not places.changed(
                sa.update(Slot)
                # A blocked slot too: the editor blocked it, and gives it away.
                .where(Slot.id == slot.id, sa.not_(Slot.locked), sa.not_(occupied(by.now)))
                .values(booking_id=booking.id, held_until=None, hold_hard_until=None)
            ):
                raise _Occupied
    except (IntegrityError, _Occupied):
        return None
    return booking


class _Occupied(Exception):
    """Rolls the savepoint back."""


def _why_not(slot: Slot) -> Exception:
    issue = slot.issue
    if issue.state is IssueState.SENT:
        return IssueSent(issue.number)
    return IssueFrozen(issue.number) if slot.locked else SlotTaken(slot.placement.name, issue.number)


def _copy_of(past: Booking, now: datetime) -> int | None:
    """The copy that was approved for the past booking, as a creative of its own, approval included."""
    if past.creative is None or past.creative.approved is None:
        return None
    creative = Creative(
        advertiser_id=past.creative.advertiser_id, placement_id=past.creative.placement_id, created_at=now
    )
    db.session.add(creative)
    db.session.flush()
    carry_over(past.creative.approved, creative, now)
    return creative.id


def _told(order: Order, slot: Slot, action: str, how: str, by: By) -> str:
    db.session.flush()
    db.session.refresh(order)
    post(letters.booked(order, letters.weeks_of(order)), f"booked:{order.public_id}", by.now)
    sentence = f"Gave {slot.placement.name} of issue {slot.issue.number} to {order.company}, {how}: {order.reason}"
    audit.record(Actor.EDITOR, by.user_id, action, f"order {order.public_id}", sentence, by.now)
    return order.public_id
