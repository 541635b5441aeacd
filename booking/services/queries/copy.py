"""One booking's copy as its pages show it: the words, what was said about them, and the weeks that run them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from booking.db import db
from booking.domain.copy_text import AdCopy
from booking.domain.states import Actor, BookingState, CopyState, IssueState, PlacementKind
from booking.models import (
    Booking,
    CreativeReview,
    CreativeRevision,
    Issue,
    LinkCheck,
    Order,
    Placement,
    Slot,
)
from booking.services.drafts import typed
from booking.services.sharing import LIVE


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided about a revision."""

    state: CopyState
    reason: str
    at: datetime
    by_editor: bool


@dataclass(frozen=True, slots=True)
class Revision:
    """One version of the words, with its decision and what its link answered, if they are known."""

    id: int
    number: int
    name: str
    body: str
    link: str
    final_link: str
    details: Mapping[str, Any] | None
    sha256: str
    author: Actor
    note: str
    submitted_at: datetime
    decision: Decision | None
    link_answers: bool | None = None
    link_finding: str = ""

    @property
    def copy(self) -> AdCopy:
        """The revision as the issue prints it."""
        return AdCopy(self.name, self.body, self.final_link, str(self.id))

    @property
    def state(self) -> CopyState:
        """Where it stands."""
        return self.decision.state if self.decision else CopyState.SUBMITTED

    @property
    def awaits_advertiser(self) -> bool:
        """Whether it is an edit by the editor that nobody has answered."""
        return self.author is Actor.EDITOR and self.decision is None


@dataclass(frozen=True, slots=True)
class Week:
    """A booking that could run the same copy."""

    booking_id: int
    number: int
    publishes_on: date
    shares: bool


@dataclass(frozen=True, slots=True)
class BookedPlace:
    """The booking behind a page about copy."""

    id: int
    order_id: int
    order_public_id: str
    advertiser_id: int
    company: str
    state: BookingState
    kind: PlacementKind
    placement: str
    copy_limit: int
    number: int
    publishes_on: date
    issue_state: IssueState
    copy_due: datetime

    @property
    def takes_copy(self) -> bool:
        """Whether its words can still change."""
        return self.state in LIVE and self.issue_state in (IssueState.DRAFT, IssueState.OPEN)


@dataclass(frozen=True, slots=True)
class CopyPage:
    """Everything that the copy form of one booking needs."""

    place: BookedPlace
    revisions: tuple[Revision, ...]
    approved_id: int | None
    draft: Mapping[str, str] | None
    set_aside: Mapping[str, str] | None
    draft_version: int
    draft_saved_at: datetime | None
    weeks: tuple[Week, ...]

    @property
    def current(self) -> Revision | None:
        """The newest revision."""
        return self.revisions[-1] if self.revisions else None

    @property
    def approved(self) -> Revision | None:
        """What runs as things stand."""
        return next((revision for revision in self.revisions if revision.id == self.approved_id), None)


def order_of(booking_id: int) -> str | None:
    """The public id of the order that a booking belongs to, by which access is decided; None for no such booking."""
    return db.session.scalar(
        sa.select(Order.public_id).join(Booking, Booking.order_id == Order.id).where(Booking.id == booking_id)
    )


def copy_page(booking_id: int) -> CopyPage:
    """The copy of a booking that there is: `order_of` tells, and decides who may see it."""
    booking = db.session.scalars(
        sa.select(Booking).where(Booking.id == booking_id).options(*_whole_place(), joinedload(Booking.creative))
    ).one()
    creative = booking.creative
    draft, set_aside = typed(creative)
    return CopyPage(
        place=_place(booking),
        revisions=revisions_of(booking.creative_id),
        approved_id=creative.approved_revision_id if creative else None,
        draft=draft,
        set_aside=set_aside,
        draft_version=creative.draft_version if creative else 0,
        draft_saved_at=creative.draft_saved_at if creative else None,
        weeks=_weeks(booking),
    )


def revisions_of(creative_id: int | None) -> tuple[Revision, ...]:
    """Every revision of a creative, oldest first; none of a booking that has no creative yet."""
    if creative_id is None:
        return ()
    rows = db.session.execute(
        sa.select(CreativeRevision, CreativeReview, LinkCheck)
        .outerjoin(CreativeReview, CreativeReview.revision_id == CreativeRevision.id)
        .outerjoin(LinkCheck, LinkCheck.revision_id == CreativeRevision.id)
        .where(CreativeRevision.creative_id == creative_id)
        .order_by(CreativeRevision.number)
        .options(joinedload(CreativeReview.reviewer))
    ).all()
    return tuple(_revision(revision, review, link) for revision, review, link in rows)


def _revision(revision: CreativeRevision, review: CreativeReview | None, link: LinkCheck | None) -> Revision:
    decision = None
    if review is not None:
        by_editor = review.reviewer is None or review.reviewer.role == "editor"
        decision = Decision(CopyState(review.decision.value), review.reason, review.at, by_editor)
    return Revision(
        id=revision.id,
        number=revision.number,
        name=revision.name,
        body=revision.body,
        link=revision.link,
        final_link=revision.final_link,
        details=revision.details,
        sha256=revision.sha256,
        author=revision.author,
        note=revision.note,
        submitted_at=revision.submitted_at,
        decision=decision,
        link_answers=link.answers if link else None,
        link_finding=link.finding if link else "",
    )


def _whole_place() -> Sequence[Any]:
    slot = joinedload(Booking.slot)
    return joinedload(Booking.order), slot.joinedload(Slot.issue), slot.joinedload(Slot.placement)


def _place(booking: Booking) -> BookedPlace:
    issue: Issue = booking.slot.issue
    placement: Placement = booking.slot.placement
    return BookedPlace(
        id=booking.id,
        order_id=booking.order_id,
        order_public_id=booking.order.public_id,
        advertiser_id=booking.order.advertiser_id,
        company=booking.order.company,
        state=booking.state,
        kind=placement.kind,
        placement=placement.name,
        copy_limit=placement.copy_limit,
        number=issue.number,
        publishes_on=issue.publishes_on,
        issue_state=issue.state,
        copy_due=booking.copy_due_at or issue.copy_deadline,
    )


def _weeks(booking: Booking) -> tuple[Week, ...]:
    """The live bookings of the same order and placement; those with the same creative, or none yet, share it."""
    rows = db.session.execute(
        sa.select(Booking.id, Issue.number, Issue.publishes_on, Booking.creative_id, Issue.id)
        .join(Booking.slot)
        .join(Slot.issue)
        .where(
            Booking.order_id == booking.order_id,
            Slot.placement_id == booking.slot.placement_id,
            Booking.state.in_(LIVE),
            Issue.state.in_((IssueState.DRAFT, IssueState.OPEN)),
        )
        .order_by(Issue.sends_at, Booking.id)
    ).all()
    return tuple(
        Week(
            id_,
            number,
            publishes_on,
            id_ == booking.id
            or (creative_id == booking.creative_id and (creative_id is not None or issue_id != booking.slot.issue_id)),
        )
        for id_, number, publishes_on, creative_id, issue_id in rows
    )
