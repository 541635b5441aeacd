"""A buyer cancels or moves a week on a page that says first what happens to the money."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from booking import clock
from booking.db import db
from booking.domain.states import Actor, BookingState
from booking.models import Booking, Refund, User
from booking.services import freezing
from booking.services.booking_steps import By
from tests.support.factories import NOW, choice, make_issue, slot_of
from tests.support.paid import paid
from tests.support.till import Till
from tests.support.visitor import Visitor

pytestmark = pytest.mark.usefixtures("simulator")


@pytest.fixture
def booking(session: object, till: Till, visitor: Visitor) -> Iterator[Booking]:
    """The sponsor slot of issue 502, which is sent in twenty days, of a signed-in buyer."""
    with till.at(NOW):
        make_issue(506)
        (booking,) = paid(till, choice(502))
        visitor.sign_in(db.session.get_one(User, booking.order.user_id))
        yield booking


def test_the_refund_is_shown_and_then_sent(visitor: Visitor, booking: Booking) -> None:
    page = visitor.get(f"/bookings/{booking.id}/cancel")
    assert "You get back $500" in page.text
    done = visitor.submit({"reason": "Our launch moved."}, button="Cancel and get $500 back")
    assert "$500 goes back to the card you paid with." in done.text
    assert db.session.scalars(sa.select(Refund.amount)).one() == 50_000
    assert slot_of(502).booking_id is None


def test_a_page_from_yesterday_says_what_changed(visitor: Visitor, booking: Booking, till: Till) -> None:
    visitor.get(f"/bookings/{booking.id}/cancel")
    with till.at(clock.instant("2026-03-10 09:00")):
        page = visitor.submit({"reason": "Our launch moved."}, status=409)
        assert "Cancelling now gives back $250, not $500." in page.text
        assert page.form().values()["reason"] == ["Our launch moved."]
        visitor.submit()
    assert db.session.scalars(sa.select(Refund.amount)).one() == 25_000


def test_an_amount_that_was_never_shown_changes_nothing(visitor: Visitor, booking: Booking) -> None:
    amounts = ("", "-1", "9" * 40, "１２", "x")
    data = {"reason": "", "csrf_token": visitor.csrf_token()}
    pages = {
        each: visitor.attempt("POST", f"/bookings/{booking.id}/cancel", data={**data, "refund": each})
        for each in amounts
    }
    assert {each: page.status for each, page in pages.items()} == dict.fromkeys(amounts, 409)
    assert db.session.get_one(Booking, booking.id).state is BookingState.CONFIRMED


def test_a_week_moves_with_its_payment(visitor: Visitor, booking: Booking) -> None:
    page = visitor.get(f"/bookings/{booking.id}/move")
    assert "To pay now $0" in page.text
    moved = visitor.submit({"to": "504"})
    assert "Moved to issue 504. Your payment moved along." in moved.text
    assert slot_of(504).booking_id == booking.id


def test_a_week_that_was_not_offered_is_refused(visitor: Visitor, booking: Booking) -> None:
    weeks = ("", "502", "4711", "x", "9" * 30)
    token = {"csrf_token": visitor.csrf_token()}
    pages = {to: visitor.attempt("POST", f"/bookings/{booking.id}/move", data={**token, "to": to}) for to in weeks}
    assert {to: page.status for to, page in pages.items()} == dict.fromkeys(weeks, 422)
    assert slot_of(502).booking_id == booking.id


def test_a_closed_issue_cannot_be_left(visitor: Visitor, booking: Booking) -> None:
    freezing.freeze(502, By(Actor.EDITOR, NOW))
    for act in ("cancel", "move"):
        assert "closed for changes" in visitor.get(f"/bookings/{booking.id}/{act}", status=409).text
