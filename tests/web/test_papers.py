"""The papers of an order print as papers: on one sheet, in the longest case that can be ordered."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask_sqlalchemy.session import Session
from playwright.sync_api import Page
from sqlalchemy.orm import scoped_session

from booking.db import db
from booking.models import Booking, User
from booking.services import freezing
from booking.services.buyers import Buyer
from tests.support.browser import lend_session
from tests.support.copy import approved, confirmed, editor_by
from tests.support.factories import NOW, choice, make_editor, make_newsletter, make_order
from tests.support.till import Till
from tests.support.visitor import Visitor

LONGEST = Buyer(
    company="Gesellschaft für außerordentlich zuverlässige Sicherungen ".ljust(120, "x"),
    name="N" * 120,
    email=f"{'a' * 64}@{'harbour-' * 20}rail.example",
    vat_number="9" * 40,
    po_number="7" * 60,
)
SHEET = re.compile(rb"/Type\s*/Page\b")


@pytest.fixture
def weeks(
    session: scoped_session[Session], till: Till, visitor: Visitor, page: Page, live_server: str
) -> Iterator[Booking]:
    """All 26 weeks on sale, booked by a buyer who is signed in in the browser; the first of them."""
    with till.at(NOW):
        make_newsletter()
        bookings = confirmed(make_order(*(choice(number) for number in range(500, 526)), by=LONGEST))
        visitor.sign_in(db.session.get_one(User, bookings[0].order.user_id))
        lend_session(visitor.client, page, live_server)
        yield bookings[0]


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_the_insertion_order_of_all_weeks_prints_on_one_page(page: Page, weeks: Booking, paper: str) -> None:
    page.goto(f"/orders/{weeks.order.public_id}/insertion-order")
    assert len(SHEET.findall(page.pdf(format=paper))) == 1


def test_a_tear_sheet_prints_on_one_page(page: Page, weeks: Booking) -> None:
    by = editor_by(make_editor())
    approved(weeks, by=by)
    freezing.freeze(500, by)
    freezing.sent(500, "https://quietpager.example/500", by)
    page.goto(f"/bookings/{weeks.id}/tear-sheet")
    assert len(SHEET.findall(page.pdf(format="Letter"))) == 1
