"""Small acts of the editor: more time for the copy of one booking, one more try for one mail, the books compared."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import sqlalchemy as sa

from booking.db import db, transaction
from booking.domain.errors import IssueFrozen, NotFound, RuleNotUsable, WrongState
from booking.domain.localtime import instant, spell
from booking.domain.states import Actor, BookingState, IssueState, Machine, OutboxState
from booking.models import Booking, Newsletter, OutboxMessage
from booking.services import audit
from booking.services.booking_steps import By
from booking.services.places import changed
from booking.services.reconciling import Report, reconcile


@transaction
def extend_copy(booking_id: int, until: date, by: By) -> datetime:
    """Let the copy of one booking come until a later day, at the newsletter's usual time; returns the instant.

    Raises NotFound, WrongState for what is not booked, IssueFrozen, and RuleNotUsable for a day that is over, earlier
    than the advertiser has been told already, or after the issue is sent.
    """
    booking = db.session.get(Booking, booking_id)
    if booking is None:
        raise NotFound("booking")
    if booking.state is not BookingState.CONFIRMED:
        raise WrongState(Machine.BOOKING, booking.state, BookingState.CONFIRMED)
    issue = booking.slot.issue
    if issue.state in (IssueState.FROZEN, IssueState.SENT):
        raise IssueFrozen(issue.number)
    newsletter = db.session.scalars(sa.select(Newsletter)).one()
    if until > issue.publishes_on:
        raise RuleNotUsable(f"Issue {issue.number} is sent before that. Choose a day up to its own.")
    due = min(instant(until, newsletter.copy_time, newsletter.zone), issue.sends_at)
    if due <= by.now:
        raise RuleNotUsable("That moment is over. Choose a later day.")
    told = booking.copy_due_at or issue.copy_deadline
    if due < told:
        raise RuleNotUsable(f"The copy may come until {spell(told, newsletter.zone)} already. Choose a later day.")
    booking.copy_due_at = due
    sentence = f"Gave {booking.order.company} until {spell(due, newsletter.zone)} for the copy of issue {issue.number}."
    audit.record(Actor.EDITOR, by.user_id, "copy.extend", f"booking {booking.id}", sentence, by.now)
    return due


@transaction
def send_again(message_id: int, by: By) -> None:
    """Give a mail that was given up one more round of tries. Raises NotFound; one that waits or went out stays so."""
    message = db.session.get(OutboxMessage, message_id)
    if message is None:
        raise NotFound("mail")
    waiting = {"state": OutboxState.WAITING, "tries": 0, "next_try_at": by.now, "claimed_until": None}
    again = sa.update(OutboxMessage).where(OutboxMessage.id == message_id, OutboxMessage.state == OutboxState.DEAD)
    if changed(again.values(waiting)):
        audit.record(Actor.EDITOR, by.user_id, "mail.again", f"mail {message_id}", "Tried a mail again.", by.now)


def compare_books(by: By, over: timedelta) -> Report:
    """Compare our books with Stripe's over the time until now, at the editor's wish, which goes on record.

    Raises PaymentsUnreachable; then nothing was compared.
    """
    report = reconcile(by.now - over, by.now)
    _record_comparison(report.whole, by)
    return report


@transaction
def _record_comparison(whole: bool, by: By) -> None:
    outcome = "they agree" if whole else "they do not agree"
    sentence = f"Compared our books with Stripe’s: {outcome}."
    audit.record(by.actor, by.user_id, "money.compare", "money", sentence, by.now)
