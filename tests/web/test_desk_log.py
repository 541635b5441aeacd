"""The record of who did what: found again by person, by part of the work, and by issue."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from booking.db import db, transaction
from booking.domain.states import Actor
from booking.models import AuditEntry
from booking.services import audit, inventory
from booking.services.queries.log import PARTS
from tests.support.factories import NOW, make_issue, slot_of
from tests.support.page import Page
from tests.support.source import ROOT
from tests.support.visitor import Visitor


@transaction
def write(actor: Actor, action: str, subject: str, sentence: str) -> None:
    audit.record(actor, None, action, subject, sentence, NOW)


@pytest.fixture(autouse=True)
def _done(desk: Visitor) -> None:
    make_issue()
    inventory.block(slot_of(503).id, "Our anniversary", None, NOW)
    write(Actor.SYSTEM, "copy.fallback", "booking 7", "Moved Ledgerline from issue 503 to issue 504.")
    write(Actor.ADVERTISER, "copy.submit", "copy 3", "Wrote revision 1 of the copy of Ledgerline.")
    write(Actor.EDITOR, "issue.sent", "issue 50", "Sent issue 50; 1 booking ran.")


def lines(page: Page) -> list[str]:
    return [re.sub(r"^.* time", "", " ".join(line.text().split())) for line in page.select(".log li")]


def test_everything_is_shown_until_something_is_looked_for(desk: Visitor) -> None:
    page = desk.get("/desk/log")
    assert len(lines(page)) == db.session.scalar(sa.select(sa.func.count()).select_from(AuditEntry))
    assert "Show everything" not in page.links


def test_the_log_is_narrowed_by_who_what_and_issue(desk: Visitor) -> None:
    for looked, found in (
        ({"issue": "503"}, ["This app: Moved", "Editor: Blocked"]),
        ({"issue": "50"}, ["Editor: Sent issue 50"]),
        ({"who": "advertiser"}, ["Advertiser: Wrote revision 1"]),
        ({"part": "copy"}, ["Advertiser: Wrote", "This app: Moved"]),
        ({"part": "copy", "who": "system", "issue": "504"}, ["This app: Moved"]),
    ):
        desk.get("/desk/log")
        shown = lines(desk.submit(looked, form="main form"))
        assert [line.startswith(start) for line, start in zip(shown, found, strict=True)] == [True] * len(found), shown


def test_what_was_looked_for_stays_on_the_next_page(desk: Visitor) -> None:
    for number in range(60):
        write(Actor.STRIPE, "order.refund", f"order {number}", f"Refunded order {number}.")
    desk.get("/desk/log?who=stripe")
    page = desk.click("Older →")
    assert len(lines(page)) == 10
    assert page.form("main form").values()["who"] == ["stripe"]
    assert desk.click("Show everything").select(".log li")


def test_nothing_of_the_kind_is_said_in_words(desk: Visitor) -> None:
    assert "Nothing of the kind was done" in desk.get("/desk/log?issue=999").text


def test_what_cannot_be_looked_for_narrows_nothing(desk: Visitor) -> None:
    for asked in ("issue=x", "issue=-1", "issue=" + "9" * 30, "who=somebody", "part=', x", "page=x"):
        page = desk.get(f"/desk/log?{asked}")
        assert len(lines(page)) >= 4
        assert ("Enter the number of an issue" in page.text) is ("issue=" in asked)


def test_an_address_may_ask_for_one_thing_alone(desk: Visitor) -> None:
    page = desk.get("/desk/log?part=copy")
    assert page.title.startswith("Log")
    assert page.form("main form").values() == {"who": [""], "part": ["copy"], "issue": [""]}


def test_every_action_that_is_recorded_belongs_to_one_part() -> None:
    written = "".join(path.read_text() for path in (ROOT / "booking" / "services").glob("*.py"))
    recorded = set(re.findall(r'"((?:[a-z]+-)?[a-z]+)\.[a-z_-]+",', written))
    words = [word for _, part in PARTS.values() for word in part]
    assert len(words) == len(set(words))
    assert recorded - {"booking"} <= set(words), "Say in booking/services/queries/log.py where it belongs."
    assert len(recorded) > 10
