"""The decisions about copy. Each is about one exact revision, named by its hash: anything newer is refused as stale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload

from booking.db import db, transaction
from booking.domain.copy_refusals import AlreadyDecided, ApprovedCopyChanged, NotYoursToAccept, ReasonMissing
from booking.domain.copy_text import sha256
from booking.domain.errors import NotFound, StaleRevision
from booking.domain.states import Actor, ReviewDecision
from booking.models import Booking, Creative, CreativeReview, CreativeRevision
from booking.services import audit, copy_news, letters
from booking.services.booking_steps import By
from booking.services.copywriting import Words, append_revision, copy_of, first_date, refuse_problems
from booking.services.places import changed
from booking.services.sharing import weeks_of


@dataclass(frozen=True, slots=True)
class Seen:
    """The revision that was on the page when the decision was made: its id and its hash."""

    revision_id: int
    sha256: str


@transaction
def approve(seen: Seen, by: By, answer: str = "") -> None:
    """Let this revision run; it is checked once more. What was approved before runs until this very moment.

    `answer` is what the editor has to say with it, for the advertiser. Raises StaleRevision when there is a newer
    revision, AlreadyDecided, CopyRefused, NotFound.
    """
    _approve(seen, by, answer)


@transaction
def accept(seen: Seen, by: By) -> None:
    """The advertiser takes the editor's edit as it is, which makes it the approved copy.

    The editor wrote it and the advertiser agrees, so both sides approved this hash. Raises what `approve` raises, and
    NotYoursToAccept for a revision that the editor did not write.
    """
    if _current(seen).author is not Actor.EDITOR:
        raise NotYoursToAccept
    _approve(seen, by)


@transaction
def request_changes(seen: Seen, reason: str, by: By) -> None:
    """Ask the advertiser for a new revision. The reason goes out by mail. Raises ReasonMissing and as `approve`."""
    revision = _decide(seen, ReviewDecision.CHANGES_REQUESTED, reason, by)
    _ask_for_change(revision, weeks_of(revision.creative_id), reason, by)
    _audit(revision, "copy.request-changes", "Asked for a change of", by, reason)


@transaction
def reject(seen: Seen, reason: str, by: By) -> tuple[int, ...]:
    """Refuse this revision for good. Raises ReasonMissing and what `approve` does.

    Returns the bookings that now have nothing to run: the advertiser is not charged for what does not run, so the
    caller cancels each with a full refund. When older copy is approved, that keeps running and the list is empty.
    """
    revision = _decide(seen, ReviewDecision.REJECTED, reason, by)
    weeks = weeks_of(revision.creative_id)
    _audit(revision, "copy.reject", "Refused", by, reason)
    if db.session.get_one(Creative, revision.creative_id).approved_revision_id:
        _ask_for_change(revision, weeks, reason, by)
        return ()
    copy_news.tell("rejected", lambda booking: letters.rejected(booking, reason.strip()), revision, weeks, by.now)
    return tuple(booking.id for booking in weeks)


@transaction
def edit(seen: Seen, words: Words, by: By) -> int:
    """The editor's own wording, as a new revision that the advertiser can accept with one click; returns its id.

    Raises StaleRevision, CopyRefused, NotFound.
    """
    before = _current(seen)
    creative = db.session.get_one(Creative, before.creative_id)
    weeks = weeks_of(creative.id)
    revision = append_revision(creative, words, by, weeks)
    if revision.id != before.id:
        copy_news.tell("edited", lambda booking: letters.edited(booking, words.note.strip()), revision, weeks, by.now)
    return revision.id


def _approve(seen: Seen, by: By, answer: str = "") -> None:
    revision = _decide(seen, ReviewDecision.APPROVED, answer, by)
    creative = db.session.get_one(Creative, revision.creative_id)
    copy = copy_of(revision)
    if sha256(copy) != revision.sha256:
        raise ApprovedCopyChanged(revision.name)
    weeks = weeks_of(creative.id)
    refuse_problems(creative, copy, revision.details, first_date(weeks))
    replaces = creative.approved_revision_id is not None
    moved = changed(
        sa.update(Creative)
        .where(Creative.id == creative.id, Creative.current_revision_id == revision.id)
        .values(approved_revision_id=revision.id)
    )
    if not moved:
        raise StaleRevision(seen.sha256)
    db.session.refresh(creative)
    if by.actor is not Actor.ADVERTISER:
        copy_news.tell("approved", lambda booking: letters.approved(booking, answer.strip()), revision, weeks, by.now)
    copy_news.announce_approval(revision, weeks, replaces, by.now)
    _audit(revision, "copy.approve", "Approved", by)


def _ask_for_change(revision: CreativeRevision, weeks: Sequence[Booking], reason: str, by: By) -> None:
    copy_news.tell(
        "changes", lambda booking: letters.changes_requested(booking, reason.strip()), revision, weeks, by.now
    )


def _decide(seen: Seen, decision: ReviewDecision, reason: str, by: By) -> CreativeRevision:
    if decision is not ReviewDecision.APPROVED and not reason.strip():
        raise ReasonMissing
    revision = _current(seen)
    if revision.review is not None:
        raise AlreadyDecided(revision.review.decision.label)
    review = CreativeReview(
        revision_id=revision.id, decision=decision, reason=reason.strip(), reviewer_id=by.user_id, at=by.now
    )
    db.session.add(review)
    try:
        db.session.flush()
    except IntegrityError as error:
        # Two editors at once: the unique index lets one decide, and this was the other.
        raise AlreadyDecided(decision.label) from error
    return revision


def _current(seen: Seen) -> CreativeRevision:
    """The revision that was seen, while nothing newer exists; its creative is locked, so nothing newer can come."""
    revision = _revision(seen)
    creative = db.session.get_one(Creative, revision.creative_id, with_for_update=True)
    if creative.current_revision_id != revision.id or revision.sha256 != seen.sha256:
        raise StaleRevision(seen.sha256)
    return revision


def _revision(seen: Seen) -> CreativeRevision:
    revision = db.session.scalars(
        sa.select(CreativeRevision)
        .where(CreativeRevision.id == seen.revision_id)
        .options(joinedload(CreativeRevision.review))
    ).one_or_none()
    if revision is None:
        raise NotFound("copy")
    return revision


def _audit(revision: CreativeRevision, action: str, verb: str, by: By, reason: str = "") -> None:
    sentence = f"{verb} revision {revision.number} of the copy of {revision.name}."
    details = {"revision": revision.id, "sha256": revision.sha256, **({"reason": reason} if reason else {})}
    audit.record(by.actor, by.user_id, action, f"copy {revision.creative_id}", sentence, by.now, details)
