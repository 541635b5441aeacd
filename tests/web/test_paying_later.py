"""Paying by invoice, on the pages: offered to those whom the editor trusts, and to nobody who only has the browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
import sqlalchemy as sa
from flask_sqlalchemy.session import Session
from sqlalchemy.orm import scoped_session

from booking.models import Advertiser, Order, User
from booking.services import invoices
from tests.support.factories import NOW, choice, make_issue, make_order, make_paid_order
from tests.support.till import Till, later
from tests.support.visitor import Visitor

Db = scoped_session[Session]


@pytest.fixture(autouse=True)
def _on_a_monday(session: Db, till: Till) -> Iterator[datetime]:
    del session
    with till.at(NOW) as now:
        yield now


def held(session: Db, *, trusted: bool = True) -> Order:
    make_issue(507)
    order = make_order(choice(506))
    session.execute(sa.update(Advertiser).values(may_pay_by_invoice=trusted))
    session.commit()
    return order


def test_a_trusted_advertiser_pays_by_invoice_and_sees_until_when(session: Db, visitor: Visitor, till: Till) -> None:
    order = held(session)
    visitor.sign_in(order.user)
    visitor.get(f"/orders/{order.public_id}")
    page = visitor.submit(form="form[action$=invoice]", button="Pay by invoice")
    assert page.h1 == "Your places are kept"
    assert "Wednesday 1 April 2026" in page.text
    stripe_id = session.scalars(sa.text("SELECT stripe_id FROM checkout_attempt")).one()
    with till.at(later(NOW, days=2)):
        till.do(f"/invoices/{stripe_id}/pay")
        invoices.sync_invoice(str(stripe_id))
        paid = visitor.get(f"/orders/{order.public_id}")
        assert paid.h1 == "Booked. Thank you."
        assert "Invoice (PDF)" in paid.links


@pytest.mark.parametrize("trusted", [True, False])
def test_it_is_offered_only_to_trusted_people_who_signed_in(
    session: Db, visitors: Callable[[], Visitor], trusted: bool
) -> None:
    order = held(session, trusted=trusted)
    browser = visitors()
    with browser.client.session_transaction() as cookie:
        cookie["orders"] = [order.public_id]
    assert "Pay by invoice" not in browser.get(f"/orders/{order.public_id}").text
    assert browser.post(f"/orders/{order.public_id}/invoice", {}, status=303).location.startswith("/sign-in")
    browser.sign_in(order.user)
    assert ("Pay by invoice" in browser.get(f"/orders/{order.public_id}").text) == trusted


def test_somebody_else_cannot_have_an_invoice_sent(session: Db, visitor: Visitor) -> None:
    order = held(session)
    stranger = User(email="desk@elsewhere.example", name="", role="advertiser", created_at=NOW)
    session.add(stranger)
    session.commit()
    visitor.sign_in(stranger)
    visitor.post(f"/orders/{order.public_id}/invoice", {}, status=404)


def test_a_paid_order_leads_to_its_invoice_and_receipt(session: Db, visitor: Visitor, till: Till) -> None:
    order = make_paid_order(till)
    visitor.sign_in(session.merge(order).user)
    links = visitor.get(f"/orders/{order.public_id}").links
    assert {"Invoice (PDF)", "Receipt"} <= set(links)


def test_the_insertion_order_names_the_vat_and_the_purchase_order(session: Db, visitor: Visitor, till: Till) -> None:
    order = make_paid_order(till)
    session.execute(sa.update(Order).values(vat_number="GB 123 4567 89", po_number="PO-77"))
    session.commit()
    visitor.sign_in(session.merge(order).user)
    text = visitor.get(f"/orders/{order.public_id}/insertion-order").text
    assert "GB 123 4567 89" in text
    assert "PO-77" in text
