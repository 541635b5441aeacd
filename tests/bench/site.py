"""The product as the bench serves it: the whole program in its production settings, with a canned answer for Stripe.

Everything else is as in production, the check of a webhook's signature too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from flask import Flask

from booking import create_app
from booking.gateways.payments import Payments
from booking.gateways.stripe_facts import APP, SessionFact
from config import Production

HOST = "ads.example.com"
WEBHOOK_SECRET = "whsec_bench"

SESSION = re.compile(r"cs_bench_(?P<attempt>[0-9a-f-]{36})_(?P<order>\w+)_(?P<amount>\d+)")
SESSIONS = re.compile(r"cs_bench_[0-9a-f-]{36}_\w+_\d+")


class Canned(Payments):
    """Stripe's answers made up on the spot: an id says all that there is to know about its session."""

    def create_session(self, params: Mapping[str, Any], key: str) -> SessionFact:
        """A session that nobody has paid yet."""
        amount = sum(line["price_data"]["unit_amount"] for line in params["line_items"])
        return _session(f"cs_bench_{key}_{params['client_reference_id']}_{amount}", "open", "unpaid")

    def session(self, session_id: str) -> SessionFact:
        """The same session, paid."""
        return _session(session_id, "complete", "paid")

    def expire_session(self, session_id: str) -> None:
        """Nobody would pay it anyway."""


def _session(session_id: str, status: str, payment_status: str) -> SessionFact:
    found = SESSION.fullmatch(session_id)
    assert found is not None, session_id
    amount = int(found["amount"])
    return SessionFact(
        id=session_id,
        url=f"https://checkout.stripe.com/c/pay/{session_id}",
        status=status,
        payment_status=payment_status,
        amount_subtotal=amount,
        amount_total=amount,
        currency="USD",
        metadata={"app": APP, "order": found["order"], "attempt": found["attempt"]},
        customer_email="",
        created=datetime.now(UTC),
        intent_id=f"pi_{found['attempt']}" if payment_status == "paid" else None,
        intent_status="succeeded" if payment_status == "paid" else "",
        receipt_url="",
        invoice_url="",
        invoice_pdf="",
        livemode=False,
    )


def make_app(url: str, tasks: str) -> Flask:
    """The program on the database at `url`, its queue in the file `tasks`."""
    app = create_app(
        Production(
            SECRET_KEY="for the bench alone, and nowhere else",
            BASE_URL=f"https://{HOST}",
            # As behind the proxy that production has: every buyer comes from an address of their own.
            PROXY_COUNT=1,
            TRUSTED_HOSTS=(HOST,),
            SQLALCHEMY_DATABASE_URI=url,
            HUEY_URL=f"sqlite:///{tasks}",
            STRIPE_SECRET_KEY="sk_test_bench",
            STRIPE_WEBHOOK_SECRETS=(WEBHOOK_SECRET,),
            MAIL_HOST="mail.example.com",
            MAIL_SENDER=f"bookings@{HOST}",
        ).check()
    )
    app.extensions["payments"] = Canned("sk_test_bench", "", (WEBHOOK_SECRET,), livemode=False)
    return app
