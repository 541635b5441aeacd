"""Puts the approved copy of an issue into a draft, and remembers what it wrote: the next feed touches only that.

The rules are `domain.feed`, which is pure. Here is the rest: which copy, which base, and that both are stored together
with the draft or not at all.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import sqlalchemy as sa

from booking.db import db, transaction
from booking.domain import feed as rules
from booking.domain.counted import counted
from booking.domain.errors import IssueSent
from booking.domain.feed import FeedResult
from booking.domain.merge import Choice
from booking.domain.region import Region
from booking.domain.states import IssueState, PlacementKind
from booking.domain.title_line import IssueFacts
from booking.models import Booking, FeedBase, FeedRun, Issue
from booking.services import audit
from booking.services.booking_steps import By
from booking.services.issue_copy import Gap, Placed, copy_for, issue_numbered
from booking.services.tasks_for_people import open_task, open_task_again, questions_about, settle_tasks

REGION_OF = {PlacementKind.SPONSOR: Region.SPONSOR, PlacementKind.EVENT: Region.EVENT, PlacementKind.JOB: Region.JOBS}

Write = Callable[[bytes], None]


@dataclass(frozen=True, slots=True)
class DraftGiven:
    """A draft, the name of its file (empty when it was pasted), and the editor's answers to conflicts, by region."""

    content: bytes
    file_name: str = ""
    choices: Mapping[Region, Choice] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FeedReport:
    """What a feed did or would do. With conflicts nothing was written, and only the questions are on the desk."""

    number: int
    result: FeedResult
    ads: tuple[Placed, ...]
    gaps: tuple[Gap, ...]

    @property
    def accepted(self) -> bool:
        """Whether there is no question left for the editor."""
        return not self.result.conflicts


def plan_feed(number: int, draft: DraftGiven) -> FeedReport:
    """What a feed would do, without doing it.

    Raises NotFound, IssueSent, DraftRefused, FeedRefused, ApprovedCopyChanged.
    """
    issue = issue_numbered(number)
    return _report(issue, draft)


@transaction
def remember_questions(report: FeedReport, by: By) -> None:
    """Put the conflicts that a planned feed has on the desk, until a draft of the issue is fed."""
    _ask_about_draft(report, by)


@transaction
def feed_issue(number: int, draft: DraftGiven, by: By, write: Write | None = None) -> FeedReport:
    """Write the approved copy of the issue into the draft, unless there are conflicts, and store what was written.

    Conflicts wait on the desk from then on, until a draft of the issue is fed.

    `write` is given the new bytes when they differ. It runs before the commit: when it fails, nothing is stored; when
    the commit fails after it, the next feed finds exactly the approved copy and adopts it. Raises as `plan_feed`.
    """
    issue = issue_numbered(number, lock=True)
    report = _report(issue, draft)
    if not report.accepted:
        _ask_about_draft(report, by)
        return report
    settle_tasks(questions_about(number), by.now)
    _store_base(issue, report.result.base)
    _store_run(issue, draft.content, report, by)
    for region in report.result.not_run:
        _ask_about_not_run(number, region, report.ads, by)
    if write is not None and report.result.changed:
        write(report.result.draft)
    return report


@transaction
def cancel_feed(number: int, draft: DraftGiven, by: By, write: Write | None = None) -> FeedResult:
    """Take out of the draft what the feed put in, and forget it. Nothing happens when there are conflicts.

    Raises NotFound, IssueSent, DraftRefused, FeedRefused.
    """
    issue = issue_numbered(number, lock=True)
    _refuse_sent(issue)
    result = rules.cancel(draft.content, base_of(issue), draft.choices)
    if result.conflicts:
        return result
    settle_tasks(questions_about(number), by.now)
    _store_base(issue, {})
    sentence = f"Took the paid copy out of the draft of issue {number}."
    audit.record(by.actor, by.user_id, "issue.cancel-feed", f"issue {number}", sentence, by.now)
    if write is not None and result.changed:
        write(result.draft)
    return result


def base_of(issue: Issue) -> dict[Region, bytes]:
    """What the last feed wrote into each region."""
    rows = db.session.execute(sa.select(FeedBase.region, FeedBase.content).where(FeedBase.issue_id == issue.id))
    return {Region(region): content for region, content in rows}


def _report(issue: Issue, draft: DraftGiven) -> FeedReport:
    _refuse_sent(issue)
    copy = copy_for(issue)
    facts = IssueFacts(issue.number, issue.publishes_on, draft.file_name)
    result = rules.feed(draft.content, copy.approved(), base_of(issue), draft.choices, facts)
    return FeedReport(issue.number, result, copy.ads, copy.gaps)


def _refuse_sent(issue: Issue) -> None:
    if issue.state is IssueState.SENT:
        raise IssueSent(issue.number)


def _store_base(issue: Issue, base: Mapping[Region, bytes]) -> None:
    db.session.execute(sa.delete(FeedBase).where(FeedBase.issue_id == issue.id))
    for region, content in base.items():
        db.session.add(FeedBase(issue_id=issue.id, region=region.value, content=content))
    db.session.flush()


def _store_run(issue: Issue, before: bytes, report: FeedReport, by: By) -> None:
    placed = {key for region, key in report.result.carried if region is not Region.FOOT}
    carried = [ad for ad in report.ads if ad.copy.key in placed]
    revisions = [ad.revision_id for ad in carried if ad.revision_id is not None]
    last = db.session.scalars(
        sa.select(FeedRun).where(FeedRun.issue_id == issue.id).order_by(FeedRun.id.desc()).limit(1)
    ).one_or_none()
    after = _sha256(report.result.draft)
    if not report.result.changed and last is not None and last.sha256_after == after and last.revision_ids == revisions:
        return
    run = FeedRun(issue_id=issue.id, at=by.now, sha256_before=_sha256(before), sha256_after=after)
    run.revision_ids = revisions
    db.session.add(run)
    count = len(carried)
    sentence = f"Fed {counted(count, 'ad')} into the draft of issue {issue.number}."
    details = {"sha256": after, "revisions": revisions}
    audit.record(by.actor, by.user_id, "issue.feed", f"issue {issue.number}", sentence, by.now, details)


def _ask_about_draft(report: FeedReport, by: By) -> None:
    regions = " and ".join(conflict.region.value for conflict in report.result.conflicts)
    open_task_again(
        questions_about(report.number),
        f"The draft of issue {report.number} has questions",
        f"They are about: {regions}. Nothing was written. Feed the draft again and answer them.",
        by.now,
    )


def _ask_about_not_run(number: int, region: Region, ads: tuple[Placed, ...], by: By) -> None:
    for ad in ads:
        if ad.booking_id is not None and REGION_OF[ad.kind] is region:
            booking = db.session.get_one(Booking, ad.booking_id)
            open_task(
                f"not-run:{booking.id}",
                f"{booking.order.company} was taken out of issue {number}",
                "Its approved copy was marked as not run. Give it another week as a make-good, or refund it.",
                booking.order_id,
                by.now,
            )


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
