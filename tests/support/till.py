"""What a buyer, a bank or somebody at Stripe's dashboard does, through the simulator's control plane."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import Context
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

import requests
import sqlalchemy as sa

from booking import clock
from booking.db import db
from booking.gateways.payments import payments
from booking.models import CheckoutAttempt, Order, Payment
from booking.stripe_simulator import Simulator

GOOD = "4242424242424242"
DECLINED = "4000000000000002"
BANK_DEBIT = "000123456789"


class Till:
    """The outside hands on a payment."""

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator
        self._hands = simulator.app.test_client(use_cookies=False)

    def do(self, path: str, /, **body: Any) -> dict[str, Any]:
        """Post to the control plane; a refusal fails the test.

        Past the network, which is the app's to go through: most tests do nothing here but set the clock. In a context
        of its own, for the test's is the app's.
        """
        answer = Context().run(self._hands.post, f"/_sim{path}", json=body)
        assert answer.status_code < HTTPStatus.BAD_REQUEST, f"{path}: {answer.status_code} {answer.text}"
        found: dict[str, Any] = json.loads(answer.data)
        return found

    @contextmanager
    def at(self, moment: datetime | str) -> Iterator[datetime]:
        """Set the app's clock and Stripe's to the same instant."""
        with clock.frozen_at(moment) as now:
            self.do("/clock", set=int(now.timestamp()))
            yield now

    def session_of(self, order: Order | str) -> str:
        """The newest Checkout Session of an order."""
        public_id = order if isinstance(order, str) else order.public_id
        found = db.session.scalars(
            sa.select(CheckoutAttempt.stripe_id)
            .join(Order, Order.id == CheckoutAttempt.order_id)
            .where(Order.public_id == public_id)
            .order_by(CheckoutAttempt.created_at.desc())
        ).first()
        assert found is not None, "The order has no session yet: call start_payment first."
        return found

    def pay(self, order: Order | str, card: str = GOOD, **more: Any) -> dict[str, Any]:
        """Pay an order's newest session on Stripe's page; `order` may be a session id."""
        session_id = order if isinstance(order, str) and order.startswith("cs_") else self.session_of(order)
        return self.do(f"/sessions/{session_id}/pay", card=card, **more)

    def promotion(self, percent: int) -> str:
        """A code that takes so much off, made as in Stripe's dashboard; the same code again when there is one."""
        code = f"WELCOME{percent}"
        if not self._api("GET", "/v1/promotion_codes", code=code)["data"]:
            coupon = self._api("POST", "/v1/coupons", percent_off=percent, duration="once")["id"]
            promotion = {"promotion[type]": "coupon", "promotion[coupon]": coupon}
            self._api("POST", "/v1/promotion_codes", **promotion, code=code)
        return code

    def paid_past_stripe(self, invoice_id: str) -> None:
        """The editor marks an invoice as paid by a transfer that Stripe did not see; one that is over stays."""
        with suppress(AssertionError):
            self._api("POST", f"/v1/invoices/{invoice_id}/pay", paid_out_of_band="true")

    def _api(self, method: str, path: str, **form: object) -> dict[str, Any]:
        sent: Any = {"params": form} if method == "GET" else {"data": form}
        auth = ("sk_test_simulator", "")
        answer = requests.request(method, f"{self.simulator.base_url}{path}", auth=auth, timeout=10, **sent)
        assert answer.ok, f"{path}: {answer.status_code} {answer.text}"
        found: dict[str, Any] = answer.json()
        return found

    def payment(self) -> Payment:
        """The one payment that there is, as it stands now."""
        db.session.rollback()
        return db.session.scalars(sa.select(Payment)).one()

    def balance(self) -> int:
        """What Stripe holds for us, minor units of the one currency that tests sell in."""
        return sum(fact.amount for fact in payments().balance())


def later(now: datetime, **delta: float) -> datetime:
    """An instant after `now`."""
    return now + timedelta(**delta)
