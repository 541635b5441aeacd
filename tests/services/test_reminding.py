"""Reminders are sent once for each deadline, catch up after a pause, and never ask for what is there."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from booking import clock
from booking.db import db
from booking.models import Booking, OutboxMessage
from booking.services import reminding, reviewing
from booking.services.copywriting import Words
from tests.support.copy import confirmed, editor_by, seen, submitted
from tests.support.factories import choice, make_editor, make_issue, make_order

pytestmark = pytest.mark.usefixtures("session")


def make_booking() -> Booking:
    make_issue()
    [booking] = confirmed(make_order(choice()))
    return booking


def due(booking: Booking) -> datetime:
    db.session.rollback()
    return booking.copy_due_at or booking.slot.issue.copy_deadline


def subjects() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(OutboxMessage.subject).order_by(OutboxMessage.id)))


def test_reminders_go_out_seven_three_and_one_days_before_the_deadline_and_at_it() -> None:
    make_issue(503)
    [booking] = confirmed(make_order(choice(503)))
    deadline = due(booking)
    sent = []
    for hours in (169, 168, 167, 73, 72, 25, 24, 1, 0, -1, -23, -25):
        reminding.remind(deadline - timedelta(hours=hours))
        sent.append(len(subjects()))
    assert sent == [0, 1, 1, 1, 2, 2, 3, 3, 4, 4, 4, 4]
    assert all(subject.startswith("Copy due by ") for subject in subjects()[:3])
    assert subjects()[3] == "Copy for issue 503 was due now"


def test_nobody_is_reminded_of_what_the_confirmation_has_just_said() -> None:
    booking = make_booking()
    assert reminding.remind(booking.created_at) == 0


@pytest.mark.scenario(24)
def test_running_twice_sends_nothing_twice() -> None:
    deadline = due(make_booking())
    for _ in range(3):
        reminding.remind(deadline - timedelta(days=2))
    assert len(subjects()) == 1


@pytest.mark.scenario(24)
def test_of_reminders_missed_while_no_worker_ran_only_the_last_is_sent() -> None:
    deadline = due(make_booking())
    reminding.remind(deadline - timedelta(hours=5))
    assert len(subjects()) == 1


@pytest.mark.scenario(24)
def test_a_moved_deadline_is_reminded_of_anew() -> None:
    booking = make_booking()
    first = due(booking)
    reminding.remind(first - timedelta(hours=5))
    booking.copy_due_at = first + timedelta(days=2)
    db.session.commit()
    reminding.remind(first - timedelta(hours=5))
    assert len(subjects()) == 2
    assert len(set(subjects())) == 2, "each names its own deadline"


def test_nobody_is_reminded_of_a_hold_or_of_copy_that_is_there() -> None:
    make_issue()
    order = make_order(choice())
    now = order.bookings[0].slot.issue.copy_deadline - timedelta(days=1)
    assert reminding.remind(now) == 0
    [booking] = confirmed(order)
    revision = submitted(booking)
    assert reminding.remind(now) == 0, "it waits for the editor, not for the buyer"
    reviewing.approve(seen(revision), editor_by(make_editor()))
    assert reminding.remind(now) == 0
    assert [subject for subject in subjects() if subject.startswith("Copy due")] == []


def test_copy_that_was_sent_back_is_missing_again() -> None:
    booking = make_booking()
    revision = submitted(booking)
    reviewing.request_changes(seen(revision), "The link is broken.", editor_by(make_editor()))
    assert reminding.remind(due(booking) - timedelta(days=1)) == 1


def test_an_edit_that_waits_for_the_advertiser_is_missing_too() -> None:
    booking = make_booking()
    revision = submitted(booking)
    reviewing.edit(seen(revision), Words("Ledgerline", "Fewer words.", revision.link), editor_by(make_editor()))
    assert reminding.remind(due(booking) - timedelta(days=1)) == 1


@pytest.mark.scenario(24)
def test_the_hour_in_which_clocks_change_is_one_reminder() -> None:
    booking = make_booking()
    # Clocks in London go back at 02:00 on 25 October 2026: 01:30 is shown twice.
    booking.copy_due_at = clock.instant("2026-10-25 01:30")
    db.session.commit()
    for minute in range(-90, 91, 30):
        reminding.remind(clock.instant("2026-10-24 01:30") + timedelta(minutes=minute))
    assert len(subjects()) == 2, "one for each of the two reminders"
    assert "(GMT)" in subjects()[-1]
