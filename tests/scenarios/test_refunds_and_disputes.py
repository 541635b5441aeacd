"""Money that goes back: by us, by somebody at Stripe's dashboard, or by a bank."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from booking.db import db
from booking.domain.desk_refusals import InDispute
from booking.domain.errors import Refusal
from booking.domain.money_refusals import AmountNotUsable, RefundTooLarge
from booking.domain.states import Actor, BookingState, DisputeState, LedgerAccount, RefundState
from booking.gateways.payments import payments
from booking.models import Booking, CheckoutAttempt, Dispute, Payment, Refund, Task
from booking.services import freezing, paying, refunding
from booking.services.booking_steps import By
from booking.services.disputes import sync_dispute
from booking.services.payment_sync import sync_refund
from booking.services.reconciling import reconcile
from booking.services.refunding_by_hand import RefundWish, refund_by_editor
from booking.services.settling import settle_refund
from booking.services.withholding import withheld
from tests.scenarios import books
from tests.scenarios.asking import ask
from tests.support.factories import NOW, make_editor, make_order, make_paid_order, slot_of
from tests.support.till import Till, later

pytestmark = pytest.mark.usefixtures("session")


def give_back(till: Till, amount: int, key: str = "form-1") -> str:
    refund_id = ask(till.payment().id, amount, key)
    refunding.submit_refund(refund_id)
    return refund_id


@pytest.mark.scenario(18)
def test_partial_refunds_at_the_dashboard_are_booked_exactly_in_any_order_and_number(till: Till) -> None:
    with till.at(NOW):
        make_paid_order(till)
        intent = till.payment().stripe_payment_intent_id
        first = till.do("/refunds", payment_intent=intent, amount=12_000)["id"]
        second = till.do("/refunds", payment_intent=intent, amount=8_000)["id"]
        for refund_id in (second, first, second, first):
            sync_refund(refund_id)
        assert till.balance() == 30_000
    assert sorted(books.refunds()) == [(8_000, "succeeded"), (12_000, "succeeded")]
    assert books.states() == [BookingState.CONFIRMED]
    assert -books.account(LedgerAccount.REVENUE) == 30_000
    assert books.account(LedgerAccount.STRIPE) == 30_000
    assert not books.tasks()


@pytest.mark.scenario(18)
def test_a_full_refund_at_the_dashboard_leaves_the_booking_and_asks_the_editor(till: Till) -> None:
    with till.at(NOW):
        make_paid_order(till)
        sync_refund(till.do("/refunds", payment_intent=till.payment().stripe_payment_intent_id)["id"])
    assert books.states() == [BookingState.CONFIRMED]
    assert books.tasks() == ["An order was refunded in full at Stripe"]
    assert books.account(LedgerAccount.REVENUE) == 0


@pytest.mark.scenario(18)
def test_a_dashboard_refund_makes_a_refund_that_was_only_planned_give_way(till: Till) -> None:
    with till.at(NOW):
        make_paid_order(till)
        planned = ask(till.payment().id, 30_000)
        sync_refund(till.do("/refunds", payment_intent=till.payment().stripe_payment_intent_id, amount=40_000)["id"])
        refunding.submit_refund(planned)
        assert till.balance() == 10_000
    assert sorted(books.refunds()) == [(30_000, "failed"), (40_000, "succeeded")]
    assert till.payment().refund_reserved == 40_000
    assert -books.account(LedgerAccount.REVENUE) == 10_000


@pytest.mark.scenario(18)
def test_a_dashboard_refund_leaves_a_planned_one_that_there_is_still_room_for(till: Till) -> None:
    with till.at(NOW):
        make_paid_order(till)
        planned = ask(till.payment().id, 10_000)
        sync_refund(till.do("/refunds", payment_intent=till.payment().stripe_payment_intent_id, amount=40_000)["id"])
        refunding.submit_refund(planned)
        assert till.balance() == 0
    assert sorted(books.refunds()) == [(10_000, "succeeded"), (40_000, "succeeded")]


@pytest.mark.scenario(18)
def test_a_dashboard_refund_that_failed_before_we_heard_of_it_changes_nothing(till: Till) -> None:
    with till.at(NOW):
        make_paid_order(till)
        intent = till.payment().stripe_payment_intent_id
        sync_refund(till.do("/refunds", payment_intent=intent, amount=12_000, status="failed")["id"])
        assert books.account(LedgerAccount.STRIPE) == till.balance() == 50_000
    assert books.refunds() == []
    assert books.tasks() == []
    assert till.payment().refund_reserved == 0


@pytest.mark.scenario(18)
def test_a_refund_that_gave_way_and_is_then_refused_is_released_once(till: Till) -> None:
    with till.at(NOW):
        make_paid_order(till)
        planned = ask(till.payment().id, 30_000)
        sync_refund(till.do("/refunds", payment_intent=till.payment().stripe_payment_intent_id, amount=40_000)["id"])
        # We had asked for it already; the refusal comes after the news from the dashboard.
        refunding.refuse_refund(planned, "Too much.", NOW)
    assert till.payment().refund_reserved == 40_000
    assert "dashboard" in db.session.get_one(Refund, planned).failure


@pytest.mark.scenario(17)
@pytest.mark.scenario(18)
def test_a_second_payment_refunded_at_the_dashboard_leaves_the_revenue_of_the_first(till: Till) -> None:
    with till.at(NOW):
        twice = paid_twice(till)
        sync_refund(till.do("/refunds", payment_intent=twice.stripe_payment_intent_id)["id"])
        assert books.account(LedgerAccount.STRIPE) == till.balance() == 50_000
    assert sorted(books.refunds()) == [(50_000, "failed"), (50_000, "succeeded")]
    assert -books.account(LedgerAccount.REVENUE) == 50_000
    assert books.account(LedgerAccount.UNAPPLIED) == 0
    assert books.states() == [BookingState.CONFIRMED]
    assert books.tasks() == ["A refund of $500 failed"], "the order itself still has its money"


def paid_twice(till: Till) -> Payment:
    """An order is paid once more, and the refund of that does not reach Stripe; gives the second payment."""
    order = make_order()
    paying.start_payment(order.public_id, NOW)
    first = till.session_of(order)
    db.session.execute(sa.update(CheckoutAttempt).values(state="failed"))
    db.session.commit()
    with till.at(later(NOW, minutes=1)) as now:
        paying.start_payment(order.public_id, now)
        second = till.session_of(order)
        till.do("/chaos", target="requests", action="error", when="before", status=500, count=3, path="/v1/refunds")
        for session_id in (first, second):
            till.pay(session_id)
            paying.sync_session(session_id)
    return db.session.scalars(sa.select(Payment).where(Payment.disposition == "duplicate")).one()


@pytest.mark.scenario(19)
def test_a_refund_whose_answer_is_lost_is_asked_again_with_the_same_key(till: Till) -> None:
    with till.at(NOW):
        make_paid_order(till)
        # The library asks three times: two are refused, the third is done and its answer is lost.
        till.do("/chaos", target="requests", action="error", when="before", status=500, count=2, path="/v1/refunds")
        till.do("/chaos", target="requests", action="error", when="after", status=500, count=1, path="/v1/refunds")
        give_back(till, 20_000)
        assert books.refunds() == [(20_000, "submitted")]
        refunding.submit_waiting(NOW)
        assert till.balance() == 30_000
    assert books.refunds() == [(20_000, "succeeded")]


@pytest.mark.scenario(19)
def test_a_refund_whose_answer_is_lost_for_longer_than_stripe_keeps_its_key_is_not_made_twice(till: Till) -> None:
    with till.at(NOW):
        make_paid_order(till)
        till.do("/chaos", target="requests", action="error", when="before", status=500, count=2, path="/v1/refunds")
        till.do("/chaos", target="requests", action="error", when="after", status=500, count=1, path="/v1/refunds")
        give_back(till, 20_000)
    with till.at(later(NOW, days=2)) as now:
        # The worker was down, and its first act is to ask for what has no answer yet.
        assert refunding.submit_waiting(now) == 1
        assert till.balance() == 30_000
        assert reconcile(later(NOW, days=-1), now).whole
    assert books.refunds() == [(20_000, "succeeded")]


@pytest.mark.scenario(19)
@pytest.mark.parametrize(("amount", "refusal"), [(50_001, RefundTooLarge), (0, AmountNotUsable), (-5, AmountNotUsable)])
def test_a_refund_that_cannot_be_is_refused_and_changes_nothing(
    till: Till, amount: int, refusal: type[Refusal]
) -> None:
    with till.at(NOW):
        make_paid_order(till)
        with pytest.raises(refusal):
            ask(till.payment().id, amount)
    assert books.refunds() == []
    assert till.payment().refund_reserved == 0
    assert books.movements() == 2


@pytest.mark.scenario(19)
def test_two_refunds_never_come_to_more_than_the_payment(till: Till) -> None:
    with till.at(NOW):
        make_paid_order(till)
        ask(till.payment().id, 30_000, "form-1")
        with pytest.raises(RefundTooLarge, match=r"\$200 left"):
            ask(till.payment().id, 20_001, "form-2")


@pytest.mark.scenario(20)
@pytest.mark.parametrize("after_success", [False, True])
def test_a_refund_that_fails_is_a_task_and_nobody_is_told_refunded(till: Till, after_success: bool) -> None:
    with till.at(NOW):
        make_paid_order(till)
        till.do("/refunds/ahead", status="succeeded" if after_success else "pending")
        refund_id = give_back(till, 20_000)
        stripe_id = db.session.scalars(sa.select(Refund.stripe_refund_id)).one()
        till.do(f"/refunds/{stripe_id}/fail")
        assert stripe_id
        sync_refund(stripe_id)
        sync_refund(stripe_id)
        assert till.balance() == 50_000
        assert reconcile(later(NOW, days=-1), NOW).whole
    assert db.session.get_one(Refund, refund_id).state is RefundState.FAILED
    assert books.tasks() == ["A refund of $200 failed"]
    assert till.payment().refund_reserved == 0
    assert books.letters()["refunded"] == int(after_success)
    assert -books.account(LedgerAccount.REVENUE) == 50_000
    assert books.account(LedgerAccount.REFUNDS) == 0
    assert books.account(LedgerAccount.STRIPE) == 50_000


@pytest.mark.scenario(20)
@pytest.mark.parametrize("answer", ["pending", "succeeded"])
def test_an_old_answer_that_comes_after_the_failure_moves_no_money(till: Till, answer: str) -> None:
    with till.at(NOW):
        make_paid_order(till)
        till.do("/refunds/ahead", status=answer)
        give_back(till, 20_000)
        [old] = payments().refunds_since(later(NOW, days=-1))
        till.do(f"/refunds/{old.id}/fail")
        sync_refund(old.id)
        assert settle_refund(old, NOW)
        assert books.account(LedgerAccount.STRIPE) == till.balance() == 50_000
    assert books.refunds() == [(20_000, "failed")]
    assert books.account(LedgerAccount.REFUNDS) == 0


def dispute(till: Till) -> str:
    found = till.do(f"/payments/{till.payment().stripe_payment_intent_id}/dispute")
    sync_dispute(found["id"])
    return str(found["id"])


def is_withheld() -> bool:
    return bool(db.session.scalars(sa.select(Booking.id).where(withheld())).all())


@pytest.mark.scenario(21)
def test_an_open_dispute_withholds_the_copy_and_keeps_the_slot_and_winning_restores_it(till: Till) -> None:
    with till.at(NOW):
        make_paid_order(till)
        dispute_id = dispute(till)
        assert is_withheld()
        assert books.states() == [BookingState.CONFIRMED]
        assert books.tasks() == ["A payment is disputed"]
        assert books.account(LedgerAccount.STRIPE) == till.balance() <= 0
        till.do(f"/disputes/{dispute_id}/win")
        sync_dispute(dispute_id)
        assert books.account(LedgerAccount.STRIPE) == till.balance()
    assert not is_withheld()
    assert not books.tasks()
    assert books.account(LedgerAccount.DISPUTE) == 0
    assert books.states() == [BookingState.CONFIRMED]


@pytest.mark.scenario(21)
def test_a_dispute_that_is_heard_of_before_its_payment_brings_the_payment_in_first(till: Till) -> None:
    with till.at(NOW):
        order = make_order()
        paying.start_payment(order.public_id, NOW)
        till.pay(order)
        intent_id = payments().session(till.session_of(order)).intent_id
        assert books.states() == [BookingState.HELD]
        sync_dispute(till.do(f"/payments/{intent_id}/dispute")["id"])
        assert books.account(LedgerAccount.STRIPE) == till.balance()
    assert books.states() == [BookingState.CONFIRMED]
    assert is_withheld()
    assert books.tasks() == ["A payment is disputed"]


@pytest.mark.scenario(21)
def test_nothing_is_refunded_by_hand_while_the_bank_has_the_money(till: Till) -> None:
    with till.at(NOW):
        order = make_paid_order(till)
        dispute(till)
        with pytest.raises(InDispute):
            refund_by_editor(order.public_id, RefundWish("form-1", "10", "A gesture."), By(Actor.EDITOR, NOW))
    assert books.refunds() == []
    assert till.payment().refund_reserved == 0


@pytest.mark.scenario(21)
def test_a_lost_dispute_books_the_loss_and_frees_the_slot(till: Till, webhooks: Callable[[], list[int]]) -> None:
    with till.at(NOW):
        make_paid_order(till)
        dispute_id = dispute(till)
        till.do(f"/disputes/{dispute_id}/lose")
        webhooks()
        sync_dispute(dispute_id)
        assert books.account(LedgerAccount.STRIPE) == till.balance()
        assert reconcile(later(NOW, days=-1), NOW).whole
    assert books.states() == [BookingState.CANCELLED]
    assert slot_of().booking_id is None
    assert books.account(LedgerAccount.DISPUTE_LOSS) == 50_000
    assert books.account(LedgerAccount.DISPUTE) == 0
    assert db.session.scalars(sa.select(Dispute.state)).all() == [DisputeState.LOST]


@pytest.mark.scenario(21)
def test_a_dispute_lost_after_publication_moves_money_only(till: Till) -> None:
    with till.at(NOW):
        make_paid_order(till)
        editor = make_editor()
        by = By(Actor.EDITOR, NOW, editor.id)
        freezing.freeze(500, by)
        freezing.sent(500, "https://quietpager.example/500", by)
        before = books.states()
        dispute_id = dispute(till)
        till.do(f"/disputes/{dispute_id}/lose")
        sync_dispute(dispute_id)
        assert books.account(LedgerAccount.STRIPE) == till.balance()
    assert books.states() == before
    assert books.account(LedgerAccount.DISPUTE_LOSS) == 50_000


@pytest.mark.scenario(21)
def test_a_dispute_after_a_partial_refund_loses_no_money_twice(till: Till) -> None:
    with till.at(NOW):
        make_paid_order(till)
        give_back(till, 20_000)
        dispute_id = dispute(till)
        till.do(f"/disputes/{dispute_id}/lose")
        sync_dispute(dispute_id)
        taken = -sum(fact.net for fact in payments().movements_since(later(NOW, days=-1)) if fact.amount < 0)
        assert books.account(LedgerAccount.STRIPE) == till.balance() == 50_000 - taken
    assert books.account(LedgerAccount.DISPUTE_LOSS) + 20_000 + books.account(LedgerAccount.FEES) == taken


@pytest.mark.scenario(21)
def test_a_lost_dispute_over_a_part_says_what_we_still_have_of_the_payment(till: Till) -> None:
    with till.at(NOW):
        make_paid_order(till)
        found = till.do(f"/payments/{till.payment().stripe_payment_intent_id}/dispute", amount=20_000)
        till.do(f"/disputes/{found['id']}/lose")
        for _ in range(2):
            sync_dispute(found["id"])
        assert books.account(LedgerAccount.STRIPE) == till.balance()
    assert books.states() == [BookingState.CANCELLED]
    assert books.tasks() == ["A dispute was lost over a part of a payment"]
    assert "$300 of the payment" in db.session.scalars(sa.select(Task.advice).where(Task.done_at.is_(None))).one()


@pytest.mark.scenario(21)
@pytest.mark.scenario(17)
def test_a_dispute_of_a_second_payment_leaves_what_the_first_one_paid_for(till: Till) -> None:
    with till.at(NOW):
        # Its refund is still on its way when the buyer complains to the bank.
        twice = paid_twice(till)
        found = till.do(f"/payments/{twice.stripe_payment_intent_id}/dispute")
        sync_dispute(found["id"])
        assert not is_withheld()
        till.do(f"/disputes/{found['id']}/lose")
        sync_dispute(found["id"])
        assert books.account(LedgerAccount.STRIPE) == till.balance()
    assert books.states() == [BookingState.CONFIRMED]
