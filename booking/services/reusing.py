"""Runs words again that were approved before: the same hash needs no second approval."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from booking.db import db, transaction
from booking.domain.copy_refusals import AdHasClosed
from booking.domain.errors import StaleRevision
from booking.domain.job_ad import has_closed
from booking.models import Booking, Creative, CreativeReview, CreativeRevision, Issue, Order, Slot
from booking.services import audit
from booking.services.booking_steps import By
from booking.services.sharing import run_words, writable

MOST_OFFERED = 3


@dataclass(frozen=True, slots=True)
class Earlier:
    """Approved words of the same advertiser for the same placement."""

    revision_id: int
    sha256: str
    name: str
    body: str
    number: int
    publishes_on: date


def approved_before(booking_id: int) -> list[Earlier]:
    """What this booking's advertiser has had approved for other weeks, newest first, each text once."""
    own_date = sa.select(Issue.publishes_on).join(Slot).join(Booking, Booking.slot_id == Slot.id)
    own = own_date.where(Booking.id == booking_id).correlate(None).scalar_subquery()
    rows = db.session.execute(_approved_for(booking_id).add_columns(Issue.number, Issue.publishes_on, own)).all()
    found: dict[str, Earlier] = {}
    for revision, number, publishes_on, runs_on in rows:
        if not has_closed(revision.details, runs_on):
            earlier = Earlier(revision.id, revision.sha256, revision.name, revision.body, number, publishes_on)
            found.setdefault(revision.sha256, earlier)
    return list(found.values())[:MOST_OFFERED]


@transaction
def run_again(booking_id: int, revision_id: int, by: By) -> None:
    """Let a booking run words that were approved for another week of its advertiser.

    Raises StaleRevision for what is not approved any more, or never was theirs, AdHasClosed, and what
    `sharing.writable` refuses.
    """
    (booking,) = writable([booking_id])
    approved = _approved_for(booking_id).where(CreativeRevision.id == revision_id).limit(1)
    revision = db.session.scalars(approved).first()
    if revision is None:
        raise StaleRevision("")
    if has_closed(revision.details, booking.slot.issue.publishes_on):
        raise AdHasClosed(booking.slot.issue.number)
    run_words(booking, revision, by.now)
    sentence = f"Runs the copy of {revision.name} again in issue {booking.slot.issue.number}, as it was approved."
    audit.record(by.actor, by.user_id, "copy.again", f"booking {booking_id}", sentence, by.now)


def _approved_for(booking_id: int) -> sa.Select[CreativeRevision]:
    own = (
        sa.select(Order.advertiser_id, Slot.placement_id)
        .join(Booking, Booking.order_id == Order.id)
        .join(Slot, Slot.id == Booking.slot_id)
        .where(Booking.id == booking_id)
        .subquery()
    )
    return (
        sa.select(CreativeRevision)
        .join(Creative, Creative.approved_revision_id == CreativeRevision.id)
        .join(own, sa.and_(own.c.advertiser_id == Creative.advertiser_id, own.c.placement_id == Creative.placement_id))
        .join(CreativeReview, CreativeReview.revision_id == CreativeRevision.id)
        .join(Booking, sa.and_(Booking.creative_id == Creative.id, Booking.id != booking_id))
        .join(Slot, Slot.id == Booking.slot_id)
        .join(Issue, Issue.id == Slot.issue_id)
        .order_by(CreativeReview.at.desc(), CreativeRevision.id.desc(), Issue.sends_at.desc())
    )
