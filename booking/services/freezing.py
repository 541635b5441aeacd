"""Closes an issue for changes, opens it again before it is sent, and says that it went out.

The freeze turns the issue's state first and then locks its slots. A payment confirms a booking by an UPDATE of the
slot's own row, so each one is either before the lock, and in the issue, or after it, and refunded: nothing between.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa

from booking.db import db, transaction
from booking.domain.copy_refusals import ArchiveLinkNotUsable, ReasonMissing
from booking.domain.copy_text import markdown
from booking.domain.counted import counted
from booking.domain.errors import WrongState
from booking.domain.states import BookingState, IssueState, Machine
from booking.models import Booking, Issue, IssueItem, Slot
from booking.services import audit
from booking.services.announcing import announce
from booking.services.booking_steps import By, step
from booking.services.issue_copy import Gap, IssueCopy, approved_now, issue_numbered
from booking.services.places import changed
from booking.services.tasks_for_people import open_task, questions_about, settle_tasks

LONGEST_ADDRESS = 500
"""Characters of the address of a sent issue."""


@dataclass(frozen=True, slots=True)
class Frozen:
    """What an issue froze with: how many ads, and the booked places that have nothing to run."""

    ads: int
    gaps: tuple[Gap, ...]


@transaction
def freeze(number: int, by: By) -> Frozen:
    """Lock every slot of an open issue and write down the text that it carries.

    A booked place without approved copy does not stop the freeze: it is reported here, and is a task once the issue is
    sent. Raises NotFound, WrongState when the issue is not open, ApprovedCopyChanged.
    """
    issue = issue_numbered(number)
    _turn(issue, IssueState.OPEN, IssueState.FROZEN, frozen_at=by.now)
    _lock_slots(issue, locked=True)
    # Read only now: a payment that confirmed a booking before the lock is part of the issue.
    copy = approved_now(issue)
    _write_items(issue, copy)
    _announce("issue.frozen", number, by, ads=[ad.sha256 for ad in copy.ads])
    _audit(number, "issue.freeze", f"Froze issue {number} with {counted(len(copy.ads), 'ad')}.", by)
    return Frozen(len(copy.ads), copy.gaps)


@transaction
def unfreeze(number: int, reason: str, by: By) -> None:
    """Open a frozen issue again, before it is sent: its copy is what is approved, no longer what it froze with.

    Raises NotFound, WrongState when it is not frozen, ReasonMissing.
    """
    if not reason.strip():
        raise ReasonMissing("It stands in the log.")
    issue = issue_numbered(number)
    _turn(issue, IssueState.FROZEN, IssueState.OPEN, frozen_at=None)
    _lock_slots(issue, locked=False)
    db.session.execute(sa.delete(IssueItem).where(IssueItem.issue_id == issue.id))
    _announce("issue.unfrozen", number, by)
    _audit(number, "issue.unfreeze", f"Opened issue {number} again: {reason.strip()}", by)


@transaction
def sent(number: int, archive_url: str, by: By) -> int:
    """Say that a frozen issue went out, and where it can be read; returns how many bookings ran.

    Booked places that had nothing to run become tasks: each needs another week or its money back. Raises NotFound,
    WrongState when the issue is not frozen, ArchiveLinkNotUsable.
    """
    url = archive_url.strip()
    if url and not _is_web_address(url):
        raise ArchiveLinkNotUsable(url[:80])
    issue = issue_numbered(number)
    _turn(issue, IssueState.FROZEN, IssueState.SENT, sent_at=by.now, archive_url=url or issue.archive_url)
    carried = set(db.session.scalars(sa.select(IssueItem.booking_id).where(IssueItem.issue_id == issue.id)))
    ran = 0
    for booking in _booked(issue):
        if booking.id in carried:
            step(booking, BookingState.RAN, by, f"Issue {number} was sent.")
            ran += 1
        else:
            _ask_what_to_do(number, booking, by)
    settle_tasks(questions_about(number), by.now)
    _announce("issue.sent", number, by, archive_url=url)
    _audit(number, "issue.sent", f"Sent issue {number}; {counted(ran, 'booking')} ran.", by, {"archive_url": url})
    return ran


def _is_web_address(text: str) -> bool:
    """Whether it leads to a page and has room in its column."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and len(text) <= LONGEST_ADDRESS


def _turn(issue: Issue, old: IssueState, new: IssueState, **values: Any) -> None:
    """One UPDATE decides between two editors."""
    if not changed(sa.update(Issue).where(Issue.id == issue.id, Issue.state == old).values(state=new, **values)):
        raise WrongState(Machine.ISSUE.value, issue.state.value, new.value)
    db.session.refresh(issue)


def _lock_slots(issue: Issue, *, locked: bool) -> None:
    changed(sa.update(Slot).where(Slot.issue_id == issue.id).values(locked=locked))


def _write_items(issue: Issue, copy: IssueCopy) -> None:
    for position, ad in enumerate(copy.ads, start=1):
        item = IssueItem(issue_id=issue.id, slot_id=ad.slot_id, position=position, text=markdown(ad.copy))
        item.sha256 = ad.sha256
        item.booking_id, item.revision_id, item.house_ad_id = ad.booking_id, ad.revision_id, ad.house_ad_id
        db.session.add(item)
    db.session.flush()


def _booked(issue: Issue) -> list[Booking]:
    return list(
        db.session.scalars(
            sa.select(Booking)
            .join(Slot, Slot.booking_id == Booking.id)
            .where(Slot.issue_id == issue.id, Booking.state == BookingState.CONFIRMED)
            .order_by(Booking.id)
        )
    )


def _ask_what_to_do(number: int, booking: Booking, by: By) -> None:
    open_task(
        f"not-run:{booking.id}",
        f"{booking.order.company} did not run in issue {number}",
        "The place was booked and had no approved copy. Move it to another week, or cancel it with a refund.",
        booking.order_id,
        by.now,
    )


def _announce(event: str, number: int, by: By, **more: Any) -> None:
    announce(event, {"issue": number, **more}, f"{event}:{number}:{by.now.isoformat()}", by.now)


def _audit(number: int, action: str, sentence: str, by: By, details: dict[str, Any] | None = None) -> None:
    audit.record(by.actor, by.user_id, action, f"issue {number}", sentence, by.now, details)
