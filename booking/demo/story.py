"""What happened in the demo: who booked when, what was written and decided, what was sent. Told in order of time."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

import sqlalchemy as sa

from booking.db import db, transaction
from booking.demo import words
from booking.demo.setting import Stage, slot_id
from booking.demo.stripe_stand_in import at, dispute, pay
from booking.demo.words import Company
from booking.domain.states import Actor, BookingState, Fallback, PlacementKind
from booking.models import Advertiser, Booking, CreativeRevision, Issue, Order, Slot
from booking.services import (
    cancelling,
    copywriting,
    freezing,
    giving,
    holding,
    inventory,
    invoices,
    lapsing,
    rescheduling,
    reviewing,
)
from booking.services.booking_steps import By
from booking.services.copywriting import Submission
from booking.services.giving import Gift
from booking.services.reviewing import Seen

SPONSOR, JOB = PlacementKind.SPONSOR, PlacementKind.JOB


def tell(stage: Stage, now: datetime) -> None:
    """Everything up to this minute."""
    _issues_that_are_out(stage, now)
    _the_next_issues(stage, now)
    _what_went_wrong(stage, now)
    _money_with_a_story(stage, now)
    _this_minute(stage, now)


def _issues_that_are_out(stage: Stage, now: datetime) -> None:
    long_ago = now - timedelta(weeks=6)
    with at(long_ago):
        ledgerline = _buy(words.LEDGERLINE, [stage.number(week) for week in (-3, -1, 0, 2)], SPONSOR, long_ago)
        nightjar = _buy(words.NIGHTJAR, [stage.number(-4), stage.number(-2)], SPONSOR, long_ago)
        harbour = _buy(words.HARBOUR, [stage.number(-2), stage.number(0)], JOB, long_ago)
        for order, company in ((ledgerline, words.LEDGERLINE), (nightjar, words.NIGHTJAR), (harbour, words.HARBOUR)):
            _approve(_write(order, company, long_ago), stage, long_ago + timedelta(minutes=20))
    for week in range(-8, 0):
        _send(stage, stage.number(week))
    _agree_to_be_named([company.buyer.company for company in (words.LEDGERLINE, words.NIGHTJAR)])


def _the_next_issues(stage: Stage, now: datetime) -> None:
    days_ago = {days: now - timedelta(days=days) for days in range(1, 12)}
    with at(days_ago[10]) as then:
        orchard = _buy(words.ORCHARD, [stage.number(0)], JOB, then)
        _buy(words.PLAINSONG, [stage.number(0)], JOB, then)
        tidewater = _buy(words.TIDEWATER, [stage.number(1)], SPONSOR, then)
        fernway = _buy(words.FERNWAY, [stage.number(1)], JOB, then)
        _buy(words.COPPERKETTLE, [stage.number(3)], SPONSOR, then)
    with at(days_ago[4]) as then:
        meetup = Gift(
            secrets.token_urlsafe(8), slot_id(stage.number(1), JOB, 5), words.MEETUP.buyer, "They are volunteers"
        )
        giving.give(meetup, By(Actor.EDITOR, then, stage.editor_id))
        reviewing.request_changes(
            _write(tidewater, words.TIDEWATER, then),
            "“The best backup you will ever have!” is a promise nobody can check. Say what it does instead.",
            By(Actor.EDITOR, then, stage.editor_id),
        )
        seen = _write(fernway, words.FERNWAY, then)
        edited = copywriting.Words(
            words.FERNWAY.words.name,
            words.FERNWAY_EDITED,
            words.FERNWAY.words.link,
            words.FERNWAY.words.details,
            "Calmer, and the same facts.",
        )
        reviewing.edit(seen, edited, By(Actor.EDITOR, then, stage.editor_id))
    with at(days_ago[1]) as then:
        _write(orchard, words.ORCHARD, then)


def _what_went_wrong(stage: Stage, now: datetime) -> None:
    with at(now - timedelta(days=3)) as then:
        by_editor = By(Actor.EDITOR, then, stage.editor_id)
        moonshot = _buy(words.MOONSHOT, [stage.number(2)], JOB, then)
        seen = _write(moonshot, words.MOONSHOT, then)
        for booking_id in reviewing.reject(seen, "We run no ads for coins, as our policies say.", by_editor):
            cancelling.cancel(booking_id, by_editor, then, refused=True)
        quarry = _buy(words.QUARRY, [stage.number(5)], SPONSOR, then)
        by_buyer = By(Actor.ADVERTISER, then, quarry.user_id)
        cancelling.cancel(quarry.bookings[0].id, by_buyer, then + timedelta(hours=2))
    with at(now - timedelta(days=1)) as then:
        _hold(words.LANTERNFISH, [stage.number(4)], SPONSOR, then)


def _money_with_a_story(stage: Stage, now: datetime) -> None:
    """A free repeat for an ad that went wrong, an order that is paid by invoice, and a payment that a bank disputes."""
    with at(now - timedelta(days=5)) as then:
        repeat = giving.Repeat(secrets.token_urlsafe(8), _ran(words.NIGHTJAR), stage.number(12), "Its link led nowhere")
        giving.make_good(repeat, By(Actor.EDITOR, then, stage.editor_id))
        disputed = _buy(words.NIGHTJAR, [stage.number(13)], SPONSOR, then)
    with at(now - timedelta(days=2)) as then:
        to_be_paid = _hold(words.HARBOUR, [stage.number(10), stage.number(11)], JOB, then)
        _trust([words.HARBOUR.buyer.company])
        invoices.invoice_order(to_be_paid, then)
        dispute(disputed.public_id)


def _ran(company: Company) -> int:
    """The booking of the company that ran last."""
    mine = sa.select(Booking.id).join(Order).where(Order.buyer_email == company.buyer.address)
    ran = mine.where(Booking.state == BookingState.RAN).order_by(Booking.id.desc())
    return db.session.scalars(ran.limit(1)).one()


def _this_minute(stage: Stage, now: datetime) -> None:
    skipped = db.session.scalars(sa.select(Issue.publishes_on).where(Issue.number == stage.number(9))).one()
    lapsing.lapse_run_out(now)
    rescheduling.skip_date(skipped, "holiday", stage.editor_id, now)
    inventory.block(slot_id(stage.number(7), SPONSOR), "Our own anniversary", stage.editor_id, now)
    _hold(words.MOSSBANK, [stage.number(6)], SPONSOR, now)


def _hold(company: Company, numbers: list[int], kind: PlacementKind, now: datetime) -> str:
    choices = tuple(holding.Choice(number, kind, _price(number, kind)) for number in numbers)
    key = secrets.token_urlsafe(12)
    return holding.hold(holding.Wish(key, choices, company.buyer, Fallback.RUN_LAST), now)


def _buy(company: Company, numbers: list[int], kind: PlacementKind, now: datetime) -> Order:
    public_id = _hold(company, numbers, kind, now)
    pay(public_id, now)
    return _order(public_id)


def _order(public_id: str) -> Order:
    return db.session.scalars(sa.select(Order).where(Order.public_id == public_id)).one()


def _price(number: int, kind: PlacementKind) -> int:
    return db.session.get_one(Slot, slot_id(number, kind)).price


def _write(order: Order, company: Company, now: datetime) -> Seen:
    weeks = tuple(booking.id for booking in order.bookings)
    by = By(Actor.ADVERTISER, now, order.user_id)
    revision = db.session.get_one(CreativeRevision, copywriting.submit(Submission(weeks, company.words), by))
    return Seen(revision.id, revision.sha256)


def _approve(seen: Seen, stage: Stage, now: datetime) -> None:
    reviewing.approve(seen, By(Actor.EDITOR, now, stage.editor_id))


def _send(stage: Stage, number: int) -> None:
    sends_at = db.session.scalars(sa.select(Issue.sends_at).where(Issue.number == number)).one()
    freezing.freeze(number, By(Actor.EDITOR, sends_at - timedelta(hours=15), stage.editor_id))
    url = f"https://quietpager.example/issues/{number}"
    freezing.sent(number, url, By(Actor.EDITOR, sends_at, stage.editor_id))


@transaction
def _trust(companies: list[str]) -> None:
    db.session.execute(sa.update(Advertiser).where(Advertiser.name.in_(companies)).values(may_pay_by_invoice=True))


@transaction
def _agree_to_be_named(companies: list[str]) -> None:
    db.session.execute(sa.update(Advertiser).where(Advertiser.name.in_(companies)).values(may_be_named=True))
