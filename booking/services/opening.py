"""Opens future issues from the newsletter's rule, and brings those that are open in line when the rule has changed.

What people have booked is never moved or removed here: such an issue stays as it is and is named in the answer.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

import sqlalchemy as sa

from booking.db import db, transaction
from booking.domain.errors import IssueFrozen, NotFound, RuleNotUsable
from booking.domain.localtime import spell_date
from booking.domain.schedule import Occurrence, has_issue_of, upcoming
from booking.domain.states import IssueState
from booking.models import Booking, Issue, Newsletter, Placement, Slot
from booking.services import availability
from booking.services.plan import Plan, Prices, Times, current_plan, current_prices
from booking.services.queries.calendar import COMING


@dataclass(slots=True)
class Opened:
    """What opening issues did: numbers of issues, and a sentence for each that was left as it is."""

    added: list[int] = field(default_factory=list)
    renumbered: list[int] = field(default_factory=list)
    retimed: list[int] = field(default_factory=list)
    removed: list[date] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)

    @property
    def sentence(self) -> str:
        """What happened, for the person who asked."""
        parts = [
            f"{len(self.added)} added" if self.added else "",
            f"{len(self.renumbered)} renumbered" if self.renumbered else "",
            f"{len(self.retimed)} given new times" if self.retimed else "",
            f"{len(self.removed)} taken off" if self.removed else "",
        ]
        done = ", ".join(part for part in parts if part)
        return " ".join([f"Issues: {done}." if done else "Nothing to change.", *self.kept])


@transaction
def open_issues(now: datetime, count: int) -> Opened:
    """See to it that the next `count` issues are on the calendar, numbered, timed and with their slots.

    Doing it twice changes nothing. A date that the rule has given up loses its issue, and later ones close the gap in
    the numbers, as the model newsletter does. Raises `RuleNotUsable` when the settings contradict one another, a
    placement has no price, or a date with bookings would vanish.
    """
    return bring_in_line(now, count)


def keep_open(now: datetime) -> int:
    """The upkeep: as one issue is sent another comes on sale, half a year ahead; returns how many were added."""
    if db.session.scalar(sa.select(Newsletter.id)) is None:
        return 0
    return len(open_issues(now, COMING).added)


def bring_in_line(now: datetime, count: int) -> Opened:
    """The work of `open_issues`, for acts that change the rule in the same transaction."""
    plan, opened = current_plan(), Opened()
    standing = {issue.rule_date: issue for issue in _standing(now)}
    wanted = upcoming(plan.rule, plan.changes, now, count + len(standing) + len(plan.changes))
    _refuse_used_numbers(wanted, now)
    by_date = {issue.rule_date: issue for issue in wanted}
    for day in [day for day in standing if day not in by_date and has_issue_of(plan.rule, plan.changes, day)]:
        # By the new times it has gone out already: the editor changed them on the day itself.
        opened.kept.append(f"Issue {standing.pop(day).number} is sent at the time that it had.")
    spare = [_spare(issue, now, opened) for day, issue in standing.items() if day not in by_date]
    matched = [(issue, by_date[day]) for day, issue in standing.items() if day in by_date]
    _renumber(matched, opened)
    new = [issue for day, issue in by_date.items() if day not in standing]
    soon = {issue.number for issue in wanted[:count]}
    _add(plan, new, [issue for issue in spare if issue is not None], soon, opened)
    for issue, occurrence in matched:
        _retime(issue, plan.times(occurrence.publishes_on), now, opened)
    return opened


def _standing(now: datetime) -> list[Issue]:
    return list(db.session.scalars(sa.select(Issue).where(Issue.sends_at > now).order_by(Issue.sends_at)))


def _refuse_used_numbers(wanted: list[Occurrence], now: datetime) -> None:
    numbers = [issue.number for issue in wanted]
    used = db.session.scalar(sa.select(sa.func.max(Issue.number)).where(Issue.sends_at <= now))
    if numbers and used is not None and min(numbers) <= used:
        raise RuleNotUsable(
            f"Issue {used} is already out, and the rule would count on from {min(numbers)}. "
            "Correct the number of the first issue."
        )


def changeable(number: int) -> Issue:
    """The issue of this number, locked until the act ends. Raises NotFound, and IssueFrozen from its freeze on."""
    issue = db.session.scalar(sa.select(Issue).where(Issue.number == number).with_for_update())
    if issue is None:
        raise NotFound("issue")
    if issue.state in (IssueState.FROZEN, IssueState.SENT):
        raise IssueFrozen(number)
    return issue


def is_booked(issue: Issue, now: datetime) -> bool:
    """Whether anyone holds or has booked a slot of it."""
    return bool(db.session.scalar(sa.select(sa.exists().where(Slot.issue_id == issue.id, availability.occupied(now)))))


def _spare(issue: Issue, now: datetime, opened: Opened) -> Issue | None:
    """Take an issue off its date. It is returned to be used again when old, ended bookings still refer to it."""
    if issue.state is IssueState.FROZEN or is_booked(issue, now):
        raise RuleNotUsable(
            f"Issue {issue.number} on {spell_date(issue.publishes_on)} has bookings, and the rule has no issue for it "
            "any more. Move or cancel them first, or keep that date."
        )
    opened.removed.append(issue.publishes_on)
    remembered = db.session.scalar(sa.select(sa.exists().where(Booking.slot_id == Slot.id, Slot.issue_id == issue.id)))
    if remembered:
        issue.number = -issue.number
        return issue
    db.session.execute(sa.delete(Slot).where(Slot.issue_id == issue.id))
    db.session.execute(sa.delete(Issue).where(Issue.id == issue.id))
    db.session.expunge(issue)
    return None


def _renumber(matched: list[tuple[Issue, Occurrence]], opened: Opened) -> None:
    changed = [(issue, occurrence.number) for issue, occurrence in matched if issue.number != occurrence.number]
    # By way of negative numbers: they are unique at every moment, and neighbours take over each other's.
    for issue, _ in changed:
        issue.number = -issue.number
    db.session.flush()
    for issue, number in changed:
        issue.number = number
        opened.renumbered.append(number)
    db.session.flush()


def _retime(issue: Issue, times: Times, now: datetime, opened: Opened) -> None:
    if times == Times(issue.publishes_on, issue.sends_at, issue.booking_deadline, issue.copy_deadline):
        return
    if issue.state is IssueState.FROZEN or is_booked(issue, now):
        opened.kept.append(
            f"Issue {issue.number} has bookings and keeps its date, {spell_date(issue.publishes_on)}, "
            "and its deadlines; move it by hand if it shall follow the new rule."
        )
        return
    retime(issue, times)
    opened.retimed.append(issue.number)


def retime(issue: Issue, times: Times) -> None:
    """Give an issue another date; its deadlines and the end of sales of its slots follow."""
    issue.publishes_on = times.publishes_on
    issue.sends_at = times.sends_at
    issue.booking_deadline = times.booking_deadline
    issue.copy_deadline = times.copy_deadline
    db.session.flush()
    db.session.execute(sa.update(Slot).where(Slot.issue_id == issue.id).values(sales_close_at=times.booking_deadline))


def _add(plan: Plan, new: list[Occurrence], spare: list[Issue], soon: set[int], opened: Opened) -> None:
    placements = list(db.session.scalars(sa.select(Placement).order_by(Placement.position)))
    prices = current_prices()
    for occurrence in new:
        if occurrence.number not in soon and not spare:
            continue
        times = plan.times(occurrence.publishes_on)
        if spare:
            issue = spare.pop()
            issue.number, issue.rule_date = occurrence.number, occurrence.rule_date
            retime(issue, times)
            _reprice(issue, placements, prices)
        else:
            issue = _issue(occurrence.number, occurrence.rule_date, times)
            db.session.add(issue)
            issue.slots = [slot for placement in placements for slot in _slots(placement, times, prices)]
        opened.added.append(occurrence.number)
    # All at once: the database takes a half year of issues in two statements.
    db.session.flush()


def _issue(number: int, rule_date: date, times: Times) -> Issue:
    return Issue(
        number=number,
        rule_date=rule_date,
        publishes_on=times.publishes_on,
        sends_at=times.sends_at,
        booking_deadline=times.booking_deadline,
        copy_deadline=times.copy_deadline,
        state=IssueState.OPEN,
    )


def _slots(placement: Placement, times: Times, prices: Prices) -> list[Slot]:
    return [new_slot(placement, ordinal, times, prices) for ordinal in range(1, placement.slots_per_issue + 1)]


def new_slot(placement: Placement, ordinal: int, times: Times, prices: Prices) -> Slot:
    """A slot that is on sale until the booking deadline, at the price that the rate card has for the day."""
    price = prices.on(placement, times.publishes_on)
    return Slot(
        placement_id=placement.id,
        ordinal=ordinal,
        price=price.amount,
        currency=price.currency,
        sales_close_at=times.booking_deadline,
    )


def _reprice(issue: Issue, placements: list[Placement], prices: Prices) -> None:
    for placement in placements:
        mine = sa.update(Slot).where(Slot.issue_id == issue.id, Slot.placement_id == placement.id)
        if placement.slots_per_issue:
            db.session.execute(mine.values(price=prices.on(placement, issue.publishes_on).amount))
