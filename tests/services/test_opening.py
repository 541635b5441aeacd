"""Opening issues: the calendar follows the rule, and what people booked stays where they booked it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
import sqlalchemy as sa
from flask_sqlalchemy.session import Session
from sqlalchemy.orm import scoped_session

from booking import clock
from booking.domain.errors import RuleNotUsable
from booking.domain.states import ExceptionKind, PlacementKind
from booking.models import Issue, Newsletter, Placement, Rate, ScheduleException, Slot
from booking.services.opening import keep_open, open_issues
from booking.services.starting import Start, start_newsletter
from tests.support.factories import NOW, choice, make_issue, make_newsletter, make_order, slot_of

Db = scoped_session[Session]


def calendar(session: Db) -> dict[int, date]:
    """Number and date of every issue."""
    return {issue.number: issue.publishes_on for issue in session.scalars(sa.select(Issue).order_by(Issue.sends_at))}


def skip(session: Db, on: date) -> None:
    session.add(ScheduleException(kind=ExceptionKind.SKIP, on_date=on, note="holiday"))
    session.commit()


def test_issues_come_with_numbers_dates_deadlines_and_slots(session: Db) -> None:
    make_newsletter(issues=3)
    issue = make_issue(500)
    assert calendar(session) == {500: date(2026, 3, 8), 501: date(2026, 3, 15), 502: date(2026, 3, 22)}
    assert issue.sends_at == datetime(2026, 3, 8, 10, tzinfo=UTC)
    assert issue.booking_deadline == datetime(2026, 3, 4, 17, tzinfo=UTC)
    assert issue.copy_deadline == datetime(2026, 3, 5, 17, tzinfo=UTC)
    kinds = [(slot.placement.kind, slot.ordinal, slot.price, slot.sales_close_at) for slot in issue.slots]
    assert kinds == [
        (PlacementKind.SPONSOR, 1, 50_000, issue.booking_deadline),
        *((PlacementKind.JOB, ordinal, 25_000, issue.booking_deadline) for ordinal in range(1, 6)),
    ]


def test_opening_again_changes_nothing(session: Db) -> None:
    make_newsletter(issues=5)
    before = calendar(session)
    opened = open_issues(NOW, 5)
    assert opened.sentence == "Nothing to change."
    assert calendar(session) == before
    assert session.scalar(sa.select(sa.func.count(Slot.id))) == 30


def test_deadlines_hold_their_wall_time_when_the_clocks_change(session: Db) -> None:
    make_newsletter(issues=5)
    summer = make_issue(503)
    assert summer.publishes_on == date(2026, 3, 29)
    assert summer.sends_at == datetime(2026, 3, 29, 9, tzinfo=UTC)
    assert summer.booking_deadline == datetime(2026, 3, 25, 17, tzinfo=UTC)


def test_a_skipped_date_uses_up_no_number(session: Db) -> None:
    make_newsletter(issues=4)
    skip(session, date(2026, 3, 15))
    opened = open_issues(NOW, 4)
    assert calendar(session) == {
        500: date(2026, 3, 8),
        501: date(2026, 3, 22),
        502: date(2026, 3, 29),
        503: date(2026, 4, 5),
    }
    assert opened.removed == [date(2026, 3, 15)]
    assert opened.renumbered == [501, 502]
    assert opened.added == [503]


def test_a_booking_keeps_its_date_when_an_earlier_date_is_skipped(session: Db) -> None:
    make_newsletter(issues=4)
    make_order(choice(502))
    skip(session, date(2026, 3, 15))
    open_issues(NOW, 4)
    kept = slot_of(501)
    assert kept.booking_id is not None
    assert kept.issue.publishes_on == date(2026, 3, 22)


def test_a_date_with_bookings_cannot_vanish(session: Db) -> None:
    make_newsletter(issues=4)
    make_order(choice(501))
    before = calendar(session)
    skip(session, date(2026, 3, 15))
    with pytest.raises(RuleNotUsable, match="Issue 501 on Sunday 15 March 2026 has bookings"):
        open_issues(NOW, 4)
    assert calendar(session) == before


def test_an_issue_with_old_ended_bookings_is_used_again_for_a_later_date(session: Db) -> None:
    make_newsletter(issues=3)
    make_order(choice(501))
    remembered = slot_of(501).id
    skip(session, date(2026, 3, 15))
    later = datetime(2026, 3, 2, 12, tzinfo=UTC)
    opened = open_issues(later, 3)
    assert calendar(session) == {500: date(2026, 3, 8), 501: date(2026, 3, 22), 502: date(2026, 3, 29)}
    assert opened.added == [502]
    slot = session.get_one(Slot, remembered)
    assert slot.issue.number == 502
    assert slot.sales_close_at == slot.issue.booking_deadline == datetime(2026, 3, 25, 17, tzinfo=UTC)


def test_a_moved_issue_keeps_its_number(session: Db) -> None:
    make_newsletter(issues=3)
    session.add(ScheduleException(kind=ExceptionKind.MOVE, on_date=date(2026, 3, 15), moves_to=date(2026, 3, 16)))
    session.commit()
    opened = open_issues(NOW, 3)
    assert opened.retimed == [501]
    assert calendar(session)[501] == date(2026, 3, 16)
    assert slot_of(501).sales_close_at == datetime(2026, 3, 12, 17, tzinfo=UTC)


def test_a_changed_rule_never_moves_a_booked_issue_without_saying_so(session: Db) -> None:
    newsletter = make_newsletter(issues=2)
    make_order(choice(500))
    newsletter.send_time = time(8)
    session.commit()
    opened = open_issues(NOW, 2)
    assert opened.retimed == [501]
    assert "Issue 500 has bookings and keeps its date, Sunday 8 March 2026" in opened.sentence
    assert make_issue(500).sends_at == datetime(2026, 3, 8, 10, tzinfo=UTC)


def test_a_time_that_is_over_leaves_the_issue_of_today_as_it_is(session: Db) -> None:
    newsletter = make_newsletter(issues=3)
    newsletter.send_time = time(9)
    session.commit()
    on_the_day = clock.instant("2026-03-08 09:30")
    opened = open_issues(on_the_day, 3)
    assert opened.kept == ["Issue 500 is sent at the time that it had."]
    assert opened.removed == []
    assert make_issue(500).sends_at == clock.instant("2026-03-08 10:00")
    assert make_issue(501).sends_at == clock.instant("2026-03-15 09:00")


def test_an_extra_issue_takes_the_next_number(session: Db) -> None:
    make_newsletter(issues=3)
    session.add(ScheduleException(kind=ExceptionKind.EXTRA, on_date=date(2026, 3, 11)))
    session.commit()
    open_issues(NOW, 4)
    assert calendar(session) == {
        500: date(2026, 3, 8),
        501: date(2026, 3, 11),
        502: date(2026, 3, 15),
        503: date(2026, 3, 22),
    }


def test_an_issue_costs_what_the_rate_card_says_for_its_date(session: Db) -> None:
    make_newsletter(issues=0)
    sponsor = session.scalars(sa.select(Placement).where(Placement.kind == PlacementKind.SPONSOR)).one()
    session.add(Rate(placement_id=sponsor.id, valid_from=date(2026, 3, 15), amount=60_000))
    session.commit()
    open_issues(NOW, 2)
    assert [slot_of(number).price for number in (500, 501)] == [50_000, 60_000]


def test_a_placement_without_a_price_opens_nothing(session: Db) -> None:
    make_newsletter(issues=0)
    session.execute(sa.update(Rate).values(valid_from=date(2027, 1, 1)))
    session.commit()
    with pytest.raises(RuleNotUsable, match="Sponsor has no price on Sunday 8 March 2026"):
        open_issues(NOW, 1)
    assert calendar(session) == {}


def test_a_number_that_is_out_is_not_used_again(session: Db) -> None:
    newsletter = make_newsletter(issues=3)
    newsletter.first_number = 499
    session.commit()
    with pytest.raises(RuleNotUsable, match="Issue 500 is already out"):
        open_issues(datetime(2026, 3, 9, tzinfo=UTC), 3)


def test_nothing_opens_before_the_newsletter_is_set_up(session: Db) -> None:
    with pytest.raises(RuleNotUsable, match="not set up yet"):
        open_issues(NOW, 1)


def test_a_newsletter_is_set_up_once(session: Db) -> None:
    make_newsletter(issues=0)
    with pytest.raises(RuleNotUsable, match="set up already"):
        start_newsletter(Start("Another", date(2026, 1, 4)))
    assert session.scalar(sa.select(sa.func.count(Newsletter.id))) == 1


def test_an_issue_of_late_december_is_skipped_and_the_new_year_takes_its_number(session: Db) -> None:
    """As the model newsletter did at Christmas 2011, when 52 came out on 1 January."""
    start_newsletter(Start("The Quiet Pager", date(2011, 12, 18), 51))
    skip(session, date(2011, 12, 25))
    open_issues(datetime(2011, 12, 1, tzinfo=UTC), 3)
    assert calendar(session) == {51: date(2011, 12, 18), 52: date(2012, 1, 1), 53: date(2012, 1, 8)}


def test_the_upkeep_keeps_half_a_year_of_issues_on_sale(session: Db) -> None:
    assert keep_open(NOW) == 0, "without a newsletter there is nothing to open"
    make_newsletter(NOW, issues=3)
    assert keep_open(NOW) == 23
    assert keep_open(NOW) == 0
    assert keep_open(NOW + timedelta(days=7)) == 1
    assert session.scalar(sa.select(sa.func.count(Issue.id))) == 27
