"""The demo can be loaded on any day of the week, shows every state, and keeps away from real people and money."""

from __future__ import annotations

from datetime import datetime

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_sqlalchemy.session import Session
from sqlalchemy.orm import scoped_session

from booking import clock, demo
from booking.demo import words
from booking.domain.states import BookingState, DisputeState, OrderPayment
from booking.models import Booking, Dispute, Issue, Newsletter, Order, Refund, Slot, Task
from tests.fixtures import put_back
from tests.support import thorough
from tests.support.databases import Database
from tests.support.factories import make_newsletter
from tests.support.visitor import Visitor
from tests.support.world import make_world

pytestmark = pytest.mark.usefixtures("simulator")

Db = scoped_session[Session]

MOMENTS = ("2026-03-08 09:59", "2026-03-07 23:30")
"""A minute before an issue goes out; a Saturday night, where there is time. A Wednesday morning is the gallery's."""

MOMENTS_AGAIN = {"sqlite": "2026-10-25 01:30", "postgresql": "2026-03-08 10:00"}
"""The hour that clocks show twice, and the minute in which an issue goes out."""


def coming(session: Db, now: datetime) -> int | None:
    session.rollback()
    return session.scalar(sa.select(sa.func.min(Issue.number)).where(Issue.sends_at > now))


def test_the_demo_has_bookings_in_every_state_and_all_pages_stand(
    app: Flask, session: Db, visitor: Visitor, database: Database
) -> None:
    for moment in MOMENTS if thorough() else MOMENTS[:1]:
        put_back(app, database)
        has_everything(app, session, visitor, moment)


def has_everything(app: Flask, session: Db, visitor: Visitor, moment: str) -> None:
    """Load it into the empty database, and look for what it is to show."""
    run = app.test_cli_runner().invoke
    with clock.frozen_at(moment) as now:
        assert demo.is_empty()
        assert "The demo newsletter is loaded." in run(args=["demo"]).output
        assert coming(session, now) == 412
        assert not demo.is_empty()
        states = set(session.scalars(sa.select(Booking.state)))
        assert states == set(BookingState) - {BookingState.UNPLACED, BookingState.LAPSED} | states & {
            BookingState.LAPSED
        }
        assert session.scalar(sa.select(sa.func.count(Slot.id)).where(Slot.held_until > now)) == 3
        assert set(session.scalars(sa.select(Order.paid_by))) == set(OrderPayment)
        assert session.scalars(sa.select(Dispute.state)).all() == [DisputeState.OPEN]
        assert session.scalars(sa.select(Task.title).where(Task.done_at.is_(None))).all() == ["A payment is disputed"]
        assert session.scalar(sa.select(sa.func.count(Refund.id))) == 2
        page = visitor.get("/")
        assert "Nothing to change." in run(args=["issues", "generate"]).output
    assert page.h1 == "One sponsor an issue. Every Sunday."
    for said in ("Sold", "Held until", "Not offered", "No issue: holiday", "Ledgerline, Nightjar Metrics."):
        assert said in page.text


def test_nobody_in_the_demo_is_a_person_or_a_real_address() -> None:
    companies = [value for value in vars(words).values() if isinstance(value, words.Company)]
    assert len(companies) > 10
    for company in companies:
        mailbox, _, domain = company.buyer.email.partition("@")
        assert mailbox in ("press", "jobs")
        assert domain.endswith(".example")
        assert company.buyer.name.endswith(("press desk", "hiring"))


def test_where_there_is_a_newsletter_the_command_loads_nothing(app: Flask, session: Db) -> None:
    make_newsletter()
    run = app.test_cli_runner().invoke
    assert "There is a newsletter already." in run(args=["demo"]).output
    assert run(args=["demo", "--if-empty"]).output == ""
    session.rollback()
    assert session.scalar(sa.select(sa.func.count(Newsletter.id))) == 1
    assert session.scalar(sa.select(sa.func.count(Order.id))) == 0


def test_starting_again_leaves_nothing_of_before(app: Flask, session: Db, database: Database) -> None:
    make_world()
    before = session.scalars(sa.select(Order.public_id)).all()
    session.remove()
    with clock.frozen_at(MOMENTS_AGAIN[database.dialect]) as now:
        answer = app.test_cli_runner().invoke(args=["demo", "--again"])
    assert answer.output == "The demo newsletter is loaded.\n"
    assert coming(session, now) == 412
    assert before
    assert not set(before) & set(session.scalars(sa.select(Order.public_id)))
    assert len(session.scalars(sa.select(Newsletter.name)).all()) == 1


@pytest.mark.parametrize(
    ("setting", "value", "sentence"),
    [
        ("BOOKING_ENV", "production", "The demo is for development"),
        ("STRIPE_IS_SIMULATED", False, "The demo pays at the Stripe simulator only"),
    ],
)
def test_the_demo_keeps_away_from_real_people_and_money(
    app: Flask, session: Db, setting: str, value: object, sentence: str
) -> None:
    app.config[setting] = value
    answer = app.test_cli_runner().invoke(args=["demo"])
    assert answer.exit_code == 2
    assert sentence in answer.output
    assert demo.is_empty()


def test_issues_cannot_be_opened_before_there_is_a_newsletter(app: Flask, session: Db) -> None:
    answer = app.test_cli_runner().invoke(args=["issues", "generate"])
    assert answer.exit_code == 2
    assert "The newsletter is not set up yet." in answer.output
