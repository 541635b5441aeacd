"""One issue as the desk shows it: both sections as they will stand, what is missing, and what has been done with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from booking.db import db
from booking.domain.blocks import ApprovedCopy
from booking.domain.copy_errors import FeedRefused
from booking.domain.copy_refusals import ApprovedCopyChanged
from booking.domain.states import FoundState, IssueState
from booking.models import FeedRun, FoundBlock, IssueItem
from booking.services.issue_copy import Gap, IssueCopy, Placed, copy_for, issue_numbered


@dataclass(frozen=True, slots=True)
class LastFeed:
    """The last time that copy was fed into a draft, and which revisions it carried."""

    at: datetime
    revision_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class FoundHere:
    """What was found of one ad in one region of the issue as sent. `difference` is pairs of change and text."""

    booking_id: int | None
    region: str
    state: FoundState
    difference: tuple[tuple[str, str], ...]
    checked_at: datetime


@dataclass(frozen=True, slots=True)
class IssuePage:
    """Everything on the page of one issue. `refusal` says why nothing of it may run, empty when all is well."""

    number: int
    publishes_on: date
    sends_at: datetime
    sent_at: datetime | None
    booking_deadline: datetime
    copy_deadline: datetime
    state: IssueState
    archive_url: str
    ads: tuple[Placed, ...]
    gaps: tuple[Gap, ...]
    approved: ApprovedCopy
    last_feed: LastFeed | None
    found: tuple[FoundHere, ...]
    title: str = ""
    refusal: str = ""

    @property
    def fed(self) -> bool:
        """Whether the last feed carried exactly what is approved now."""
        wanted = {ad.revision_id for ad in self.ads if ad.revision_id is not None}
        return self.last_feed is not None and set(self.last_feed.revision_ids) == wanted


def issue_page(number: int) -> IssuePage:
    """Read an issue. Raises NotFound."""
    issue = issue_numbered(number)
    ads: tuple[Placed, ...] = ()
    gaps: tuple[Gap, ...] = ()
    approved, refusal, title = ApprovedCopy(), "", ""
    try:
        copy = copy_for(issue)
        ads, gaps, title = copy.ads, copy.gaps, copy.title
        approved = copy.approved()
    except (ApprovedCopyChanged, FeedRefused) as refused:
        refusal = str(refused)
    run = db.session.execute(
        sa.select(FeedRun.at, FeedRun.revision_ids)
        .where(FeedRun.issue_id == issue.id)
        .order_by(FeedRun.id.desc())
        .limit(1)
    ).one_or_none()
    return IssuePage(
        number=issue.number,
        publishes_on=issue.publishes_on,
        sends_at=issue.sends_at,
        sent_at=issue.sent_at,
        booking_deadline=issue.booking_deadline,
        copy_deadline=issue.copy_deadline,
        state=issue.state,
        archive_url=issue.archive_url,
        ads=ads,
        gaps=gaps,
        approved=approved,
        last_feed=LastFeed(run.at, tuple(run.revision_ids)) if run else None,
        found=_found(issue.id) if issue.state is IssueState.SENT else (),
        title=title,
        refusal=refusal,
    )


def approved_copy(number: int) -> IssueCopy:
    """What may run in an issue, and nothing else. Raises NotFound, ApprovedCopyChanged."""
    return copy_for(issue_numbered(number))


def _found(issue_id: int) -> tuple[FoundHere, ...]:
    rows = db.session.execute(
        sa.select(FoundBlock, IssueItem.booking_id)
        .join(IssueItem, IssueItem.id == FoundBlock.issue_item_id)
        .where(IssueItem.issue_id == issue_id)
        .order_by(IssueItem.position, FoundBlock.place.desc())
    ).all()
    return tuple(
        FoundHere(
            booking_id,
            block.place,
            block.found,
            tuple((str(change), str(text)) for change, text in block.difference),
            block.checked_at,
        )
        for block, booking_id in rows
    )
