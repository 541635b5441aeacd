"""The storefront tells a stranger what is for sale, when, and for how much, and is as quick with many issues."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa
from flask_sqlalchemy.session import Session
from sqlalchemy.orm import scoped_session

from booking import clock
from booking.domain.errors import UnknownSlot
from booking.domain.states import ExceptionKind, PlacementKind
from booking.models import Advertiser, Placement, Rate, ReaderFact, ScheduleException, Slot
from booking.services import inventory, opening, rescheduling
from booking.web.choices import MOST, chosen
from tests.support.factories import (
    NOW,
    buyer,
    choice,
    make_editor,
    make_issue,
    make_newsletter,
    make_order,
    make_paid_order,
)
from tests.support.page import Page
from tests.support.till import Till
from tests.support.visitor import Visitor

Db = scoped_session[Session]

SPONSOR_500 = "500-sponsor-50000"
JOB_500 = "500-job-25000"


@pytest.fixture(autouse=True)
def _on_a_monday() -> object:
    with clock.frozen_at(NOW) as now:
        yield now


def cells(page: Page, number: int) -> list[str]:
    """The words of each cell of an issue's row."""
    for row in page.select("table.calendar tbody tr"):
        head = row.css_first(".number")
        if head is not None and head.text().strip() == str(number):
            return [" ".join(cell.text(separator=" ").split()) for cell in row.css("td")]
    raise AssertionError(f"There is no issue {number} on the page.")


def test_the_calendar_names_date_deadlines_prices_and_states(session: Db, visitor: Visitor) -> None:
    make_newsletter()
    page = visitor.get("/")
    assert page.h1 == "One sponsor an issue. Every Sunday."
    assert "Sunday 8 March 2026" in page.text
    due, sponsor, job = cells(page, 500)
    assert due == "Book by Wed 4 Mar, 17:00 Copy by Thu 5 Mar, 17:00"
    assert sponsor == "Sponsor, issue 500, $500 Open"
    assert job == "Job ad, issue 500, $250 5 of 5 left"
    assert "All times are London time." in page.text
    assert len(page.select("table.calendar tbody tr")) == 26


def test_a_newsletter_without_issues_says_so(session: Db, visitor: Visitor) -> None:
    make_newsletter(issues=0)
    assert "No issues are planned yet" in visitor.get("/").text


def test_the_page_stands_before_the_newsletter_is_set_up(session: Db, visitor: Visitor) -> None:
    assert "No issues are planned yet" in visitor.get("/").text


def test_a_held_place_says_until_when(session: Db, visitor: Visitor) -> None:
    make_order()
    _, sponsor, _ = cells(visitor.get("/"), 500)
    assert sponsor == "$500 Held until 09:15"


def test_a_place_whose_hold_ran_out_is_open_without_any_task(session: Db, visitor: Visitor) -> None:
    make_order()
    with clock.frozen_at("2026-03-02 09:15"):
        assert cells(visitor.get("/"), 500)[1] == "Sponsor, issue 500, $500 Open"


def test_a_sold_place_and_a_taken_job_are_counted(session: Db, visitor: Visitor, till: Till) -> None:
    with till.at(NOW):
        make_issue()
        make_paid_order(till, choice(500), choice(500, PlacementKind.JOB))
    _, sponsor, job = cells(visitor.get("/"), 500)
    assert sponsor == "Sold"
    assert job == "Job ad, issue 500, $250 4 of 5 left"


def test_a_page_without_an_open_place_says_so_and_offers_no_order(session: Db, visitor: Visitor) -> None:
    make_newsletter(issues=1)
    with clock.frozen_at("2026-03-04 17:00"):
        page = visitor.get("/")
    assert "Every place on this page is taken." in page.text
    assert "Book these weeks" not in page.text


def test_after_the_booking_deadline_nothing_can_be_ticked(session: Db, visitor: Visitor) -> None:
    make_newsletter()
    with clock.frozen_at("2026-03-04 17:00"):
        page = visitor.get("/")
    assert cells(page, 500)[1:] == ["Booking closed", "Booking closed"]
    assert not page.select(f"input[value='{SPONSOR_500}']")


def test_a_blocked_place_is_not_offered(session: Db, visitor: Visitor) -> None:
    issue = make_issue()
    inventory.block(issue.slots[0].id, "own campaign", make_editor().id, NOW)
    assert cells(visitor.get("/"), 500)[1] == "Not offered"


def test_jobs_taken_out_are_not_counted_as_sold(session: Db, visitor: Visitor) -> None:
    make_issue()
    inventory.set_slots(500, PlacementKind.JOB, 3, None, NOW)
    assert cells(visitor.get("/"), 500)[2] == "Job ad, issue 500, $250 3 of 3 left"


def test_a_skipped_date_stands_in_the_calendar_with_its_reason(session: Db, visitor: Visitor) -> None:
    make_newsletter()
    rescheduling.skip_date(date(2026, 3, 15), "holiday", None, NOW)
    page = visitor.get("/")
    assert "Sunday 15 March 2026 No issue: holiday" in page.text
    assert "501 Sunday 22 March 2026" in page.text


def test_a_moved_issue_says_from_where(session: Db, visitor: Visitor) -> None:
    make_newsletter()
    rescheduling.move_issue(501, date(2026, 3, 16), "bank holiday", None, NOW)
    assert "501 Monday 16 March 2026 moved from Sunday 15 March 2026: bank holiday" in visitor.get("/").text


def test_an_announced_price_is_on_the_rate_card(session: Db, visitor: Visitor) -> None:
    make_newsletter(issues=0)
    sponsor = session.scalars(sa.select(Placement).where(Placement.kind == PlacementKind.SPONSOR)).one()
    session.add(Rate(placement_id=sponsor.id, valid_from=date(2026, 4, 1), amount=55_050))
    session.commit()
    opening.open_issues(NOW, 8)
    page = visitor.get("/")
    assert "Sponsor, one issue $500" in page.text
    assert "Sponsor, issues from Wednesday 1 April 2026 on $550.50" in page.text
    assert "505-sponsor-55050" in page.html


def test_ticked_weeks_in_the_address_are_ticked_and_added_up(session: Db, visitor: Visitor) -> None:
    make_newsletter()
    weeks = [f"{number}-sponsor-50000" for number in (500, 501, 502)]
    page = visitor.get("/", query_string={"slot": weeks})
    assert [box.attributes["value"] for box in page.select("input[checked]")] == weeks
    assert "Total $1,500" in page.text
    assert "One more week and all of them cost 5% less: you would save $100." in page.text
    assert "3 chosen, one more saves $100" in page.text
    assert "Sponsor, issue 501 Sunday 15 March 2026 $500" in page.text


def test_four_weeks_show_the_discount(session: Db, visitor: Visitor) -> None:
    make_newsletter()
    page = visitor.get("/", query_string={"slot": [f"{number}-sponsor-50000" for number in (500, 501, 502, 503)]})
    assert "4 weeks, 5% less −$100" in page.text
    assert "Total $1,900" in page.text


def test_a_week_that_no_page_sends_is_refused_in_a_sentence(session: Db, visitor: Visitor) -> None:
    make_newsletter()
    for nonsense in ("x", "500-sponsor", "500-sponsor-1e9", "99999999999-job-1", "٥٠٠-sponsor-50000"):
        page = visitor.get("/", query_string={"slot": nonsense})
        assert "not on the calendar any more" in page.text, nonsense


def test_recruiters_see_jobs_and_nothing_else(session: Db, visitor: Visitor) -> None:
    make_newsletter()
    page = visitor.get("/jobs")
    assert page.h1 == "Post a job"
    assert cells(page, 500)[1:] == ["Job ad, issue 500, $250 5 of 5 left"]


def test_the_policies_tell_the_ladder_and_the_editors_own_words(session: Db, visitor: Visitor) -> None:
    make_newsletter(policies="No gambling.\n\nNo pop-ups.")
    page = visitor.get("/policies")
    assert "Cancel 14 days or more before sending: you get everything back." in page.text
    assert "No gambling." in page.text
    assert "No pop-ups." in page.text


def test_readers_and_the_real_proof_are_shown(session: Db, visitor: Visitor) -> None:
    make_newsletter()
    session.add(ReaderFact(position=1, label="readers each week", value="30,214"))
    session.execute(
        sa.update(Placement)
        .where(Placement.kind == PlacementKind.SPONSOR)
        .values(example_copy="Ledgerline\n\nRotate every secret you own.\n\nhttps://ledgerline.example/weekly")
    )
    page = visitor.get("/")
    assert "readers each week 30,214" in page.text
    proof = page.select("pre.proof")[0].text()
    assert proof == (
        "From our sponsor, Ledgerline\n============================\n\nRotate every secret you own.\n\n"
        "[https://ledgerline.example/weekly](https://ledgerline.example/weekly)"
    )


def test_only_past_sponsors_who_agreed_are_named(session: Db, visitor: Visitor) -> None:
    make_order()
    session.execute(sa.update(Advertiser).values(may_be_named=True))
    assert "Ledgerline" not in visitor.get("/").text


def test_the_number_of_queries_does_not_grow_with_the_issues(session: Db, visitor: Visitor) -> None:
    make_newsletter(issues=2)
    few = len(visitor.get("/").queries)
    opening.open_issues(NOW, 60)
    page = visitor.get("/")
    assert len(page.queries) == few <= 4
    assert len(page.select("table.calendar tbody tr")) == 26


def test_the_calendar_is_not_asked_for_slots_of_the_past(session: Db, visitor: Visitor) -> None:
    make_newsletter(issues=30)
    with clock.frozen_at("2026-06-01 09:00"):
        page = visitor.get("/")
    assert "Sunday 31 May 2026" not in page.text
    assert "Sunday 7 June 2026" in page.text
    assert session.scalar(sa.select(sa.func.count(Slot.id))) == 180


def test_an_extra_issue_is_called_one(session: Db, visitor: Visitor) -> None:
    make_newsletter(issues=0)
    session.add(ScheduleException(kind=ExceptionKind.EXTRA, on_date=date(2026, 3, 11), note="conference"))
    session.commit()
    opening.open_issues(NOW, 3)
    assert "501 Wednesday 11 March 2026 extra issue: conference" in visitor.get("/").text


def test_jobs_that_are_all_sold_say_so(session: Db, visitor: Visitor, till: Till) -> None:
    make_issue()
    inventory.set_slots(500, PlacementKind.JOB, 2, None, NOW)
    with till.at(NOW):
        for number in range(2):
            who = buyer(f"Company {number}", f"jobs@company-{number}.example")
            make_paid_order(till, choice(500, PlacementKind.JOB), by=who)
    assert cells(visitor.get("/"), 500)[2] == "All 2 sold"


def test_a_sponsored_event_has_a_column_when_an_issue_offers_one(session: Db, visitor: Visitor) -> None:
    make_newsletter()
    event = session.scalars(sa.select(Placement).where(Placement.kind == PlacementKind.EVENT)).one()
    event.example_copy = "Night Shift\n\nTwo days after dark.\n\nhttps://nightshift.example/"
    session.commit()
    inventory.set_slots(501, PlacementKind.EVENT, 1, None, NOW)
    page = visitor.get("/")
    assert cells(page, 501)[2] == "Sponsored event, issue 501, $300 Open"
    assert cells(page, 500)[2] == "Not offered"
    assert "Sponsored event ===============" in page.text


def test_an_example_that_is_not_written_as_one_is_shown_as_it_is(session: Db, visitor: Visitor) -> None:
    make_newsletter()
    session.execute(sa.update(Placement).values(example_copy="Ask us."))
    assert visitor.get("/").select("pre.proof")[0].text() == "Ask us."


def test_a_price_that_only_begins_later_is_announced(session: Db, visitor: Visitor) -> None:
    make_newsletter()
    session.execute(sa.update(Rate).values(valid_from=date(2026, 3, 15)))
    page = visitor.get("/")
    assert "Sponsor, issues from Sunday 15 March 2026 on $500" in page.text
    assert "Sponsor, one issue" not in page.text


@pytest.mark.any_database
def test_a_pile_of_weeks_that_no_page_offers_is_not_kept_in_mind(visitor: Visitor, session: Db) -> None:
    make_newsletter()
    piled = [f"{number}-sponsor-1" for number in range(1, MOST + 2)]
    page = visitor.post("/book", {"slot": piled}, status=404)
    assert "is not on the calendar any more" in page.text
    assert len(chosen(piled[:-1])) == MOST
    with pytest.raises(UnknownSlot):
        chosen(piled)
