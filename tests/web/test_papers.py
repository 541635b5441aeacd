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

pytestmark = [pytest.mark.browser, pytest.mark.any_database]

LONGEST = Buyer(
    company="Gesellschaft für außerordentlich zuverlässige Sicherungen ".ljust(120, "x"),
    name="N" * 120,
    email=f"{'a' * 64}@{'harbour-' * 20}rail.example",
    vat_number="9" * 40,
    po_number="7" * 60,
)
SHEET = re.compile(rb"/Type\s*/Page\b")
SIZES = ("A4", "Letter")
ONE_OF_EACH = dict.fromkeys(SIZES, 1)


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


def sheets(page: Page, address: str) -> dict[str, int]:
    """How many sheets of each size a page prints on."""
    page.goto(address)
    return {size: len(SHEET.findall(page.pdf(format=size))) for size in SIZES}


def test_each_paper_of_an_order_prints_on_one_sheet(page: Page, weeks: Booking) -> None:
    """The insertion order of all weeks, and the tear sheet of one."""
    assert sheets(page, f"/orders/{weeks.order.public_id}/insertion-order") == ONE_OF_EACH
    by = editor_by(make_editor())
    approved(weeks, by=by)
    freezing.freeze(500, by)
    freezing.sent(500, "https://quietpager.example/500", by)
    assert sheets(page, f"/bookings/{weeks.id}/tear-sheet") == ONE_OF_EACH
