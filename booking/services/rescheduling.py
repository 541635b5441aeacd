"""The editor changes the calendar by hand: moves an issue, skips a date, slips in an extra issue.

A move keeps the issue, its number and all that is booked in it, and everybody who booked is told. A skipped date uses
up no number, so the issues after it are renumbered and keep their dates: people book a date, and numbers are ours.
"""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa

from booking.db import db, transaction
from booking.domain import schedule
from booking.domain.counted import counted
from booking.domain.errors import NotFound, RuleNotUsable, SlotSold
from booking.domain.localtime import spell_date
from booking.domain.states import Actor, BookingState, ExceptionKind
from booking.models import Booking, Issue, Placement, ScheduleException, Slot
from booking.services import audit, availability, letters, outbox
from booking.services.opening import Opened, bring_in_line, changeable, retime
from booking.services.plan import current_plan


@transaction
def move_issue(number: int, to: date, note: str, editor_id: int | None, now: datetime) -> int:
    """Send an issue on another date. Its deadlines follow; everybody who booked in it is told; returns how many.

    Raises `RuleNotUsable` when there is an issue on that date already or the date is over, `IssueFrozen`, `NotFound`.
    """
    issue = changeable(number)
    before = issue.publishes_on
    if to == before:
        return 0
    rule_date = _write_move(issue, to, note)
    plan = current_plan()
    schedule.check(plan.rule, plan.changes)
    issue.rule_date = rule_date
    times = plan.times(to)
    if times.sends_at <= now:
        raise RuleNotUsable(f"{spell_date(to)} is over. Move the issue to a later date.")
    retime(issue, times)
    bring_in_line(now, open_count(now))
    told = _tell_bookers(issue, before, now)
    sentence = f"Moved issue {number} from {spell_date(before)} to {spell_date(to)}; {counted(told, 'mail')} went out."
    audit.record(Actor.EDITOR, editor_id, "issue.move", f"issue {number}", sentence, now)
    return told


@transaction
def skip_date(on: date, note: str, editor_id: int | None, now: datetime) -> Opened:
    """Send no issue on `on`; the issues after it close the gap in the numbers and keep their dates.

    Raises `SlotSold` when somebody holds or has booked a place in it, `NotFound` when no issue is planned then.
    """
    issue = db.session.scalar(sa.select(Issue).where(Issue.publishes_on == on))
    if issue is None:
        raise NotFound("issue")
    _refuse_booked(changeable(issue.number), now)
    count, exception = open_count(now), _exception(issue.rule_date)
    if exception is not None and exception.kind is ExceptionKind.EXTRA:
        db.session.delete(exception)
    else:
        _write(exception, issue.rule_date, ExceptionKind.SKIP, note)
    db.session.flush()
    opened = bring_in_line(now, count)
    sentence = f"No issue on {spell_date(on)}. {opened.sentence}"
    audit.record(Actor.EDITOR, editor_id, "issue.skip", f"date {on.isoformat()}", sentence[:500], now)
    return opened


@transaction
def put_back(on: date, editor_id: int | None, now: datetime) -> Opened:
    """Send an issue on a date of the rule that was skipped. Raises `NotFound` when it is not skipped."""
    exception = _exception(on)
    if exception is None or exception.kind is not ExceptionKind.SKIP:
        raise NotFound("skipped date")
    count = open_count(now)
    db.session.delete(exception)
    db.session.flush()
    opened = bring_in_line(now, count)
    sentence = f"An issue on {spell_date(on)} after all. {opened.sentence}"
    audit.record(Actor.EDITOR, editor_id, "issue.put_back", f"date {on.isoformat()}", sentence[:500], now)
    return opened


@transaction
def add_extra(on: date, note: str, editor_id: int | None, now: datetime) -> Opened:
    """Slip in an issue on `on`; it takes the next number and the issues after it count on from there.

    Raises `RuleNotUsable` when there is an issue on that date already or the date is over.
    """
    if current_plan().times(on).sends_at <= now:
        raise RuleNotUsable(f"{spell_date(on)} is over. Choose a later date.")
    _refuse_exception(on)
    db.session.add(ScheduleException(kind=ExceptionKind.EXTRA, on_date=on, note=note[:120]))
    db.session.flush()
    opened = bring_in_line(now, open_count(now) + 1)
    sentence = f"An extra issue on {spell_date(on)}. {opened.sentence}"
    audit.record(Actor.EDITOR, editor_id, "issue.extra", f"date {on.isoformat()}", sentence[:500], now)
    return opened


def open_count(now: datetime) -> int:
    """How many issues are still to be sent."""
    return db.session.scalar(sa.select(sa.func.count()).select_from(Issue).where(Issue.sends_at > now)) or 0


def _exception(on: date) -> ScheduleException | None:
    return db.session.scalar(sa.select(ScheduleException).where(ScheduleException.on_date == on))


def _write(exception: ScheduleException | None, on: date, kind: ExceptionKind, note: str) -> ScheduleException:
    if exception is None:
        exception = ScheduleException(on_date=on)
        db.session.add(exception)
    exception.kind, exception.moves_to, exception.note = kind, None, note[:120]
    return exception


def _refuse_exception(on: date) -> None:
    """A date that is an exception already takes no extra issue: it was skipped, or its own issue was moved away."""
    if _exception(on) is not None:
        raise RuleNotUsable(f"{spell_date(on)} was skipped or moved. Change that instead.")


def _write_move(issue: Issue, to: date, note: str) -> date:
    """Write the exception, and return the date by which the rule knows the issue from now on."""
    exception, rule_date = _exception(issue.rule_date), issue.rule_date
    if exception is not None and exception.kind is ExceptionKind.EXTRA:
        _refuse_exception(to)
        exception.on_date = rule_date = to
    elif to == issue.rule_date and exception is not None:
        db.session.delete(exception)
    else:
        _write(exception, issue.rule_date, ExceptionKind.MOVE, note).moves_to = to
    db.session.flush()
    return rule_date


def _refuse_booked(issue: Issue, now: datetime) -> None:
    taken = db.session.scalar(
        sa.select(Placement.name)
        .join(Slot, Slot.placement_id == Placement.id)
        .where(Slot.issue_id == issue.id, availability.occupied(now))
        .limit(1)
    )
    if taken is not None:
        raise SlotSold(taken, issue.number)


def _tell_bookers(issue: Issue, before: date, now: datetime) -> int:
    bookings = db.session.scalars(
        sa.select(Booking)
        .join(Slot, sa.and_(Slot.id == Booking.slot_id, Slot.booking_id == Booking.id))
        .where(Slot.issue_id == issue.id, Booking.state == BookingState.CONFIRMED)
        .order_by(Booking.id)
    ).all()
    for booking in bookings:
        key = f"issue-moved:{booking.id}:{issue.publishes_on.isoformat()}"
        outbox.post(letters.issue_moved(booking, before), key, now)
    return len(bookings)
