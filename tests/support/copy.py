"""Makes booked weeks and approved copy for tests, by the same acts that the pages use."""

from __future__ import annotations

from booking.db import db, transaction
from booking.domain.states import Actor, BookingState
from booking.models import Booking, CreativeRevision, Order, User
from booking.services import copywriting, places, reviewing
from booking.services.booking_steps import By, step
from booking.services.copywriting import Submission, Words
from booking.services.reviewing import Seen
from tests.support.factories import NOW
from tests.support.remembering import remembered_as_configured

SPONSOR_WORDS = Words(
    "Ledgerline",
    "Ledgerline rotates the credentials that your on-call team forgot about, on a schedule that you can read.",
    "https://ledgerline.example/weekly",
)
JOB_WORDS = Words(
    "Harbour Rail",
    "Harbour Rail needs someone to keep its timetable servers awake. Leeds, or remote within the UK.",
    "https://harbour.example/jobs/7",
    {"title": "Timetable engineer", "company": "Harbour Rail", "place": "Leeds"},
)


@transaction
def _confirm(order_id: int) -> None:
    for booking in db.session.get_one(Order, order_id).bookings:
        assert places.keep(booking.id)
        step(booking, BookingState.CONFIRMED, By(Actor.SYSTEM, NOW), "paid")


def confirmed(order: Order) -> list[Booking]:
    """The bookings of an order, sold."""
    remembered_as_configured(("confirmed", order.id), lambda: _confirm(order.id))
    return list(db.session.get_one(Order, order.id).bookings)


def advertiser_of(booking: Booking) -> By:
    """The buyer of a booking, acting now."""
    return By(Actor.ADVERTISER, NOW, booking.order.user_id)


def editor_by(editor: User) -> By:
    """The editor, acting now."""
    return By(Actor.EDITOR, NOW, editor.id)


def submitted(*bookings: Booking, words: Words = SPONSOR_WORDS) -> CreativeRevision:
    """The revision that these bookings' advertiser has just submitted for all of them."""
    by, ids = advertiser_of(bookings[0]), tuple(booking.id for booking in bookings)
    revision_id = remembered_as_configured(
        ("submitted", ids, repr(words)), lambda: copywriting.submit(Submission(ids, words), by)
    )
    return db.session.get_one(CreativeRevision, revision_id)


def seen(revision: CreativeRevision) -> Seen:
    """The revision as it was on somebody's page."""
    return Seen(revision.id, revision.sha256)


def approved(*bookings: Booking, by: By, words: Words = SPONSOR_WORDS) -> CreativeRevision:
    """The revision that these bookings run, approved."""

    def make() -> int:
        revision = submitted(*bookings, words=words)
        reviewing.approve(seen(revision), by)
        return revision.id

    ids = tuple(booking.id for booking in bookings)
    return db.session.get_one(CreativeRevision, remembered_as_configured(("approved", ids, by, repr(words)), make))
