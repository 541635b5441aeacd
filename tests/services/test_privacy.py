"""A person gets all their data, and is erased but for what book-keeping law keeps, without their name."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
import sqlalchemy as sa

from booking.db import db, transaction
from booking.domain.errors import NotFound
from booking.domain.states import Role
from booking.models import (
    Advertiser,
    AuditEntry,
    Booking,
    LoginSession,
    Membership,
    Order,
    OutboxMessage,
    SignInLink,
    User,
)
from booking.services import holding, outbox, paying, privacy, signing_in
from booking.services.outbox import Mail
from booking.services.queries.account import everything_about, weeks_to_come
from tests.support.copy import submitted
from tests.support.factories import NOW, buyer, choice, make_editor, make_issue, make_order
from tests.support.till import Till

pytestmark = pytest.mark.usefixtures("session")

EMAIL = "press@ledgerline.example"
LATER = NOW + timedelta(days=365)


def make_given_up_order() -> Order:
    make_issue()
    order = make_order(choice())
    holding.give_up(order.public_id, NOW)
    return order


@transaction
def tell(key: str, to: str) -> None:
    outbox.post(Mail(to, "News", "For you.\n"), key, NOW)


def texts() -> str:
    """Every text in the database, for a name to be looked for in."""
    db.session.rollback()
    tables = sa.inspect(db.engine).get_table_names()
    rows = [row for table in tables for row in db.session.execute(sa.text(f'SELECT * FROM "{table}"'))]
    return json.dumps([list(row) for row in rows], default=str)


def test_erasing_leaves_the_person_in_no_table(till: Till) -> None:
    with till.at(NOW):
        order = make_order()
        paying.start_payment(order.public_id, NOW)
        holding.give_up(order.public_id, NOW)
    tell("news", EMAIL)
    signing_in.send_link(EMAIL, "", NOW)
    signing_in.sign_in_directly(order.user_id, "Firefox", NOW)
    assert EMAIL in texts()
    assert "press desk" in texts()
    privacy.erase(order.user_id, NOW)
    assert EMAIL not in texts()
    assert "press desk" not in texts()
    for model in (LoginSession, SignInLink, Membership, OutboxMessage):
        assert db.session.scalars(sa.select(model)).all() == [], model


def test_what_book_keeping_needs_stays() -> None:
    order = make_given_up_order()
    privacy.erase(order.user_id, NOW)
    db.session.refresh(order)
    assert (order.company, order.buyer_name, order.buyer_email, order.subtotal) == ("Ledgerline", "", "", 50_000)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Booking)) == 1
    assert db.session.scalars(sa.select(Advertiser.erased_at)).one() == NOW
    [entry] = db.session.scalars(sa.select(AuditEntry))
    assert (entry.action, entry.actor_id, entry.at) == ("user.erase", order.user_id, NOW)


def test_the_same_address_can_book_again_as_somebody_new() -> None:
    erased = make_given_up_order().user_id
    privacy.erase(erased, NOW)
    assert make_order(choice(), now=LATER - timedelta(days=364)).user_id != erased


def test_nobody_is_erased_twice() -> None:
    user_id = make_given_up_order().user_id
    privacy.erase(user_id, NOW)
    with pytest.raises(NotFound):
        privacy.erase(user_id, LATER)
    with pytest.raises(NotFound):
        privacy.erase(user_id + 1, LATER)


def test_nobody_is_erased_while_they_have_weeks_to_come() -> None:
    order = make_order()
    assert weeks_to_come(order.user_id) == 1
    with pytest.raises(privacy.WeeksToCome, match="1 week booked"):
        privacy.erase(order.user_id, NOW)
    assert EMAIL in texts()
    holding.give_up(order.public_id, NOW)
    privacy.erase(order.user_id, NOW)


def test_the_last_editor_stays() -> None:
    first = make_editor().id
    with pytest.raises(privacy.LastEditor):
        privacy.erase(first, NOW)
    make_editor("second@quietpager.example")
    privacy.erase(first, NOW)
    assert db.session.scalars(sa.select(User.erased_at).where(User.id == first)).one() == NOW


def test_a_company_that_others_act_for_keeps_its_draft_and_notes() -> None:
    order = make_given_up_order()
    colleague = User(email="ads@ledgerline.example", role=Role.ADVERTISER, created_at=NOW)
    db.session.add(colleague)
    db.session.flush()
    db.session.add(Membership(user_id=colleague.id, advertiser_id=order.advertiser_id))
    db.session.get_one(Advertiser, order.advertiser_id).notes = "Pays early."
    db.session.commit()
    privacy.erase(order.user_id, NOW)
    advertiser = db.session.get_one(Advertiser, order.advertiser_id)
    assert (advertiser.notes, advertiser.erased_at) == ("Pays early.", None)
    privacy.erase(colleague.id, NOW)
    db.session.refresh(advertiser)
    assert (advertiser.notes, advertiser.erased_at) == ("", NOW)


def test_an_erased_person_cannot_sign_in() -> None:
    order = make_given_up_order()
    token = signing_in.sign_in_directly(order.user_id, "", NOW).token
    privacy.erase(order.user_id, NOW)
    assert signing_in.viewer_of(token, NOW) is None
    with pytest.raises(NotFound):
        signing_in.sign_in_directly(order.user_id, "", NOW)


def test_the_export_holds_what_is_stored_about_a_person_and_nothing_of_others() -> None:
    make_issue(501)
    order = make_order()
    submitted(order.bookings[0])
    make_order(choice(501), by=buyer("Harbour Rail", "jobs@harbour.example"))
    tell("mine", EMAIL)
    tell("theirs", "jobs@harbour.example")
    signing_in.send_link(EMAIL, "", NOW)
    signing_in.sign_in_directly(order.user_id, "Firefox", NOW)
    found = everything_about(order.user_id)
    text = json.dumps(found)
    assert [user["email"] for user in found["user"]] == [EMAIL]
    assert [booking["issue"] for booking in found["bookings"]] == [500]
    assert len(found["orders"]) == len(found["letters"]) == len(found["signed_in"]) == len(found["copy"]) == 1
    assert found["steps_of_bookings"][0]["to_state"] == "held"
    assert "arbour" not in text
    assert "token" not in text
    assert "/sign-in/" not in text, "a link that may still open a door"
