"""A state machine that does to the shop whatever buyers, banks, editors and networks do, in any order.

After every step the invariants of the database must hold, and after a reconciliation Stripe must agree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from booking import clock
from booking.db import db
from booking.domain.errors import Refusal
from booking.domain.states import Actor, AttemptKind, Fallback, PlacementKind
from booking.gateways.payments import payments
from booking.models import Advertiser, Booking, CheckoutAttempt, Dispute, Issue, Order, Payment, Placement, Refund, Slot
from booking.services import (
    cancelling,
    freezing,
    giving,
    holding,
    invariants,
    inventory,
    invoices,
    lapsing,
    moving,
    paying,
    pricing,
    refunding,
)
from booking.services.booking_steps import By
from booking.services.reconciling import reconcile
from booking.services.refunding_by_hand import RefundWish, refund_by_editor
from tests.support.factories import NOW, buyer, make_editor, make_newsletter
from tests.support.till import BANK_DEBIT, DECLINED, GOOD, Till

ISSUES = (500, 501, 502)
KINDS = (PlacementKind.SPONSOR, PlacementKind.JOB)
CHOICES = st.lists(st.tuples(st.sampled_from(ISSUES), st.sampled_from(KINDS)), min_size=1, max_size=4)
WHICH = st.integers(0, 30)
"""Which of what there is; the machine takes it modulo their number, so that every step can be taken."""


class Shop(RuleBasedStateMachine):
    """The rules. `till`, `deliver` and `empty` are given by the test that runs it."""

    till: Till
    deliver: Callable[[], list[int]]
    empty: Callable[[], None]

    @initialize()
    def open(self) -> None:
        """An empty database, a Stripe without a past, and three weeks on sale with few places."""
        self.empty()
        self.till.simulator.reset()
        self.now = NOW
        self.keys = 0
        with self.till.at(self.now):
            make_newsletter(self.now, issues=4)
            self.editor = make_editor().id
            db.session.execute(
                sa.update(Slot)
                .where(Slot.ordinal > 2, Slot.placement.has(kind=PlacementKind.JOB))
                .values(on_sale=False)
            )
            db.session.commit()

    @contextmanager
    def doing(self) -> Iterator[None]:
        """One step at the machine's time. A refusal is an answer like any other."""
        self.keys += 1
        with clock.frozen_at(self.now), suppress(Refusal):
            db.session.rollback()
            yield

    @property
    def by(self) -> By:
        return By(Actor.EDITOR, self.now, self.editor)

    def one_of(self, model: Any, which: int, *where: sa.ColumnElement[bool]) -> Any:
        """One of the rows that there are, None when there is none."""
        key = model.__mapper__.primary_key[0]
        found = db.session.scalars(sa.select(model).where(*where).order_by(key)).all()
        return found[which % len(found)] if found else None

    def session_of(self, which: int) -> str | None:
        asked = (CheckoutAttempt.kind == AttemptKind.CHECKOUT, CheckoutAttempt.stripe_id.is_not(None))
        attempt = self.one_of(CheckoutAttempt, which, *asked)
        return None if attempt is None else attempt.stripe_id

    def at_the_bank(self, path: str, **body: Any) -> None:
        """Something outside that may be impossible by now; then it does not happen."""
        with suppress(AssertionError):
            self.till.do(path, **body)

    @rule(chosen=CHOICES, who=st.integers(0, 2))
    def hold(self, chosen: list[tuple[int, PlacementKind]], who: int) -> None:
        with self.doing():
            prices = {
                (number, kind): price
                for number, kind, price in db.session.execute(
                    sa.select(Issue.number, Placement.kind, sa.func.min(Slot.price))
                    .join(Slot.issue)
                    .join(Slot.placement)
                    .group_by(Issue.number, Placement.kind)
                )
            }
            picked = tuple(holding.Choice(number, kind, prices[number, kind]) for number, kind in chosen)
            whose = buyer(f"Company {who}", f"desk{who}@company.example")
            holding.hold(holding.Wish(f"key-{self.keys}", picked, whose, Fallback.CREDIT), self.now)

    @rule(which=WHICH)
    def extend(self, which: int) -> None:
        with self.doing():
            if order := self.one_of(Order, which):
                holding.extend(order.public_id, self.now)

    @rule(which=WHICH)
    def press_pay(self, which: int) -> None:
        with self.doing():
            if order := self.one_of(Order, which):
                paying.start_payment(order.public_id, self.now)

    @rule(
        which=WHICH,
        card=st.sampled_from([GOOD, GOOD, DECLINED, BANK_DEBIT]),
        percent=st.sampled_from([0, 0, 33, 100]),
        returns=st.booleans(),
    )
    def pay(self, which: int, card: str, percent: int, returns: bool) -> None:
        with self.doing():
            if session := self.session_of(which):
                code = {"promotion_code": self.till.promotion(percent)} if percent else {}
                self.at_the_bank(f"/sessions/{session}/pay", card=card, **code)
                if returns:
                    paying.sync_session(session)

    @rule(which=WHICH)
    def ask_for_an_invoice(self, which: int) -> None:
        with self.doing():
            if order := self.one_of(Order, which):
                db.session.execute(sa.update(Advertiser).values(may_pay_by_invoice=True))
                db.session.commit()
                invoices.invoice_order(order.public_id, self.now)

    @rule(which=WHICH, past_stripe=st.sampled_from([False, False, True]))
    def pay_an_invoice(self, which: int, past_stripe: bool) -> None:
        with self.doing():
            attempt = self.one_of(CheckoutAttempt, which, CheckoutAttempt.kind == AttemptKind.INVOICE)
            if attempt is not None and attempt.stripe_id is not None:
                if past_stripe:
                    self.till.paid_past_stripe(attempt.stripe_id)
                else:
                    self.at_the_bank(f"/invoices/{attempt.stripe_id}/pay")

    @rule(which=WHICH, outcome=st.sampled_from(["succeeded", "failed"]))
    def settle_bank_debit(self, which: int, outcome: str) -> None:
        with self.doing():
            if session := self.session_of(which):
                self.at_the_bank(f"/sessions/{session}/settle", outcome=outcome)

    @rule(which=WHICH)
    def abandon(self, which: int) -> None:
        with self.doing():
            if order := self.one_of(Order, which):
                holding.give_up(order.public_id, self.now)

    @rule(which=WHICH)
    def lose_the_session(self, which: int) -> None:
        """An attempt is given up here while its page is still open at Stripe: it can be paid twice."""
        with self.doing():
            attempt = self.one_of(CheckoutAttempt, which, CheckoutAttempt.state == "open")
            if attempt is not None:
                attempt.state = "failed"
                db.session.commit()

    @rule(which=WHICH, amount=st.integers(1, 60_000))
    def refund(self, which: int, amount: int) -> None:
        with self.doing():
            order = self.one_of(Order, which, sa.exists().where(Payment.order_id == Order.id))
            if order is not None:
                wish = RefundWish(f"form-{self.keys}", f"{amount // 100}.{amount % 100:02}", "A gesture.")
                refund_by_editor(order.public_id, wish, self.by)

    @rule(which=WHICH, amount=st.one_of(st.none(), st.integers(1, 60_000)))
    def refund_at_the_dashboard(self, which: int, amount: int | None) -> None:
        with self.doing():
            if payment := self.one_of(Payment, which):
                self.at_the_bank("/refunds", payment_intent=payment.stripe_payment_intent_id, amount=amount)

    @rule(status=st.sampled_from(["pending", "succeeded"]))
    def next_refund_is(self, status: str) -> None:
        self.till.do("/refunds/ahead", status=status)

    @rule(which=WHICH, outcome=st.sampled_from(["fail", "succeed"]))
    def refund_ends(self, which: int, outcome: str) -> None:
        with self.doing():
            refund = self.one_of(Refund, which, Refund.stripe_refund_id.is_not(None))
            if refund is not None:
                self.at_the_bank(f"/refunds/{refund.stripe_refund_id}/{outcome}")

    @rule(which=WHICH)
    def dispute(self, which: int) -> None:
        with self.doing():
            if payment := self.one_of(Payment, which):
                self.at_the_bank(f"/payments/{payment.stripe_payment_intent_id}/dispute")

    @rule(which=WHICH, outcome=st.sampled_from(["win", "lose"]))
    def dispute_ends(self, which: int, outcome: str) -> None:
        with self.doing():
            if dispute := self.one_of(Dispute, which):
                self.at_the_bank(f"/disputes/{dispute.stripe_dispute_id}/{outcome}")

    @rule(which=WHICH, force=st.booleans())
    def block(self, which: int, force: bool) -> None:
        with self.doing():
            act = inventory.block_now if force else inventory.block
            act(self.one_of(Slot, which).id, "Kept for a friend.", self.editor, self.now)

    @rule(which=WHICH)
    def unblock(self, which: int) -> None:
        with self.doing():
            inventory.unblock(self.one_of(Slot, which).id, self.editor, self.now)

    @rule(kind=st.sampled_from(KINDS), amount=st.integers(0, 80_000))
    def change_the_price(self, kind: PlacementKind, amount: int) -> None:
        with self.doing():
            pricing.change_price(kind, amount, date(2026, 3, 9), self.editor, self.now)

    @rule(number=st.sampled_from(ISSUES), count=st.integers(0, 4))
    def offer_jobs(self, number: int, count: int) -> None:
        with self.doing():
            inventory.set_slots(number, PlacementKind.JOB, count, self.editor, self.now)

    @rule(number=st.sampled_from(ISSUES))
    def freeze(self, number: int) -> None:
        with self.doing():
            freezing.freeze(number, self.by)

    @rule(number=st.sampled_from(ISSUES))
    def unfreeze(self, number: int) -> None:
        with self.doing():
            freezing.unfreeze(number, "A word was wrong.", self.by)

    @rule(number=st.sampled_from(ISSUES))
    def send(self, number: int) -> None:
        with self.doing():
            freezing.sent(number, f"https://quietpager.example/{number}", self.by)

    @rule(which=WHICH, in_full=st.booleans())
    def cancel(self, which: int, in_full: bool) -> None:
        with self.doing():
            if booking := self.one_of(Booking, which):
                cancelling.cancel(booking.id, self.by, self.now, agreed=cancelling.Agreed("Asked for.", None, in_full))

    @rule(which=WHICH, to=st.sampled_from(ISSUES))
    def move(self, which: int, to: int) -> None:
        with self.doing():
            if booking := self.one_of(Booking, which):
                moving.move(booking.id, to, self.by)

    @rule(which=WHICH, number=st.sampled_from(ISSUES))
    def make_good(self, which: int, number: int) -> None:
        with self.doing():
            booking = self.one_of(Booking, which, Booking.state == "ran")
            if booking is not None:
                giving.make_good(giving.Repeat(f"form-{self.keys}", booking.id, number, "It ran altered."), self.by)

    @rule(minutes=st.sampled_from([1, 5, 16, 40, 91, 60 * 24]))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        self.till.do("/clock", set=int(self.now.timestamp()))

    @rule()
    def keep_up(self) -> None:
        """What the worker does by itself.

        Hypothesis begins with forty times the rule that takes nothing and comes first by name: that is this one, for
        to reconcile so often what nobody did takes longer than all other stories.
        """
        with self.doing():
            lapsing.lapse_run_out(self.now)
            refunding.submit_waiting(self.now)
            invoices.void_overdue(self.now)

    @rule(action=st.sampled_from(["duplicate", "reorder", "drop"]), count=st.integers(1, 3))
    def the_network_is_bad(self, action: str, count: int) -> None:
        self.till.do("/chaos", target="events", action=action, count=count)

    @rule()
    def webhooks_arrive(self) -> None:
        with self.doing():
            answers = self.deliver()
            assert set(answers) <= {200}, answers

    @rule()
    def reconcile(self) -> None:
        with self.doing():
            self.books_agree()

    def books_agree(self) -> None:
        report = reconcile(NOW - timedelta(days=2), self.now)
        assert report.whole, report.sentences
        paid = [fact for fact in payments().payments_since(NOW - timedelta(days=2)) if fact.status == "succeeded"]
        rows = set(db.session.scalars(sa.select(Payment.stripe_payment_intent_id)))
        assert {fact.id for fact in paid} == rows, "I4: each succeeded PaymentIntent has its payment row"

    @invariant()
    def nothing_is_broken(self) -> None:
        if hasattr(self, "now"):
            db.session.rollback()
            assert not invariants.breaches(db.session(), self.now)

    def teardown(self) -> None:
        if hasattr(self, "now"):
            with self.doing():
                self.books_agree()
            self.nothing_is_broken()
