"""One advertiser as the editor sees it: who acts for it, and everything that it booked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from booking.db import db
from booking.domain.errors import NotFound
from booking.domain.money import Money
from booking.domain.states import BookingState, OrderPayment
from booking.models import Advertiser, Booking, Issue, Membership, Order, Placement, Slot, User

SHOWN = 200
"""Bookings on the page; the file of orders has all."""


@dataclass(frozen=True, slots=True)
class Past:
    """One booking of the advertiser."""

    id: int
    order: str
    placement: str
    issue: int
    publishes_on: date
    state: BookingState
    net: Money
    paid_by: OrderPayment


@dataclass(frozen=True, slots=True)
class AdvertiserPage:
    """An advertiser with its people (name, e-mail address) and its bookings, the newest issue first."""

    id: int
    name: str
    vat_number: str
    notes: str
    may_pay_by_invoice: bool
    may_be_named: bool
    created_at: datetime
    erased_at: datetime | None
    people: tuple[tuple[str, str], ...]
    bookings: tuple[Past, ...]


def advertiser_page(advertiser_id: int) -> AdvertiserPage:
    """Read an advertiser. Raises NotFound."""
    who = db.session.get(Advertiser, advertiser_id)
    if who is None:
        raise NotFound("advertiser")
    people = db.session.execute(
        sa.select(User.name, User.email)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.advertiser_id == advertiser_id)
        .order_by(User.email)
    )
    return AdvertiserPage(
        who.id,
        who.name,
        who.vat_number,
        who.notes,
        who.may_pay_by_invoice,
        who.may_be_named,
        who.created_at,
        who.erased_at,
        tuple((name, email) for name, email in people),
        _bookings(advertiser_id),
    )


def _bookings(advertiser_id: int) -> tuple[Past, ...]:
    rows = db.session.execute(
        sa.select(
            Booking.id,
            Order.public_id,
            Placement.name,
            Issue.number,
            Issue.publishes_on,
            Booking.state,
            Booking.price - Booking.discount,
            Order.currency,
            Order.paid_by,
        )
        .join(Order, Order.id == Booking.order_id)
        .join(Slot, Slot.id == Booking.slot_id)
        .join(Issue, Issue.id == Slot.issue_id)
        .join(Placement, Placement.id == Slot.placement_id)
        .where(Order.advertiser_id == advertiser_id)
        .order_by(Issue.sends_at.desc(), Booking.id.desc())
        .limit(SHOWN)
    )
    return tuple(Past(*row[:6], Money(row[6], row[7]), row[8]) for row in rows)
