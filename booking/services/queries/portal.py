"""An advertiser's bookings, each with where its place and its copy stand; and the papers of a paid order."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from booking.db import db
from booking.domain.copy_refusals import NotYet
from booking.domain.money import Money
from booking.domain.region import Region
from booking.domain.states import Actor, BookingState, FoundState, IssueState, PlacementKind, RefundState
from booking.models import (
    Booking,
    Creative,
    CreativeRevision,
    FoundBlock,
    Issue,
    IssueItem,
    Order,
    Placement,
    Refund,
    Slot,
)


class CopyStanding(StrEnum):
    """Where a booking's copy stands, as its timeline tells it."""

    MISSING = "missing"
    IN_REVIEW = "submitted"
    EDITED = "edited"
    SENT_BACK = "changes_requested"
    REFUSED = "rejected"
    APPROVED = "approved"


@dataclass(frozen=True, slots=True)
class BookingLine:
    """One booking. `live` says that approved copy runs although newer words are not decided yet; `refunded` is what
    went back of it, or is on its way."""

    id: int
    order: str
    company: str
    booked_on: datetime
    placement_id: int
    placement: str
    kind: PlacementKind
    number: int
    publishes_on: date
    state: BookingState
    issue_state: IssueState
    held_until: datetime | None
    refunded: Money
    copy_due: datetime
    copy: CopyStanding
    live: bool
    has_draft: bool
    archive_url: str
    creative_id: int | None
    approved_id: int | None

    @property
    def takes_copy(self) -> bool:
        """Whether its words can still change."""
        alive = self.state in (BookingState.HELD, BookingState.CONFIRMED)
        return alive and self.issue_state in (IssueState.DRAFT, IssueState.OPEN)


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found at one place of the issue as sent, and when somebody looked."""

    place: str
    found: FoundState
    checked_at: datetime


@dataclass(frozen=True, slots=True)
class TearSheet:
    """The text as it ran, and where it can be read."""

    booking_id: int
    company: str
    placement: str
    kind: PlacementKind
    number: int
    publishes_on: date
    sent_at: datetime
    archive_url: str
    heading: str
    """The name in the heading above a sponsor's text; empty for a placement whose heading names nobody."""
    text: str
    sha256: str
    approved_at: datetime | None
    found: tuple[Finding, ...]
    """What the comparison with the issue as sent gave; empty when nobody made it."""


def bookings_of(advertiser_ids: Collection[int], public_ids: Collection[str]) -> list[BookingLine]:
    """The bookings of these advertisers and of these orders, soonest first; lapsed ones are left out."""
    return _lines(
        sa.and_(
            sa.or_(Order.advertiser_id.in_(advertiser_ids), Order.public_id.in_(public_ids)),
            Booking.state != BookingState.LAPSED,
        )
    )


def booking_line(booking_id: int) -> BookingLine:
    """A booking that there is; who may see it was decided by its order."""
    (line,) = _lines(Booking.id == booking_id)
    return line


def tear_sheet(booking_id: int) -> TearSheet:
    """What ran for a booking. Raises NotYet before its issue was sent, and for a booking that did not run."""
    row = db.session.execute(
        sa.select(Booking, IssueItem, CreativeRevision)
        .join(IssueItem, IssueItem.booking_id == Booking.id)
        .join(CreativeRevision, CreativeRevision.id == IssueItem.revision_id)
        .where(Booking.id == booking_id, Booking.state == BookingState.RAN)
        .options(
            joinedload(Booking.order),
            joinedload(Booking.slot).joinedload(Slot.issue),
            joinedload(Booking.slot).joinedload(Slot.placement),
            joinedload(CreativeRevision.review),
        )
    ).one_or_none()
    sent_at = row.Booking.slot.issue.sent_at if row else None
    if row is None or sent_at is None:
        raise NotYet("tear sheet", "when the issue has been sent")
    booking, item, revision = row
    issue = booking.slot.issue
    return TearSheet(
        booking_id=booking.id,
        company=booking.order.company,
        placement=booking.slot.placement.name,
        kind=booking.slot.placement.kind,
        number=issue.number,
        publishes_on=issue.publishes_on,
        sent_at=sent_at,
        archive_url=issue.archive_url,
        heading=revision.name if booking.slot.placement.kind is PlacementKind.SPONSOR else "",
        text=item.text,
        sha256=item.sha256,
        approved_at=revision.review.at if revision.review else None,
        found=_found(item.id),
    )


def _found(item_id: int) -> tuple[Finding, ...]:
    blocks = db.session.scalars(sa.select(FoundBlock).where(FoundBlock.issue_item_id == item_id)).all()
    order = list(Region)
    return tuple(
        Finding(block.place, block.found, block.checked_at)
        for block in sorted(blocks, key=lambda block: order.index(Region(block.place)))
    )


def _lines(which: sa.ColumnElement[bool]) -> list[BookingLine]:
    current = joinedload(Booking.creative).joinedload(Creative.current)
    refunded = sa.select(sa.func.sum(Refund.amount)).where(
        Refund.booking_id == Booking.id, Refund.state != RefundState.FAILED
    )
    rows = db.session.execute(
        sa.select(Booking, Order, Slot, Issue, Placement, refunded.scalar_subquery())
        .join(Order, Order.id == Booking.order_id)
        .join(Slot, Slot.id == Booking.slot_id)
        .join(Issue, Issue.id == Slot.issue_id)
        .join(Placement, Placement.id == Slot.placement_id)
        .where(which)
        .order_by(Issue.sends_at, Placement.position, Booking.id)
        .options(current.joinedload(CreativeRevision.review))
    ).all()
    return [_line(row) for row in rows]


def _line(row: sa.Row[*tuple[Any, ...]]) -> BookingLine:
    booking: Booking
    order: Order
    booking, order, slot, issue, placement, refunded = row
    creative = booking.creative
    return BookingLine(
        id=booking.id,
        order=order.public_id,
        company=order.company,
        booked_on=order.created_at,
        placement_id=placement.id,
        placement=placement.name,
        kind=placement.kind,
        number=issue.number,
        publishes_on=issue.publishes_on,
        state=booking.state,
        issue_state=issue.state,
        held_until=slot.held_until if slot.booking_id == booking.id else None,
        refunded=Money(refunded or 0, order.currency),
        copy_due=booking.copy_due_at or issue.copy_deadline,
        copy=_standing(creative),
        live=creative is not None and creative.approved_revision_id is not None,
        has_draft=bool(creative is not None and creative.draft),
        archive_url=issue.archive_url,
        creative_id=booking.creative_id,
        approved_id=creative.approved_revision_id if creative else None,
    )


def _standing(creative: Creative | None) -> CopyStanding:
    if creative is None or creative.current is None:
        return CopyStanding.MISSING
    review = creative.current.review
    if review is not None:
        return CopyStanding(review.decision.value)
    return CopyStanding.EDITED if creative.current.author is Actor.EDITOR else CopyStanding.IN_REVIEW
