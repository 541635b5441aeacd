"""What the database itself refuses, whoever writes: no code path is trusted to check first."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask_sqlalchemy.session import Session
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import scoped_session

from booking.db import db
from booking.models import Booking, CheckoutAttempt, LedgerEntry, Order, OutboxMessage, Payment, Refund, Slot
from booking.models.base import Base
from booking.services import paying, refunding
from tests.scenarios.asking import ask
from tests.support.factories import NOW, buyer, choice, make_order, make_paid_order, slot_of
from tests.support.remembering import remembered
from tests.support.till import Till


@pytest.fixture(autouse=True)
def sold_and_held(session: scoped_session[Session], till: Till) -> None:
    """The sponsor slot of issue 500 is sold, with a refund; that of issue 501 is held, with an open attempt.

    From memory, which leaves Stripe without a past: nothing here asks Stripe.
    """

    def make() -> None:
        with till.at(NOW):
            make_paid_order(till)
            refunding.submit_refund(ask(till.payment().id, 1_000))
            held = make_order(choice(501), by=buyer("Northwind Rail", "jobs@northwind.example"))
            paying.start_payment(held.public_id, NOW)

    remembered("sold and held", make)


def carry_out(*statements: sa.Executable) -> None:
    for statement in statements:
        db.session.execute(statement)
    db.session.commit()


def refusal(*statements: sa.Executable) -> str:
    """Why the database says no to these statements, at the latest when they are committed."""
    with pytest.raises(IntegrityError) as caught:
        carry_out(*statements)
    db.session.rollback()
    return str(caught.value.orig).lower()


def change(table: str, values: str, where: str = "true") -> sa.TextClause:
    return sa.text(f"UPDATE {table} SET {values} WHERE {where}")


def once_more(model: type[Base], *where: sa.ColumnElement[bool], **changes: Any) -> sa.Insert:
    """Insert a row that is there already, changed so far."""
    table = model.__table__
    row = db.session.execute(sa.select(table).where(*where).order_by(table.c.id).limit(1)).mappings().one()
    new = {name: value for name, value in row.items() if name != "id" or not isinstance(value, int)}
    return sa.insert(model).values(new | changes)


@pytest.mark.parametrize("table", ["ledger", "booking_event"])
@pytest.mark.parametrize("verb", ["UPDATE {} SET at = at", "DELETE FROM {}"])
def test_history_is_append_only(table: str, verb: str) -> None:
    assert f"the table {table} is append-only." in refusal(sa.text(verb.format(table)))


@pytest.mark.parametrize("values", ["state = 'cancelled', version = version + 1", "state = 'cancelled'", "version = 9"])
def test_a_booking_moves_only_with_its_event(values: str) -> None:
    assert "a booking changes its state only together with its event." in refusal(change("booking", values))


def test_an_event_between_states_that_are_not_listed_is_refused() -> None:
    event = "INSERT INTO booking_event (booking_id, seq, from_state, to_state, actor, reason, at)"
    unlisted = sa.text(f"{event} SELECT id, 9, 'confirmed', 'held', 'system', '', created_at FROM booking")
    assert "foreign key constraint" in refusal(unlisted)


def test_one_slot_has_one_confirmed_booking() -> None:
    assert "slot_id" in refusal(once_more(Booking, Booking.state == "confirmed"))


def test_a_booking_occupies_no_slot_but_its_own() -> None:
    sold, held = slot_of(500), slot_of(501)
    give_back = sa.update(Slot).where(Slot.id == sold.id).values(booking_id=None)
    stranger = sa.update(Slot).where(Slot.id == held.id).values(booking_id=sold.booking_id)
    assert "foreign key constraint" in refusal(give_back, stranger)


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ("hold_hard_until = NULL", "hold_has_cap"),
        ("held_until = NULL", "hold_has_cap"),
        ("booking_id = NULL", "hold_has_booking"),
        ("hold_hard_until = '2026-03-01 00:00:00'", "hold_within_cap"),
        ("price = -1", "ck_slot_price"),
    ],
)
def test_a_hold_has_a_booking_and_ends_before_its_cap(values: str, constraint: str) -> None:
    assert constraint in refusal(change("slot", values, "held_until IS NOT NULL"))


@pytest.mark.parametrize(
    ("model", "changes", "said"),
    [
        (Slot, {"booking_id": None, "held_until": None, "hold_hard_until": None}, "ordinal"),
        (CheckoutAttempt, {"id": "another", "stripe_id": None, "state": "open"}, "order_id"),
        (Order, {"public_id": "ANOTHER"}, "request_key"),
        (Payment, {}, "stripe_payment_intent_id"),
        (Refund, {"id": "another", "stripe_refund_id": None}, "request_key"),
        (Refund, {"id": "another", "request_key": None}, "stripe_refund_id"),
        (Refund, {"id": "another", "request_key": None, "stripe_refund_id": None, "amount": 0}, "ck_refund_amount"),
        (LedgerEntry, {}, "leg"),
        (LedgerEntry, {"leg": "again", "amount": 0}, "ck_ledger_amount"),
        (LedgerEntry, {"leg": "again", "debit": "stripe", "credit": "stripe"}, "ck_ledger_two_accounts"),
        (OutboxMessage, {"message_id": "<another>"}, "dedupe_key"),
        (OutboxMessage, {"message_id": "<another>", "dedupe_key": "another", "state": "sent"}, "ck_outbox_sent_at"),
    ],
)
def test_what_may_be_there_once_is_there_once(model: type[Base], changes: dict[str, Any], said: str) -> None:
    # The open attempt is that of the order that is held.
    where = [CheckoutAttempt.state == "open"] if model is CheckoutAttempt else []
    assert said in refusal(once_more(model, *where, **changes))


@pytest.mark.breaks_invariants
def test_control_a_second_row_that_differs_where_it_must_is_taken() -> None:
    news = once_more(OutboxMessage, message_id="<another>", dedupe_key="another")
    carry_out(once_more(LedgerEntry, leg="again"), news)


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ("refund_reserved = amount + 1", "ck_payment_refund_reserved"),
        ("refund_reserved = -1", "ck_payment_refund_reserved"),
        ("amount = 0, refund_reserved = 0", "ck_payment_amount"),
    ],
)
def test_no_more_goes_back_than_came(values: str, constraint: str) -> None:
    assert constraint in refusal(change("payment", values))
