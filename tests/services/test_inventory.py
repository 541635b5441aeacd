"""The editor decides what is on sale, and never over the head of somebody who holds or has booked it."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa
from flask_sqlalchemy.session import Session
from sqlalchemy.orm import scoped_session

from booking.domain.errors import IssueFrozen, NotFound, PriceChanged, RuleNotUsable, SlotClosed, SlotSold
from booking.domain.states import Actor, BookingState, PlacementKind
from booking.models import AuditEntry, Booking, Payment, Placement, Rate, Refund, Slot
from booking.services import freezing, holding, inventory, paying, pricing
from booking.services.booking_steps import By
from tests.support.factories import (
    NOW,
    buyer,
    choice,
    make_issue,
    make_newsletter,
    make_order,
    make_paid_order,
    slot_of,
    wish,
)
from tests.support.till import Till, later

Db = scoped_session[Session]

JOB = PlacementKind.JOB
SPONSOR = PlacementKind.SPONSOR


def audit_sentences(session: Db) -> list[str]:
    return list(session.scalars(sa.select(AuditEntry.sentence).order_by(AuditEntry.id)))


def on_sale(session: Db, kind: PlacementKind) -> list[int]:
    """Ordinals of issue 500 that are on sale."""
    session.rollback()
    return [slot.ordinal for slot in make_issue().slots if slot.placement.kind is kind and slot.on_sale]


def freeze(number: int) -> None:
    freezing.freeze(number, By(Actor.EDITOR, NOW))


@pytest.mark.scenario(16)
def test_a_free_slot_is_blocked_and_can_be_put_back(session: Db) -> None:
    make_issue()
    slot = slot_of()
    inventory.block(slot.id, "own campaign", None, NOW)
    with pytest.raises(SlotClosed, match="it is not for sale in this issue"):
        make_order(choice())
    inventory.unblock(slot.id, None, NOW)
    make_order(choice())
    assert audit_sentences(session) == [
        "Blocked “Sponsor” of issue 500: own campaign",
        "Put “Sponsor” of issue 500 back on sale.",
    ]


@pytest.mark.scenario(16)
def test_a_holder_of_a_blocked_slot_may_finish(session: Db, till: Till) -> None:
    with till.at(NOW):
        order = make_order()
        paying.start_payment(order.public_id, NOW)
        inventory.block(slot_of().id, "", None, NOW)
        till.pay(order)
        paying.sync_session(till.session_of(order))
    assert order.bookings[0].state is BookingState.CONFIRMED
    assert not slot_of().on_sale


def test_a_blocked_slot_is_not_offered_again_when_its_hold_runs_out(session: Db) -> None:
    make_order()
    inventory.block(slot_of().id, "", None, NOW)
    with pytest.raises(SlotClosed):
        make_order(choice(), by=buyer("Harbour Rail", "jobs@harbour.example"), now=later(NOW, hours=3))


@pytest.mark.scenario(16)
def test_forced_back_a_hold_ends_and_its_late_payment_is_refunded(session: Db, till: Till) -> None:
    with till.at(NOW):
        order = make_order()
        paying.start_payment(order.public_id, NOW)
        # Paid, and nobody has told us yet.
        till.pay(order)
        inventory.block_now(slot_of().id, "a mistake of ours", None, NOW)
        paying.sync_session(till.session_of(order))
    session.rollback()
    assert session.scalars(sa.select(Booking.state)).all() == [BookingState.UNPLACED]
    assert session.scalar(sa.select(sa.func.sum(Refund.amount))) == session.scalar(sa.select(Payment.amount)) == 50_000


def test_forcing_back_a_free_slot_is_just_a_block(session: Db) -> None:
    make_issue()
    inventory.block_now(slot_of().id, "", None, NOW)
    assert not slot_of().on_sale


@pytest.mark.scenario(16)
@pytest.mark.parametrize("act", [inventory.block, inventory.block_now])
def test_a_sold_slot_cannot_be_blocked(session: Db, till: Till, act: object) -> None:
    assert callable(act)
    with till.at(NOW):
        make_issue()
        make_paid_order(till, choice())
    with pytest.raises(SlotSold, match="Sponsor, issue 500, is booked"):
        act(slot_of().id, "", None, NOW)
    assert slot_of().on_sale


def test_a_frozen_issue_is_left_alone(session: Db) -> None:
    make_issue()
    inventory.block(slot_of(500, JOB).id, "", None, NOW)
    freeze(500)
    for act in (
        lambda: inventory.block(slot_of().id, "", None, NOW),
        lambda: inventory.unblock(slot_of(500, JOB).id, None, NOW),
        lambda: inventory.set_slots(500, JOB, 3, None, NOW),
    ):
        with pytest.raises(IssueFrozen):
            act()


def test_unblocking_twice_is_once(session: Db) -> None:
    make_issue()
    inventory.unblock(slot_of().id, None, NOW)
    assert audit_sentences(session) == []


def test_what_does_not_exist_is_not_found(session: Db) -> None:
    make_newsletter(issues=1)
    for act in (
        lambda: inventory.block(999, "", None, NOW),
        lambda: inventory.set_slots(999, JOB, 3, None, NOW),
    ):
        with pytest.raises(NotFound):
            act()


def test_five_job_slots_shrink_to_three_from_the_end(session: Db) -> None:
    make_issue()
    inventory.set_slots(500, JOB, 3, None, NOW)
    assert on_sale(session, JOB) == [1, 2, 3]
    assert audit_sentences(session) == ["Set issue 500 to 3 of “Job ad” (it had 5)."]


@pytest.mark.scenario(16)
def test_shrinking_below_what_is_sold_is_refused_and_changes_nothing(session: Db, till: Till) -> None:
    with till.at(NOW):
        make_issue()
        for number in range(4):
            make_paid_order(till, choice(500, JOB), by=buyer(f"Company {number}", f"jobs@company-{number}.example"))
    with pytest.raises(SlotSold, match="Job ad, issue 500, is booked"):
        inventory.set_slots(500, JOB, 3, None, NOW)
    assert on_sale(session, JOB) == [1, 2, 3, 4, 5]


def test_shrinking_keeps_the_slots_that_are_held(session: Db) -> None:
    make_issue()
    make_order(choice(500, JOB))
    inventory.set_slots(500, JOB, 1, None, NOW)
    assert on_sale(session, JOB) == [1]
    with pytest.raises(SlotSold):
        inventory.set_slots(500, JOB, 0, None, NOW)


def test_growing_puts_back_what_was_taken_out_before_it_adds(session: Db) -> None:
    make_issue()
    inventory.set_slots(500, JOB, 3, None, NOW)
    inventory.set_slots(500, JOB, 6, None, NOW)
    assert on_sale(session, JOB) == [1, 2, 3, 4, 5, 6]
    new = slot_of(500, JOB, 6)
    assert (new.price, new.sales_close_at) == (25_000, make_issue().booking_deadline)


def test_growing_leaves_the_editors_own_blocks(session: Db) -> None:
    make_issue()
    inventory.block(slot_of(500, JOB, 5).id, "reserved for a friend", None, NOW)
    inventory.set_slots(500, JOB, 5, None, NOW)
    assert on_sale(session, JOB) == [1, 2, 3, 4, 6]


def test_a_placement_that_is_off_by_default_can_be_offered_in_one_issue(session: Db) -> None:
    make_issue()
    inventory.set_slots(500, PlacementKind.EVENT, 1, None, NOW)
    assert slot_of(500, PlacementKind.EVENT).price == 30_000


@pytest.mark.parametrize("count", [-1, 51])
def test_an_absurd_number_of_slots_is_refused(session: Db, count: int) -> None:
    make_issue()
    with pytest.raises(RuleNotUsable, match="An issue has 0 to 50 places"):
        inventory.set_slots(500, JOB, count, None, NOW)


def test_a_price_changes_from_a_date_on(session: Db) -> None:
    make_newsletter(issues=4)
    changed = pricing.change_price(SPONSOR, 60_000, date(2026, 3, 22), None, NOW)
    assert changed == 2
    assert [slot_of(number).price for number in range(500, 504)] == [50_000, 50_000, 60_000, 60_000]
    assert session.scalar(sa.select(Rate.amount).where(Rate.valid_from == date(2026, 3, 22))) == 60_000
    assert audit_sentences(session) == ["“Sponsor” costs $600 in issues from Sunday 22 March 2026 on."]


def test_a_price_holds_until_the_next_row_of_the_rate_card(session: Db) -> None:
    make_newsletter(issues=4)
    pricing.change_price(SPONSOR, 60_000, date(2026, 3, 29), None, NOW)
    pricing.change_price(SPONSOR, 55_000, date(2026, 3, 15), None, NOW)
    assert [slot_of(number).price for number in range(500, 504)] == [50_000, 55_000, 55_000, 60_000]


def test_changing_the_same_day_again_corrects_it(session: Db) -> None:
    make_newsletter(issues=2)
    pricing.change_price(SPONSOR, 60_000, date(2026, 3, 15), None, NOW)
    pricing.change_price(SPONSOR, 61_000, date(2026, 3, 15), None, NOW)
    assert slot_of(501).price == 61_000
    assert session.scalar(sa.select(sa.func.count(Rate.id)).where(Rate.valid_from == date(2026, 3, 15))) == 1


@pytest.mark.scenario(15)
def test_a_stale_price_is_refused_with_the_new_one(session: Db) -> None:
    make_newsletter(issues=2)
    seen = choice(501)
    pricing.change_price(SPONSOR, 60_000, date(2026, 3, 15), None, NOW)
    with pytest.raises(PriceChanged, match=r"now costs \$600 instead of \$500"):
        holding.hold(wish(seen), NOW)


@pytest.mark.scenario(15)
def test_a_holder_pays_the_price_held(session: Db, till: Till) -> None:
    with till.at(NOW):
        make_newsletter(issues=2)
        order = make_order(choice(501))
        pricing.change_price(SPONSOR, 60_000, date(2026, 3, 15), None, NOW)
        paying.start_payment(order.public_id, NOW)
        till.pay(order)
        paying.sync_session(till.session_of(order))
    assert till.payment().amount == 50_000
    assert slot_of(501).price == 60_000


def test_a_frozen_issue_keeps_its_price(session: Db) -> None:
    make_newsletter(issues=2)
    freeze(501)
    assert pricing.change_price(SPONSOR, 60_000, date(2026, 3, 15), None, NOW) == 0


def test_a_price_cannot_change_in_the_past_nor_be_absurd(session: Db) -> None:
    make_newsletter(issues=1)
    with pytest.raises(RuleNotUsable, match="Sunday 1 March 2026 is over"):
        pricing.change_price(SPONSOR, 60_000, date(2026, 3, 1), None, NOW)
    for amount in (-1, 100_000_000):
        with pytest.raises(RuleNotUsable, match=r"A price is \$0 to \$999,999.99"):
            pricing.change_price(SPONSOR, amount, date(2026, 3, 8), None, NOW)
    assert session.scalar(sa.select(sa.func.count(Slot.id)).where(Slot.price == 60_000)) == 0


def test_a_placement_that_is_not_sold_cannot_be_counted_or_priced(session: Db) -> None:
    make_issue()
    event = sa.select(Placement.id).where(Placement.kind == PlacementKind.EVENT).scalar_subquery()
    session.execute(sa.delete(Rate).where(Rate.placement_id == event))
    session.execute(sa.delete(Placement).where(Placement.kind == PlacementKind.EVENT))
    session.commit()
    with pytest.raises(NotFound):
        inventory.set_slots(500, PlacementKind.EVENT, 1, None, NOW)
    with pytest.raises(NotFound):
        pricing.change_price(PlacementKind.EVENT, 100, date(2026, 3, 8), None, NOW)
