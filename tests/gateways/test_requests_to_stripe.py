"""Every request that the app sends is one that Stripe knows: by its OpenAPI schema and by the SDK's own types."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import requests
import sqlalchemy as sa
import stripe

from booking.db import db
from booking.gateways.payments import Payments, payments
from booking.models import Advertiser, CheckoutAttempt, Order
from booking.services import holding, invoices, lapsing, paying, refunding
from booking.services.disputes import sync_dispute
from booking.services.payment_sync import sync_charge, sync_payment, warn_of_fraud
from booking.services.reconciling import reconcile
from tests.scenarios.asking import ask
from tests.stripe_simulator.openapi import ABSENT, available, violations_of_request
from tests.stripe_simulator.sdk_params import violations_of_params
from tests.support.factories import NOW, buyer, choice, make_issue, make_order, make_paid_order
from tests.support.till import Till, later

pytestmark = [pytest.mark.usefixtures("session"), pytest.mark.any_database]


def everything_the_app_asks(till: Till) -> None:
    """Each method of the gateway is used at least once."""
    make_issue(507)
    make_paid_order(till, choice(500), choice(501))
    intent = till.payment().stripe_payment_intent_id
    refunding.submit_refund(ask(till.payment().id, 1_000))
    sync_payment(intent)
    sync_charge(till.do("/refunds", payment_intent=intent, amount=500)["charge"])
    sync_dispute(till.do(f"/payments/{intent}/dispute")["id"])
    payments().refunds_of_payment(intent)
    warn_of_fraud(till.do(f"/payments/{intent}/warn")["id"])
    far = make_order(choice(506), by=buyer("Northwind Rail", "jobs@northwind.example"))
    paying.start_payment(far.public_id, NOW)
    holding.give_up(far.public_id, NOW)
    trusted = make_order(choice(505), by=buyer("Quarry Labs", "press@quarry.example"))
    db.session.execute(sa.update(Advertiser).values(may_pay_by_invoice=True))
    db.session.execute(sa.update(Order).values(po_number="PO 1234"))
    db.session.commit()
    invoices.invoice_order(trusted.public_id, NOW)
    with_po = make_order(choice(504), by=buyer("Lanternfish", "press@lanternfish.example"))
    paying.start_payment(with_po.public_id, NOW)
    lapsing.lapse_run_out(later(NOW, hours=2))
    invoices.void_overdue(later(NOW, days=40))
    reconcile(NOW - timedelta(days=7), later(NOW, days=40))


def sent(till: Till) -> list[dict[str, Any]]:
    answer = requests.get(f"{till.simulator.base_url}/_sim/requests", timeout=10).json()
    found: list[dict[str, Any]] = answer["data"] if isinstance(answer, dict) else answer
    return found


@pytest.mark.skipif(not available(), reason=ABSENT)
def test_every_request_fits_stripe_s_own_schema(till: Till) -> None:
    with till.at(NOW):
        everything_the_app_asks(till)
        asked = sent(till)
    paths = {(one["method"], one["path"].split("?")[0].rsplit("/", 1)[0]) for one in asked}
    assert len(paths) > 12, paths
    wrong = [
        f"{one['method']} {one['path']}: {violation}"
        for one in asked
        for violation in violations_of_request(one["method"], one["path"], one["form"])
    ]
    assert wrong == []


def test_what_is_frozen_fits_the_types_of_the_installed_sdk(till: Till) -> None:
    with till.at(NOW):
        everything_the_app_asks(till)
    frozen = db.session.scalars(sa.select(CheckoutAttempt)).all()
    sessions = [attempt.params for attempt in frozen if "mode" in attempt.params]
    sent_invoices = [attempt.params for attempt in frozen if "invoice" in attempt.params]
    assert len(sessions) >= 3
    assert len(sent_invoices) == 1
    for params in sessions:
        assert violations_of_params(stripe.params.checkout.SessionCreateParams, params) == []
    for parts in sent_invoices:
        assert violations_of_params(stripe.params.CustomerCreateParams, parts["customer"]) == []
        assert violations_of_params(stripe.params.InvoiceCreateParams, parts["invoice"]) == []
        for line in parts["lines"]:
            assert violations_of_params(stripe.params.InvoiceItemCreateParams, line) == []


def test_a_payment_that_takes_days_is_offered_only_where_there_are_days(till: Till) -> None:
    with till.at(NOW):
        make_issue(507)
        near, far = make_order(choice(500)), make_order(choice(507), by=buyer("Quarry Labs", "press@quarry.example"))
        for order in (near, far):
            paying.start_payment(order.public_id, NOW)
        asked = [str(one["nested"]) for one in sent(till) if one["path"] == "/v1/checkout/sessions"]
    assert ["us_bank_account" in one for one in asked] == [True, False]
    # Both were parameters once; the pinned version refuses them.
    assert not [one for one in asked if "'payment_method_types'" in one or "ui_mode" in one]


def test_the_library_writes_no_file_into_a_home_directory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stripe, "enable_telemetry", True)
    Payments("sk_test_x", "http://127.0.0.1:9", (), livemode=False)
    assert stripe.enable_telemetry is False
