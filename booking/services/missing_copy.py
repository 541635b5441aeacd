"""Which bookings wait for their advertiser: nothing of theirs can run, and it is their turn. Copy in review is not
missing, however late: that is the editor's turn."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from booking.domain.states import Actor, BookingState, IssueState, ReviewDecision
from booking.models import Booking, Creative, CreativeReview, CreativeRevision, Issue, Slot

due_at = sa.func.coalesce(Booking.copy_due_at, Issue.copy_deadline, type_=Issue.copy_deadline.type)
"""A booking's own copy deadline when the editor extended it, else the issue's."""


def waiting_for_advertiser() -> sa.Select[Booking]:
    """Confirmed bookings of issues that can still change, without approved copy, whose advertiser is to act."""
    sent_back = sa.exists().where(
        CreativeReview.revision_id == Creative.current_revision_id,
        CreativeReview.decision == ReviewDecision.CHANGES_REQUESTED,
    )
    edited = sa.exists().where(
        CreativeRevision.id == Creative.current_revision_id,
        CreativeRevision.author == Actor.EDITOR,
        sa.not_(sa.exists().where(CreativeReview.revision_id == CreativeRevision.id)),
    )
    return (
        sa.select(Booking)
        .join(Slot, Slot.id == Booking.slot_id)
        .join(Issue, Issue.id == Slot.issue_id)
        .outerjoin(Creative, Creative.id == Booking.creative_id)
        .where(
            Booking.state == BookingState.CONFIRMED,
            Issue.state.in_((IssueState.DRAFT, IssueState.OPEN)),
            sa.not_(Slot.locked),
            Creative.approved_revision_id.is_(None),
            sa.or_(Creative.current_revision_id.is_(None), sent_back, edited),
        )
        .order_by(Issue.sends_at, Booking.id)
        .options(
            joinedload(Booking.order),
            joinedload(Booking.slot).joinedload(Slot.issue),
            joinedload(Booking.slot).joinedload(Slot.placement),
        )
    )
