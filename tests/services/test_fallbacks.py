"""When no copy came, what the buyer chose happens by itself, and only then."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from booking.db import db
from booking.domain.copy_refusals import AdHasClosed
from booking.domain.states import BookingState, Fallback, PlacementKind, RefundState
from booking.models import Booking, OutboxMessage, Refund
from booking.services import cancelling, drafts, fallbacks, freezing, reusing, reviewing
from booking.services.copywriting import Words
from booking.services.drafts import Draft
from tests.support.copy import JOB_WORDS, approved, editor_by, seen, submitted
from tests.support.factories import NOW, choice, make_editor, make_issue
from tests.support.paid import paid
from tests.support.till import Till

pytestmark = pytest.mark.usefixtures("simulator")


@pytest.fixture(autouse=True)
def _monday(session: object, till: Till) -> Iterator[None]:
    with till.at(NOW):
        make_issue(510)
        yield


def choose(booking: Booking, fallback: Fallback) -> Booking:
    booking.fallback = fallback
    db.session.commit()
    return booking


def overdue(booking: Booking, **late: float) -> datetime:
    db.session.rollback()
    return (booking.copy_due_at or booking.slot.issue.copy_deadline) + timedelta(**late)


def standing(booking: Booking) -> tuple[BookingState, int]:
    db.session.rollback()
    fresh = db.session.get_one(Booking, booking.id)
    return fresh.state, fresh.slot.issue.number


def test_nothing_happens_before_the_grace_is_over(till: Till) -> None:
    (booking,) = paid(till, choice(504))
    for moment in (overdue(booking, hours=-1), overdue(booking), overdue(booking, hours=11)):
        assert fallbacks.apply_fallbacks(moment) == 0
    assert standing(booking) == (BookingState.CONFIRMED, 504)


def test_the_grace_is_short_when_the_issue_is_sent_soon(till: Till) -> None:
    (booking,) = paid(till, choice(504))
    booking.copy_due_at = booking.slot.issue.sends_at - timedelta(hours=4)
    db.session.commit()
    with till.at(overdue(booking, hours=1)) as moment:
        assert fallbacks.apply_fallbacks(moment) == 0
    with till.at(overdue(booking, hours=2)) as moment:
        assert fallbacks.apply_fallbacks(moment) == 1


def test_the_last_approved_copy_runs_again(till: Till) -> None:
    (earlier,) = paid(till, choice(503))
    last = approved(earlier, by=editor_by(make_editor()))
    (booking,) = paid(till, choice(504))
    drafts.save_draft(booking.id, Draft({"body": "Half a sen"}, 0, "a"), NOW)
    choose(booking, Fallback.RUN_LAST)
    assert fallbacks.apply_fallbacks(overdue(booking, hours=13)) == 1
    assert standing(booking) == (BookingState.CONFIRMED, 504)
    assert booking.creative is not None
    assert booking.creative.approved is not None
    assert booking.creative.approved.sha256 == last.sha256
    assert drafts.typed(booking.creative)[0] == {"body": "Half a sen"}
    subjects = db.session.scalars(sa.select(OutboxMessage.subject)).all()
    assert "No copy for issue 504: what happens now" in subjects
    assert fallbacks.apply_fallbacks(overdue(booking, hours=14)) == 0


def test_without_any_approved_copy_the_money_goes_back(till: Till) -> None:
    (booking,) = paid(till, choice(504))
    choose(booking, Fallback.RUN_LAST)
    with till.at(overdue(booking, hours=13)) as moment:
        assert fallbacks.apply_fallbacks(moment) == 1
    assert standing(booking)[0] is BookingState.CANCELLED
    assert db.session.scalars(sa.select(Refund.amount)).all() == [50_000]


def test_a_job_that_closes_before_the_issue_does_not_run_again(till: Till) -> None:
    (earlier,) = paid(till, choice(503, PlacementKind.JOB))
    closes = {**(JOB_WORDS.details or {}), "closes_on": earlier.slot.issue.publishes_on.isoformat()}
    last = approved(earlier, by=editor_by(make_editor()), words=replace(JOB_WORDS, details=closes))
    (booking,) = paid(till, choice(504, PlacementKind.JOB))
    assert reusing.approved_before(booking.id) == []
    with pytest.raises(AdHasClosed, match="This job closes before issue 504 is sent"):
        reusing.run_again(booking.id, last.id, editor_by(booking.order.user))
    choose(booking, Fallback.RUN_LAST)
    with till.at(overdue(booking, hours=13)) as moment:
        assert fallbacks.apply_fallbacks(moment) == 1
    assert standing(booking)[0] is BookingState.CANCELLED


def test_a_booking_moves_to_the_next_open_week_once(till: Till) -> None:
    paid(till, choice(505))
    (booking,) = paid(till, choice(504))
    choose(booking, Fallback.MOVE)
    with till.at(overdue(booking, hours=13)) as moment:
        assert fallbacks.apply_fallbacks(moment) == 1
    assert standing(booking) == (BookingState.CONFIRMED, 506)
    with till.at(overdue(booking, hours=13)) as moment:
        assert fallbacks.apply_fallbacks(moment) >= 1
    assert standing(booking)[0] is BookingState.CANCELLED


def test_without_a_later_week_to_move_to_the_money_goes_back(till: Till) -> None:
    (booking,) = paid(till, choice(510))
    choose(booking, Fallback.MOVE)
    with till.at(overdue(booking, hours=13)) as moment:
        assert fallbacks.apply_fallbacks(moment) == 1
    assert standing(booking) == (BookingState.CANCELLED, 510)
    assert db.session.scalars(sa.select(Refund.amount)).all() == [50_000]


def meanwhile(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """Somebody else acts just before the next booking is cancelled."""
    cancel = cancelling.cancel

    def after_the_act(*args: Any, **kwargs: Any) -> object:
        monkeypatch.setattr(cancelling, "cancel", cancel)
        act()
        return cancel(*args, **kwargs)

    monkeypatch.setattr(cancelling, "cancel", after_the_act)


@pytest.mark.parametrize("fallback", Fallback)
def test_copy_that_comes_while_others_are_dealt_with_wins(
    till: Till, monkeypatch: pytest.MonkeyPatch, fallback: Fallback
) -> None:
    (first, answered) = paid(till, choice(504), choice(504, PlacementKind.JOB))
    choose(answered, fallback)
    meanwhile(monkeypatch, lambda: submitted(answered, words=JOB_WORDS))
    with till.at(overdue(answered, hours=13)) as moment:
        assert fallbacks.apply_fallbacks(moment) == 1
    assert standing(first)[0] is BookingState.CANCELLED
    assert standing(answered) == (BookingState.CONFIRMED, 504)


def test_an_issue_that_is_frozen_in_this_very_moment_is_left_to_the_editor(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    (booking,) = paid(till, choice(504))
    editor = editor_by(make_editor())
    meanwhile(monkeypatch, lambda: freezing.freeze(504, editor))
    with till.at(overdue(booking, hours=13)) as moment:
        assert fallbacks.apply_fallbacks(moment) == 0
    assert standing(booking) == (BookingState.CONFIRMED, 504)
    assert db.session.scalars(sa.select(Refund.amount)).all() == []


def test_credit_gives_everything_back_whatever_the_ladder_says(till: Till) -> None:
    (booking,) = paid(till, choice(504))
    choose(booking, Fallback.CREDIT)
    with till.at(overdue(booking, hours=13)) as moment:
        assert fallbacks.apply_fallbacks(moment) == 1
        assert fallbacks.apply_fallbacks(moment) == 0
    db.session.rollback()
    assert [(refund.amount, refund.state) for refund in db.session.scalars(sa.select(Refund))] == [
        (50_000, RefundState.SUCCEEDED)
    ]
    assert till.balance() == 0


def test_copy_in_review_is_not_missing_however_late(till: Till) -> None:
    (booking,) = paid(till, choice(504))
    submitted(booking)
    assert fallbacks.apply_fallbacks(overdue(booking, days=2)) == 0


def test_copy_that_was_sent_back_and_not_answered_is_missing(till: Till) -> None:
    (booking,) = paid(till, choice(504))
    reviewing.request_changes(seen(submitted(booking)), "Shorter.", editor_by(make_editor()))
    with till.at(overdue(booking, days=1)) as moment:
        assert fallbacks.apply_fallbacks(moment) == 1


def test_an_extended_deadline_is_what_counts(till: Till) -> None:
    (booking,) = paid(till, choice(504))
    booking.copy_due_at = booking.slot.issue.copy_deadline + timedelta(days=1)
    db.session.commit()
    assert fallbacks.apply_fallbacks(booking.slot.issue.copy_deadline + timedelta(hours=13)) == 0


def test_a_frozen_issue_is_left_to_the_editor(till: Till) -> None:
    (booking,) = paid(till, choice(504))
    freezing.freeze(504, editor_by(make_editor()))
    assert fallbacks.apply_fallbacks(overdue(booking, hours=13)) == 0
    assert standing(booking) == (BookingState.CONFIRMED, 504)


def test_a_refusal_that_was_not_carried_through_is_finished(till: Till) -> None:
    (booking,) = paid(till, choice(504))
    reviewing.reject(seen(submitted(booking)), "We do not run this.", editor_by(make_editor()))
    assert fallbacks.apply_fallbacks(NOW) == 1
    assert standing(booking)[0] is BookingState.CANCELLED
    assert db.session.scalars(sa.select(Refund.amount)).all() == [50_000]
    assert fallbacks.apply_fallbacks(NOW) == 0


def test_an_answer_to_a_refusal_keeps_the_booking(till: Till) -> None:
    (booking,) = paid(till, choice(504))
    reviewing.reject(seen(submitted(booking)), "We do not run this.", editor_by(make_editor()))
    submitted(booking, words=Words("Ledgerline", "Better words.", "https://ledgerline.example"))
    assert fallbacks.apply_fallbacks(NOW) == 0
