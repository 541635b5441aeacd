"""Issues with every place in them as the editor sees it: who has it, and how far its copy has come. One statement."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

import sqlalchemy as sa

from booking.db import db
from booking.domain.errors import NotFound
from booking.domain.states import (
    Actor,
    BookingState,
    Fallback,
    IssueState,
    OrderPayment,
    PlacementKind,
    ReviewDecision,
)
from booking.models import (
    Booking,
    Creative,
    CreativeReview,
    CreativeRevision,
    HouseAd,
    Issue,
    Order,
    Placement,
    Slot,
)
from booking.services.withholding import withheld


@dataclass(frozen=True, slots=True)
class Place:
    """One slot. What follows `block_reason` is about the booking in it and empty where there is none.

    `price` is in minor units; `decision` is about the newest revision, which `by_editor` says the editor wrote.
    """

    id: int
    kind: PlacementKind
    name: str
    ordinal: int
    price: int
    on_sale: bool
    locked: bool
    sales_close_at: datetime
    held_until: datetime | None
    block_reason: str
    house_ad: str | None
    house_ad_id: int | None
    booking_id: int | None
    booking_state: BookingState | None
    fallback: Fallback | None
    copy_due_at: datetime | None
    company: str | None
    order: str | None
    paid_by: OrderPayment | None
    approved_id: int | None
    creative_id: int | None
    revision_id: int | None
    revision: int | None
    submitted_at: datetime | None
    author: Actor | None
    body: str | None
    decision: ReviewDecision | None
    is_withheld: bool

    @property
    def is_booked(self) -> bool:
        """Somebody has it for good."""
        return self.booking_state in (BookingState.CONFIRMED, BookingState.RAN) and self.held_until is None

    def is_held(self, now: datetime) -> bool:
        """Somebody has it for a time."""
        return self.booking_id is not None and self.held_until is not None and self.held_until > now

    @property
    def waits_for_review(self) -> bool:
        """An advertiser's revision that nobody has decided about."""
        return self.revision_id is not None and self.decision is None and self.author is Actor.ADVERTISER

    @property
    def may_run(self) -> bool:
        """There is approved copy and nothing keeps it from running."""
        return self.approved_id is not None and not self.is_withheld

    def state(self, now: datetime) -> str:
        """Its state in the words that badges know."""
        if self.is_booked:
            return self._copy_state()
        if self.is_held(now):
            return "held"
        if not self.on_sale:
            return "blocked"
        return "closed" if self.locked or self.sales_close_at <= now else "open"

    def _copy_state(self) -> str:
        if self.booking_state is BookingState.RAN:
            return "ran"
        if self.is_withheld:
            return "disputed"
        if self.waits_for_review:
            return "submitted"
        if self.approved_id is not None:
            return "approved"
        if self.decision is not None:
            return self.decision.value
        return "missing" if self.revision_id is None else "edited"


@dataclass(frozen=True, slots=True)
class IssueLine:
    """One issue with its places, in the order of the placements."""

    number: int
    publishes_on: date
    rule_date: date
    sends_at: datetime
    booking_deadline: datetime
    copy_deadline: datetime
    state: IssueState
    places: tuple[Place, ...]

    def of(self, kind: PlacementKind) -> tuple[Place, ...]:
        """The places of one placement."""
        return tuple(place for place in self.places if place.kind is kind)

    def due(self, place: Place) -> datetime:
        """Until when the copy of a place is due."""
        return place.copy_due_at or self.copy_deadline


def unsent_issues(count: int) -> list[IssueLine]:
    """The next `count` issues that have not been sent, soonest first; one whose time passed is still among them."""
    chosen = sa.select(Issue.id).where(Issue.state != IssueState.SENT).order_by(Issue.sends_at).limit(count)
    return _read(chosen)


def sent_issues(count: int) -> list[IssueLine]:
    """The last `count` issues that were sent, newest first."""
    chosen = sa.select(Issue.id).where(Issue.state == IssueState.SENT).order_by(Issue.sends_at.desc()).limit(count)
    return _read(chosen)[::-1]


def place_of(slot_id: int) -> tuple[IssueLine, Place]:
    """One place, with its issue. Raises NotFound."""
    lines = _read(sa.select(Slot.issue_id.label("id")).where(Slot.id == slot_id))
    if not lines:
        raise NotFound("place")
    return lines[0], next(place for place in lines[0].places if place.id == slot_id)


def house_ads() -> list[tuple[int, str]]:
    """The house ads that may run, as (id, name)."""
    rows = db.session.execute(sa.select(HouseAd.id, HouseAd.name).where(HouseAd.active).order_by(HouseAd.name))
    return [(key, name) for key, name in rows]


def _read(chosen: sa.Select[int]) -> list[IssueLine]:
    own = chosen.subquery()
    rows = db.session.execute(
        sa.select(
            Issue.number,
            Issue.publishes_on,
            Issue.rule_date,
            Issue.sends_at,
            Issue.booking_deadline,
            Issue.copy_deadline,
            Issue.state,
            *_columns(),
        )
        .select_from(Issue)
        .join(own, own.c.id == Issue.id)
        .outerjoin(Slot, Slot.issue_id == Issue.id)
        .outerjoin(Placement, Placement.id == Slot.placement_id)
        .outerjoin(HouseAd, HouseAd.id == Slot.house_ad_id)
        .outerjoin(Booking, Booking.id == Slot.booking_id)
        .outerjoin(Order, Order.id == Booking.order_id)
        .outerjoin(Creative, Creative.id == Booking.creative_id)
        .outerjoin(CreativeRevision, CreativeRevision.id == Creative.current_revision_id)
        .outerjoin(CreativeReview, CreativeReview.revision_id == CreativeRevision.id)
        .order_by(Issue.sends_at, Placement.position, Placement.id, Slot.ordinal)
    ).all()
    return [_line(group) for _, group in groupby(rows, key=itemgetter(0))]


def _columns() -> Sequence[Any]:
    """The fields of `Place`, in their order."""
    return (
        Slot.id,
        Placement.kind,
        Placement.name,
        Slot.ordinal,
        Slot.price,
        Slot.on_sale,
        Slot.locked,
        Slot.sales_close_at,
        Slot.held_until,
        Slot.block_reason,
        HouseAd.name,
        HouseAd.id,
        Booking.id,
        Booking.state,
        Booking.fallback,
        Booking.copy_due_at,
        Order.company,
        Order.public_id,
        Order.paid_by,
        Creative.approved_revision_id,
        Creative.id,
        CreativeRevision.id,
        CreativeRevision.number,
        CreativeRevision.submitted_at,
        CreativeRevision.author,
        CreativeRevision.body,
        CreativeReview.decision,
        withheld(),
    )


def _line(group: Iterable[Any]) -> IssueLine:
    rows = list(group)
    places = tuple(Place(*row[7:]) for row in rows if row[7] is not None)
    number, publishes_on, rule_date, sends_at, booking_deadline, copy_deadline, state = rows[0][:7]
    return IssueLine(number, publishes_on, rule_date, sends_at, booking_deadline, copy_deadline, state, places)
