"""A hold is short, leaves time to pay, and cannot be renewed for ever."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.domain.holds import COOL_OFF, GRACE, HOLD, LONGEST, LOOK_BACK, SESSION, Lease, lease, minutes_to_wait

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def after(minutes: float) -> datetime:
    """Return the instant so many minutes after noon."""
    return NOON + timedelta(minutes=minutes)


def test_the_figures_are_the_designs() -> None:
    assert [span // timedelta(minutes=1) for span in (HOLD, SESSION, GRACE, LONGEST, COOL_OFF)] == [15, 35, 10, 90, 30]


def test_a_first_hold_lasts_fifteen_minutes_and_ninety_at_most() -> None:
    assert lease(NOON) == Lease(after(15), after(90))


def test_a_payment_fits_into_a_hold_that_was_extended_once() -> None:
    assert HOLD + HOLD + SESSION + GRACE <= LONGEST


def test_holding_again_does_not_start_the_cap_afresh() -> None:
    assert lease(after(16), NOON) == Lease(after(31), after(90))


def test_a_hold_too_short_to_pay_in_is_not_given() -> None:
    assert lease(after(45), NOON) == Lease(after(60), after(90))
    assert lease(after(45.1), NOON) is None


def test_who_used_up_the_cap_waits_half_an_hour() -> None:
    assert lease(after(90), NOON) is None
    assert minutes_to_wait(after(90), NOON) == 30
    assert lease(after(119.9), NOON) is None
    assert lease(after(120), NOON) == Lease(after(135), after(210))


@pytest.mark.parametrize(("seconds", "minutes"), [(0, 120), (1, 120), (60, 119), (7199, 1), (7200, 0), (9999, 0)])
def test_the_wait_is_rounded_up_to_minutes(seconds: int, minutes: int) -> None:
    assert minutes_to_wait(NOON + timedelta(seconds=seconds), NOON) == minutes


@given(st.integers(0, 300))
def test_whoever_waits_as_told_may_hold_again(minutes: int) -> None:
    now = after(minutes)
    told = minutes_to_wait(now, NOON)
    assert lease(now, NOON) is not None or told > 0
    assert lease(now + timedelta(minutes=told), NOON) is not None


@given(st.lists(st.integers(0, 60), max_size=40))
def test_nobody_keeps_a_slot_beyond_the_cap(pauses: list[int]) -> None:
    now, first = NOON, NOON
    for pause in pauses:
        now += timedelta(minutes=pause)
        if now - first >= LOOK_BACK:
            first = now
        given_lease = lease(now, first)
        if given_lease is not None:
            assert now < given_lease.until <= given_lease.hard_until == first + LONGEST
