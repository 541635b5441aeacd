"""The editor changes the calendar by hand, and whoever booked keeps what they booked or is told."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa
from flask_sqlalchemy.session import Session
from sqlalchemy.orm import scoped_session

from booking.domain.errors import IssueFrozen, NotFound, RuleNotUsable, SlotSold
from booking.domain.states import Actor
from booking.models import AuditEntry, Issue, OutboxMessage, ScheduleException
from booking.services import freezing, opening, rescheduling
from booking.services.booking_steps import By
from tests.support.factories import NOW, choice, make_issue, make_newsletter, make_order, make_paid_order, slot_of
from tests.support.till import Till

Db = scoped_session[Session]


def dates(session: Db) -> dict[int, str]:
    """Number and date of every issue."""
    session.rollback()
    rows = session.execute(sa.select(Issue.number, Issue.publishes_on).order_by(Issue.number))
    return {number: day.isoformat() for number, day in rows}


@pytest.mark.scenario(24)
def test_a_moved_issue_takes_its_bookings_and_deadlines_along_and_tells_their_owners(session: Db, till: Till) -> None:
    with till.at(NOW):
        make_newsletter(issues=3)
        make_paid_order(till, choice(501))
        assert rescheduling.move_issue(501, date(2026, 3, 16), "bank holiday", None, NOW) == 1
    assert dates(session) == {500: "2026-03-08", 501: "2026-03-16", 502: "2026-03-22"}
    slot = slot_of(501)
    assert slot.booking_id is not None
    assert slot.sales_close_at == slot.issue.booking_deadline == datetime(2026, 3, 12, 17, tzinfo=UTC)
    assert slot.issue.copy_deadline == datetime(2026, 3, 13, 17, tzinfo=UTC)
    letter = session.scalars(sa.select(OutboxMessage).where(OutboxMessage.dedupe_key.like("issue-moved%"))).one()
    assert "Monday 16 March 2026" in letter.subject + letter.body
    sentence = session.scalars(sa.select(AuditEntry.sentence).where(AuditEntry.action == "issue.move")).one()
    assert sentence == "Moved issue 501 from Sunday 15 March 2026 to Monday 16 March 2026; 1 mail went out."


def test_opening_issues_later_leaves_the_move_as_it_is(session: Db) -> None:
    make_newsletter(issues=3)
    rescheduling.move_issue(501, date(2026, 3, 16), "", None, NOW)
    assert opening.open_issues(NOW, 3).sentence == "Nothing to change."


def test_moving_back_takes_the_exception_away(session: Db) -> None:
    make_newsletter(issues=3)
    rescheduling.move_issue(501, date(2026, 3, 16), "", None, NOW)
    rescheduling.move_issue(501, date(2026, 3, 15), "", None, NOW)
    assert dates(session)[501] == "2026-03-15"
    assert session.scalar(sa.select(sa.func.count(ScheduleException.id))) == 0


def test_moving_to_the_same_date_does_nothing(session: Db) -> None:
    make_newsletter(issues=1)
    assert rescheduling.move_issue(500, date(2026, 3, 8), "", None, NOW) == 0
    assert session.scalar(sa.select(sa.func.count(AuditEntry.id))) == 0


@pytest.mark.parametrize(
    ("to", "sentence"),
    [(date(2026, 3, 22), "There would be two issues"), (date(2026, 3, 1), "Sunday 1 March 2026 is over")],
)
def test_an_impossible_date_is_refused_and_nothing_moves(session: Db, to: date, sentence: str) -> None:
    make_newsletter(issues=3)
    before = dates(session)
    with pytest.raises(RuleNotUsable, match=sentence):
        rescheduling.move_issue(501, to, "", None, NOW)
    assert dates(session) == before
    assert session.scalar(sa.select(sa.func.count(ScheduleException.id))) == 0


def test_a_frozen_issue_is_not_moved(session: Db) -> None:
    make_issue()
    freezing.freeze(500, By(Actor.EDITOR, NOW))
    with pytest.raises(IssueFrozen):
        rescheduling.move_issue(500, date(2026, 3, 9), "", None, NOW)
    with pytest.raises(NotFound):
        rescheduling.move_issue(9999, date(2026, 3, 9), "", None, NOW)


def test_a_skipped_date_closes_the_gap_in_the_numbers(session: Db) -> None:
    make_newsletter(issues=3)
    opened = rescheduling.skip_date(date(2026, 3, 15), "holiday", None, NOW)
    assert dates(session) == {500: "2026-03-08", 501: "2026-03-22", 502: "2026-03-29"}
    assert opened.removed == [date(2026, 3, 15)]


def test_a_date_that_somebody_counts_on_is_not_skipped(session: Db) -> None:
    make_newsletter(issues=3)
    make_order(choice(501))
    with pytest.raises(SlotSold, match="Sponsor, issue 501, is booked"):
        rescheduling.skip_date(date(2026, 3, 15), "holiday", None, NOW)
    assert dates(session)[501] == "2026-03-15"


def test_a_skipped_date_can_be_put_back(session: Db) -> None:
    make_newsletter(issues=3)
    before = dates(session)
    rescheduling.skip_date(date(2026, 3, 15), "holiday", None, NOW)
    rescheduling.put_back(date(2026, 3, 15), None, NOW)
    after = dates(session)
    assert {number: after[number] for number in before} == before


def test_only_what_is_there_can_be_skipped_or_put_back(session: Db) -> None:
    make_newsletter(issues=3)
    with pytest.raises(NotFound):
        rescheduling.skip_date(date(2026, 3, 16), "", None, NOW)
    with pytest.raises(NotFound):
        rescheduling.put_back(date(2026, 3, 15), None, NOW)


def test_an_extra_issue_is_slipped_in_with_its_slots(session: Db) -> None:
    make_newsletter(issues=3)
    rescheduling.add_extra(date(2026, 3, 11), "conference", None, NOW)
    assert dates(session) == {500: "2026-03-08", 501: "2026-03-11", 502: "2026-03-15", 503: "2026-03-22"}
    assert len(make_issue(501).slots) == 6


def test_an_extra_issue_moves_and_goes_like_any_other(session: Db) -> None:
    make_newsletter(issues=3)
    rescheduling.add_extra(date(2026, 3, 11), "conference", None, NOW)
    rescheduling.move_issue(501, date(2026, 3, 12), "", None, NOW)
    assert dates(session)[501] == "2026-03-12"
    rescheduling.skip_date(date(2026, 3, 12), "", None, NOW)
    assert dates(session)[501] == "2026-03-15"


@pytest.mark.parametrize(
    ("to", "sentence"), [(date(2026, 3, 22), "There would be two issues"), (date(2026, 3, 15), "was skipped or moved")]
)
def test_an_extra_issue_does_not_move_onto_a_date_of_the_rule(session: Db, to: date, sentence: str) -> None:
    make_newsletter(issues=3)
    rescheduling.move_issue(501, date(2026, 3, 16), "bank holiday", None, NOW)
    rescheduling.add_extra(date(2026, 3, 11), "conference", None, NOW)
    before = dates(session)
    with pytest.raises(RuleNotUsable, match=sentence):
        rescheduling.move_issue(501, to, "", None, NOW)
    assert dates(session) == before


@pytest.mark.parametrize("on", [date(2026, 3, 15), date(2026, 3, 1)])
def test_an_extra_issue_needs_a_free_day_to_come(session: Db, on: date) -> None:
    make_newsletter(issues=3)
    with pytest.raises(RuleNotUsable):
        rescheduling.add_extra(on, "", None, NOW)


def test_an_extra_issue_on_a_skipped_date_is_a_change_of_mind(session: Db) -> None:
    make_newsletter(issues=3)
    rescheduling.skip_date(date(2026, 3, 15), "", None, NOW)
    with pytest.raises(RuleNotUsable, match="was skipped or moved"):
        rescheduling.add_extra(date(2026, 3, 15), "", None, NOW)


def test_a_moved_issue_can_still_be_skipped(session: Db) -> None:
    make_newsletter(issues=3)
    rescheduling.move_issue(501, date(2026, 3, 16), "bank holiday", None, NOW)
    rescheduling.skip_date(date(2026, 3, 16), "holiday", None, NOW)
    assert dates(session) == {500: "2026-03-08", 501: "2026-03-22", 502: "2026-03-29"}
    exception = session.scalars(sa.select(ScheduleException)).one()
    assert (exception.on_date, exception.moves_to, exception.note) == (date(2026, 3, 15), None, "holiday")
