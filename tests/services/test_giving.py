"""The editor gives places away: with a reason, told by mail, and never one that somebody has."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from booking.db import db
from booking.domain.copy_refusals import ReasonMissing
from booking.domain.errors import IssueFrozen, IssueSent, NotFound, SlotTaken, UnknownSlot
from booking.domain.money import Money
from booking.domain.states import BookingState, OrderPayment, PlacementKind
from booking.models import AuditEntry, Booking, Creative, Order, OutboxMessage
from booking.services import freezing, inventory
from booking.services.booking_steps import By
from booking.services.cancelling import cancellation_offer
from booking.services.giving import Gift, Repeat, give, make_good
from tests.support.copy import approved, confirmed, editor_by
from tests.support.factories import NOW, buyer, choice, make_editor, make_issue, make_order, slot_of
from tests.support.till import Till

pytestmark = pytest.mark.usefixtures("simulator")


@pytest.fixture(autouse=True)
def _monday(session: object, till: Till) -> Iterator[None]:
    with till.at(NOW):
        make_issue(505)
        yield


@pytest.fixture
def by() -> By:
    return editor_by(make_editor())


def gift(number: int = 500, key: str = "gift-1", reason: str = "They host our meet-up.") -> Gift:
    return Gift(key, slot_of(number).id, buyer("Harbour Rail", "Jobs@Harbour.example"), reason)


def order_of(public_id: str) -> Order:
    return db.session.scalars(sa.select(Order).where(Order.public_id == public_id)).one()


def test_a_complimentary_place_is_booked_and_told(by: By) -> None:
    order = order_of(give(gift(), by))
    booking = order.bookings[0]
    assert (order.paid_by, order.reason, order.subtotal) == (OrderPayment.COMPLIMENTARY, "They host our meet-up.", 0)
    assert (booking.state, slot_of(500).booking_id) == (BookingState.CONFIRMED, booking.id)
    assert cancellation_offer(booking.id, NOW).refund == Money.zero("USD")
    assert db.session.scalars(sa.select(OutboxMessage.recipient)).one() == "jobs@harbour.example"
    assert db.session.scalars(sa.select(AuditEntry.action)).one() == "booking.complimentary"


def test_two_clicks_are_one_booking(by: By) -> None:
    assert give(gift(), by) == give(gift(), by)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Booking)) == 1


def test_a_place_that_somebody_holds_or_has_is_not_given_away(by: By) -> None:
    order = make_order(choice(500))
    with pytest.raises(SlotTaken):
        give(gift(), by)
    confirmed(order)
    with pytest.raises(SlotTaken):
        give(gift(), by)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Order)) == 1


def test_a_blocked_place_may_be_given_away(by: By) -> None:
    inventory.block(slot_of(500).id, "For a friend.", by.user_id, NOW)
    assert order_of(give(gift(), by)).bookings[0].slot_id == slot_of(500).id


def test_nothing_is_given_without_a_reason_or_in_a_closed_issue(by: By) -> None:
    with pytest.raises(ReasonMissing):
        give(gift(reason=""), by)
    freezing.freeze(500, by)
    with pytest.raises(IssueFrozen):
        give(gift(), by)
    freezing.sent(500, "", by)
    with pytest.raises(IssueSent):
        give(gift(), by)
    with pytest.raises(NotFound):
        give(Gift("k", 4711, buyer(), "Because."), by)


def test_a_make_good_repeats_the_approved_copy_as_its_own(by: By) -> None:
    (first,) = confirmed(make_order(choice(500)))
    revision = approved(first, by=by)
    order = order_of(make_good(Repeat("again", first.id, 503, "The link was broken."), by))
    booking = order.bookings[0]
    assert (order.paid_by, order.company, booking.price) == (OrderPayment.MAKE_GOOD, "Ledgerline", 0)
    assert booking.slot.issue.number == 503
    assert booking.creative_id != first.creative_id
    copy = db.session.get_one(Creative, booking.creative_id).approved
    assert copy is not None
    assert copy.sha256 == revision.sha256


def test_a_make_good_takes_any_free_place_of_its_kind(by: By) -> None:
    (first,) = confirmed(make_order(choice(500, PlacementKind.JOB)))
    make_order(choice(503, PlacementKind.JOB), by=buyer("Harbour Rail", "jobs@harbour.example"))
    order = order_of(make_good(Repeat("again", first.id, 503, "A typing error of ours."), by))
    assert order.bookings[0].slot.ordinal == 2
    assert order.bookings[0].creative_id is None


@pytest.mark.parametrize("issue", [500, 999])
def test_a_make_good_needs_a_free_place(by: By, issue: int) -> None:
    (first,) = confirmed(make_order(choice(500)))
    with pytest.raises((SlotTaken, UnknownSlot)):
        make_good(Repeat("again", first.id, issue, "A fault."), by)


def test_a_make_good_needs_a_reason_and_a_booking(by: By) -> None:
    (first,) = confirmed(make_order(choice(500)))
    with pytest.raises(ReasonMissing):
        make_good(Repeat("again", first.id, 503, ""), by)
    with pytest.raises(NotFound):
        make_good(Repeat("again", 4711, 503, "A fault."), by)
