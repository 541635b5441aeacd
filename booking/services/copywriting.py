"""Turns what an advertiser or the editor wrote into an immutable revision; approving one is another act."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import sqlalchemy as sa

from booking.db import db, transaction
from booking.domain.copy_spec import require
from booking.domain.copy_text import AdCopy, sha256, tidy
from booking.domain.link_tags import campaign, tagged
from booking.models import Booking, Creative, CreativeRevision, Newsletter
from booking.services import audit
from booking.services.booking_steps import By
from booking.services.drafts import forget_draft
from booking.services.sharing import creative_for, writable


@dataclass(frozen=True, slots=True)
class Words:
    """What was written: name, body and link as typed, a job's fields, and a note to the other side."""

    name: str
    body: str
    link: str
    details: Mapping[str, Any] | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Submission:
    """Words for these bookings, the one they were written for first; `writer` and `fields` say which draft ends."""

    booking_ids: tuple[int, ...]
    words: Words
    writer: str = ""
    fields: Mapping[str, str] | None = None


@transaction
def submit(submission: Submission, by: By) -> int:
    """Make a revision of the copy that these bookings run, and return its id.

    The same words twice are one revision, so a double-click is harmless. Raises CopyRefused with everything that
    is wrong, and whatever `sharing` refuses about the weeks.
    """
    by_id = {booking.id: booking for booking in writable(submission.booking_ids)}
    bookings = [by_id[booking_id] for booking_id in dict.fromkeys(submission.booking_ids)]
    drafted_in = bookings[0].creative
    creative = creative_for(bookings, by.now)
    revision = append_revision(creative, submission.words, by, bookings)
    for each in {drafted_in or creative, creative}:
        forget_draft(each, submission.writer, submission.fields, by.now)
    return revision.id


def append_revision(creative: Creative, words: Words, by: By, bookings: Sequence[Booking]) -> CreativeRevision:
    """Add the next revision of a creative, locked by the caller, in the caller's transaction.

    Raises CopyRefused.
    """
    copy = printed_copy(words, [booking.slot.issue.number for booking in bookings])
    refuse_problems(creative, copy, words.details, first_date(bookings))
    current = creative.current_revision_id and db.session.get_one(CreativeRevision, creative.current_revision_id)
    if current and current.sha256 == sha256(copy) and current.author is by.actor and _still_stands(current):
        return current
    revision = CreativeRevision(
        creative_id=creative.id,
        number=current.number + 1 if current else 1,
        name=copy.name,
        body=copy.body,
        link=words.link.strip(),
        final_link=copy.link,
        details=dict(words.details) if words.details is not None else None,
        sha256=sha256(copy),
        author=by.actor,
        author_id=by.user_id,
        note=words.note.strip(),
        submitted_at=by.now,
    )
    db.session.add(revision)
    db.session.flush()
    creative.current_revision_id = revision.id
    audit.record(
        by.actor,
        by.user_id,
        "copy.submit",
        f"copy {creative.id}",
        f"Wrote revision {revision.number} of the copy of {copy.name}.",
        by.now,
    )
    return revision


def printed_copy(words: Words, issue_numbers: Sequence[int]) -> AdCopy:
    """The words as they will stand in these issues: tidied, and the link with the newsletter's parameters."""
    copy = tidy(words.name, words.body, words.link)
    newsletter = db.session.scalars(sa.select(Newsletter)).one()
    tags = {
        "utm_source": newsletter.utm_source,
        "utm_medium": newsletter.utm_medium,
        "utm_campaign": campaign(newsletter.utm_campaign, frozenset(issue_numbers)),
    }
    return replace(copy, link=tagged(copy.link, tags)) if newsletter.utm_source else copy


def refuse_problems(
    creative: Creative, copy: AdCopy, details: Mapping[str, Any] | None, issue_date: date | None
) -> None:
    """Raise CopyRefused, with all that is wrong, when this may not run in the creative's placement.

    `issue_date` is when the first issue goes out that carries it: a job may not close before.
    """
    dated = None if details is None else {**details, "issue_date": issue_date}
    require(creative.placement.kind, copy, creative.placement.copy_limit, dated)


def first_date(bookings: Sequence[Booking]) -> date | None:
    """When the first of these bookings' issues goes out, None without bookings."""
    return min((booking.slot.issue.publishes_on for booking in bookings), default=None)


def copy_of(revision: CreativeRevision, key: str = "") -> AdCopy:
    """A revision as the feed and the hash know it."""
    return AdCopy(revision.name, revision.body, revision.final_link, key)


def _still_stands(revision: CreativeRevision) -> bool:
    """Not decided against: the same words after a refusal are an answer, and so a revision of their own."""
    return revision.review is None or revision.review.decision == "approved"
