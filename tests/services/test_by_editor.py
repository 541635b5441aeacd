"""What the editor's acts refuse, and that an act which is done twice happens once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
import sqlalchemy as sa
from flask import Flask

from booking.db import db, transaction
from booking.domain.copy_refusals import ReasonMissing
from booking.domain.desk_refusals import NothingPaid
from booking.domain.errors import IssueFrozen, NotFound, Refusal, RuleNotUsable, SlotClosed, SlotSold, WrongState
from booking.domain.states import Actor, OutboxState, PlacementKind, RefundState
from booking.models import (
    ApiToken,
    AuditEntry,
    Booking,
    HouseAd,
    LedgerEntry,
    OutboxMessage,
    Placement,
    Refund,
    Slot,
    Task,
)
from booking.services import (
    advertisers,
    api_tokens,
    cancelling,
    desk_chores,
    freezing,
    giving,
    house_ads,
    moving,
    outbox,
    settings,
    tasks_for_people,
)
from booking.services.advertisers import Known
from booking.services.booking_steps import By
from booking.services.house_ads import AdText
from booking.services.outbox import Mail
from booking.services.queries.desk_booking import desk_booking
from booking.services.queries.desk_places import sent_issues, unsent_issues
from booking.services.queries.settings import fingerprint, newsletter_settings, placement
from booking.services.refunding_by_hand import RefundWish, refund_by_editor
from tests.fixtures import put_back
from tests.support.copy import approved, confirmed
from tests.support.databases import Database
from tests.support.factories import NOW, choice, make_editor, make_issue, make_order, slot_of
from tests.support.paid import paid
from tests.support.till import Till, later

pytestmark = pytest.mark.usefixtures("simulator")

AD = AdText("Us", "Read by people who carry pagers.", "https://us.example/")


@pytest.fixture(autouse=True)
def _monday(session: object, till: Till) -> Iterator[None]:
    with till.at(NOW):
        make_issue(506)
        yield


@pytest.fixture
def by() -> By:
    return By(Actor.EDITOR, NOW, make_editor().id)


def lock(slot: Slot) -> None:
    """As a freeze that has this very moment reached the slot."""
    slot.locked = True
    db.session.commit()


def test_more_time_is_for_booked_weeks_of_open_issues(by: By) -> None:
    with pytest.raises(NotFound):
        desk_chores.extend_copy(99, date(2026, 3, 6), by)
    order = make_order(choice(500))
    with pytest.raises(WrongState):
        desk_chores.extend_copy(order.bookings[0].id, date(2026, 3, 6), by)
    (booking,) = confirmed(order)
    freezing.freeze(500, by)
    with pytest.raises(IssueFrozen):
        desk_chores.extend_copy(booking.id, date(2026, 3, 6), by)


def test_more_time_is_never_less(by: By, till: Till) -> None:
    (booking,) = confirmed(make_order(choice(500)))
    desk_chores.extend_copy(booking.id, date(2026, 3, 6), by)
    with pytest.raises(RuleNotUsable, match="may come until Friday 6 March 2026, 17:00 London time already"):
        desk_chores.extend_copy(booking.id, date(2026, 3, 5), by)


@transaction
def _write() -> None:
    outbox.post(Mail("press@ledgerline.example", "Booked", "Hello.\n"), "news", NOW)
    tasks_for_people.open_task("odd", "Odd", "Look.", None, NOW)


def test_only_mail_that_was_given_up_is_tried_again(by: By) -> None:
    _write()
    with pytest.raises(NotFound):
        desk_chores.send_again(99, by)
    desk_chores.send_again(db.session.scalars(sa.select(OutboxMessage.id)).one(), by)
    message = db.session.scalars(sa.select(OutboxMessage)).one()
    assert (message.state, message.tries) == (OutboxState.WAITING, 0)


def test_a_task_is_done_once(by: By) -> None:
    _write()
    with pytest.raises(NotFound):
        tasks_for_people.finish_task(99, by)
    task = db.session.scalars(sa.select(Task.id)).one()
    tasks_for_people.finish_task(task, by)
    tasks_for_people.finish_task(task, replace(by, now=NOW.replace(hour=10)))
    assert db.session.scalars(sa.select(Task.done_at)).one() == NOW


def test_a_house_ad_goes_only_where_nobody_booked(by: By) -> None:
    ad = house_ads.write_ad(AD, by)
    confirmed(make_order(choice(500)))
    for slot_id, ad_id, refusal in (
        (99, ad, NotFound),
        (slot_of(501).id, 99, NotFound),
        (slot_of(500).id, ad, SlotSold),
    ):
        with pytest.raises(refusal):
            house_ads.choose_ad(slot_id, ad_id, by)
    freezing.freeze(501, by)
    with pytest.raises(IssueFrozen):
        house_ads.choose_ad(slot_of(501).id, ad, by)


def test_a_retired_house_ad_leaves_the_places_it_was_chosen_for(by: By) -> None:
    ad = house_ads.write_ad(AD, by)
    house_ads.choose_ad(slot_of(502).id, ad, by)
    house_ads.change_ad(ad, replace(AD, name="We"), active=True, by=by)
    assert slot_of(502).house_ad_id == ad
    house_ads.change_ad(ad, AD, active=False, by=by)
    assert slot_of(502).house_ad_id is None
    with pytest.raises(NotFound):
        house_ads.choose_ad(slot_of(502).id, ad, by)
    with pytest.raises(NotFound):
        house_ads.change_ad(99, AD, active=True, by=by)
    house_ads.choose_ad(slot_of(502).id, None, by)
    assert db.session.scalars(sa.select(HouseAd.active)).one() is False


@pytest.mark.parametrize(
    ("wish", "refusal"),
    [
        (RefundWish("k", "5", ""), ReasonMissing),
        (RefundWish("k", "5", "A fault.", payment_id=99), NotFound),
        (RefundWish("k", "5", "A fault.", booking_id=99), NotFound),
    ],
)
def test_a_refund_needs_a_reason_and_what_it_is_of(
    till: Till, by: By, wish: RefundWish, refusal: type[Refusal]
) -> None:
    (booking,) = paid(till, choice(505))
    with pytest.raises(refusal):
        refund_by_editor(booking.order.public_id, wish, by)
    assert db.session.scalars(sa.select(Refund)).all() == []


def test_an_order_that_nobody_paid_has_nothing_to_refund(by: By) -> None:
    with pytest.raises(NothingPaid):
        refund_by_editor(make_order(choice(505)).public_id, RefundWish("k", "5", "A fault."), by)


def test_a_refund_names_its_payment_where_there_are_several(till: Till, by: By) -> None:
    (booking,) = paid(till, choice(505))
    payment = till.payment()
    refund_by_editor(booking.order.public_id, RefundWish("k", "5", "A fault.", payment_id=payment.id), by)
    assert db.session.scalars(sa.select(Refund.state)).one() is RefundState.SUCCEEDED
    accounts = db.session.scalars(sa.select(LedgerEntry.debit).where(LedgerEntry.leg == "owed")).all()
    assert accounts == ["revenue"]


def test_a_make_good_pressed_twice_is_one(by: By) -> None:
    (booking,) = confirmed(make_order(choice(500)))
    repeat = giving.Repeat("again", booking.id, 503, "A fault.")
    assert giving.make_good(repeat, by) == giving.make_good(repeat, by)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Booking)) == 2


def test_a_freeze_in_this_very_moment_stops_what_would_leave_the_issue(till: Till, by: By) -> None:
    (booking,) = paid(till, choice(505))
    lock(slot_of(505))
    with pytest.raises(IssueFrozen):
        cancelling.cancel(booking.id, by, NOW)
    with pytest.raises(IssueFrozen):
        moving.move(booking.id, 503, by)


def test_a_week_that_closed_meanwhile_cannot_be_moved_to(till: Till) -> None:
    (booking,) = paid(till, choice(505))
    slot_of(503).sales_close_at = NOW
    db.session.commit()
    with pytest.raises(SlotClosed):
        moving.move(booking.id, 503, By(Actor.ADVERTISER, NOW))
    with pytest.raises(NotFound):
        moving.move(99, 503, By(Actor.ADVERTISER, NOW))


def test_settings_of_what_is_not_there_are_not_found(by: By) -> None:
    with pytest.raises(NotFound):
        advertisers.write_known(99, "", Known("", may_pay_by_invoice=False, may_be_named=False), by)
    with pytest.raises(NotFound):
        api_tokens.revoke_token(99, by)
    with pytest.raises(NotFound):
        desk_booking(99)
    event = placement(PlacementKind.EVENT)
    db.session.execute(sa.delete(Slot).where(Slot.placement.has(kind=PlacementKind.EVENT)))
    forget(PlacementKind.EVENT)
    with pytest.raises(NotFound):
        placement(PlacementKind.EVENT)
    with pytest.raises(NotFound):
        settings.save_placement(fingerprint(event), event, by)


def test_a_newsletter_that_is_not_set_up_has_no_settings_to_save(app: Flask, database: Database) -> None:
    found = newsletter_settings()
    assert found is not None
    db.session.remove()
    put_back(app, database)
    with pytest.raises(NotFound):
        settings.save_newsletter(fingerprint(found), found, By(Actor.EDITOR, NOW))


def test_a_key_that_is_ended_twice_ended_the_first_time(by: By) -> None:
    api_tokens.make_token("The build", by)
    token = db.session.scalars(sa.select(ApiToken)).one()
    for minutes in (0, 5):
        api_tokens.revoke_token(token.id, replace(by, now=later(NOW, minutes=minutes)))
    db.session.expire_all()
    assert token.revoked_at == NOW
    sentences = db.session.scalars(sa.select(AuditEntry.sentence)).all()
    assert sentences.count("Ended the key of The build.") == 1


def forget(kind: PlacementKind) -> None:
    row = db.session.scalars(sa.select(Placement).where(Placement.kind == kind)).one()
    for rate in row.rates:
        db.session.delete(rate)
    db.session.flush()
    db.session.delete(row)
    db.session.commit()


def test_a_small_table_stays_small(by: By) -> None:
    facts = [(str(number), "readers") for number in range(25)]
    with pytest.raises(RuleNotUsable, match="room for 24 rows"):
        settings.save_facts(fingerprint([]), facts, by)


def test_the_places_of_an_issue_that_was_sent_ran_or_stayed_empty(by: By) -> None:
    (booking,) = confirmed(make_order(choice(500)))
    approved(booking, by=by)
    freezing.freeze(500, by)
    assert [line.number for line in unsent_issues(2)] == [500, 501]
    freezing.sent(500, "", by)
    (line,) = sent_issues(5)
    assert [place.state(NOW) for place in line.places] == ["ran"] + ["closed"] * 5
