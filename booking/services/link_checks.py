"""Asks whether the links of copy answer, and keeps the answer. Never in a transaction, which a slow site would hold."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from booking.db import db, transaction
from booking.domain.copy_text import is_address
from booking.domain.errors import NotFound
from booking.domain.states import Actor, BookingState, ReviewDecision
from booking.gateways import links
from booking.models import Booking, Creative, CreativeReview, CreativeRevision, Issue, LinkCheck, Slot
from booking.services import audit
from booking.services.booking_steps import By

MAIL = "mailto:"
AGAIN_AFTER = timedelta(hours=12)
"""A link that answered may be gone by the time the issue is sent."""
WATCHED_AFTER_SENDING = timedelta(days=5)
MOST_AT_ONCE = 5
"""Links in one run of the worker: at ten seconds each, the next run is not far away."""


def check_link(revision_id: int, by: By) -> None:
    """Ask for the link of one revision and keep the answer. An e-mail address is not asked. Raises NotFound."""
    link = db.session.scalar(sa.select(CreativeRevision.final_link).where(CreativeRevision.id == revision_id))
    if link is None:
        raise NotFound("copy")
    # The read above began a transaction; it must not stay open while we wait for somebody's server.
    db.session.rollback()
    _keep(revision_id, _answer(link), by)


def check_due_links(now: datetime) -> int:
    """Check links that were never looked at, not since the approval, or not lately; returns how many.

    Of copy that runs soon or ran. It runs every minute: an editor who looks at new copy sees what its link answers.
    """
    due = list(db.session.scalars(_due(now)))
    db.session.rollback()
    for revision_id in due:
        check_link(revision_id, By(Actor.SYSTEM, now))
    return len(due)


def _answer(link: str) -> links.Answer:
    if not link:
        return links.Answer(True, "There is none; the text says where to write.")
    if is_address(link) or link.casefold().startswith(MAIL):
        return links.Answer(True, "It is an e-mail address.")
    return links.check(link)


@transaction
def _keep(revision_id: int, answer: links.Answer, by: By) -> None:
    check = db.session.get(LinkCheck, revision_id)
    if check is None:
        check = LinkCheck(revision_id=revision_id)
        db.session.add(check)
    check.answers, check.finding, check.checked_at = answer.answers, answer.finding[:400], by.now
    if by.actor is Actor.EDITOR:
        revision = db.session.get_one(CreativeRevision, revision_id)
        sentence = f"Had the link of version {revision.number} looked at again. {check.finding}"
        audit.record(by.actor, by.user_id, "copy.check-link", f"copy {revision.creative_id}", sentence, by.now)


def _due(now: datetime) -> sa.Select[int]:
    """The newest and the approved revision of everything that is booked, until days after it was sent."""
    return (
        sa.select(CreativeRevision.id)
        .join(
            Creative,
            sa.or_(
                Creative.current_revision_id == CreativeRevision.id,
                Creative.approved_revision_id == CreativeRevision.id,
            ),
        )
        .outerjoin(LinkCheck, LinkCheck.revision_id == CreativeRevision.id)
        .outerjoin(CreativeReview, CreativeReview.revision_id == CreativeRevision.id)
        .where(
            sa.or_(
                LinkCheck.revision_id.is_(None),
                LinkCheck.checked_at <= now - AGAIN_AFTER,
                sa.and_(CreativeReview.decision == ReviewDecision.APPROVED, LinkCheck.checked_at < CreativeReview.at),
            ),
            sa.exists()
            .where(
                Booking.creative_id == Creative.id,
                Booking.state.in_((BookingState.CONFIRMED, BookingState.RAN)),
                Slot.id == Booking.slot_id,
                Issue.id == Slot.issue_id,
                Issue.sends_at > now - WATCHED_AFTER_SENDING,
            )
            .correlate(Creative),
        )
        .order_by(LinkCheck.checked_at.is_not(None), LinkCheck.checked_at, CreativeRevision.id)
        .limit(MOST_AT_ONCE)
    )
