"""The order of the jobs in an issue, where the editor wants another than that of approval."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa

from booking.db import db, transaction
from booking.domain.errors import IssueFrozen, IssueSent
from booking.domain.states import BookingState, IssueState, PlacementKind
from booking.models import Booking, Placement, Slot
from booking.services import audit
from booking.services.booking_steps import By
from booking.services.issue_copy import issue_numbered


@transaction
def order_jobs(number: int, positions: Mapping[int, int], by: By) -> None:
    """Give the jobs of an issue these positions, by the ids of their bookings; others keep theirs.

    Ids that are no jobs of this issue are passed over. Raises NotFound, IssueFrozen, IssueSent.
    """
    issue = issue_numbered(number, lock=True)
    if issue.state is IssueState.FROZEN:
        raise IssueFrozen(number)
    if issue.state is IssueState.SENT:
        raise IssueSent(number)
    jobs = db.session.scalars(
        sa.select(Booking)
        .join(Slot, Slot.booking_id == Booking.id)
        .join(Placement, Placement.id == Slot.placement_id)
        .where(Slot.issue_id == issue.id, Placement.kind == PlacementKind.JOB, Booking.state == BookingState.CONFIRMED)
    )
    for booking in jobs:
        booking.position = positions.get(booking.id, booking.position)
    sentence = f"Put the jobs of issue {number} in order."
    audit.record(by.actor, by.user_id, "issue.order-jobs", f"issue {number}", sentence, by.now)
