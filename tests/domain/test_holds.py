"""A hold is short, extendable once, long enough to pay in, and cannot be renewed for ever."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.domain.errors import HoldCannotBeExtended, HoldLapsed
from booking.domain.holds import (
    COOL_OFF,
    GRACE,
    HOLD,
    LONGEST,
    SESSION,
    Lease,
    Past,
    cooling_off_until,
    extended,
    for_payment,
    minutes_to_wait,
    new_lease,
    session_expiry,
    to_the_cap,
)

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def after(minutes: float) -> datetime:
    """Return the instant so many minutes after noon."""
    return NOON + timedelta(minutes=minutes)


def test_the_figures_are_the_designs() -> None:
    assert [span // timedelta(minutes=1) for span in (HOLD, SESSION, GRACE, LONGEST, COOL_OFF)] == [15, 35, 10, 90, 30]


def test_a_first_hold_lasts_fifteen_minutes_and_ninety_at_most() -> None:
    assert new_lease(NOON) == Lease(after(15), after(90))
    assert cooling_off_until(NOON, []) is None


def test_a_hold_is_extended_once() -> None:
    longer = extended(new_lease(NOON), after(5), extended_before=False)
    assert longer == Lease(after(30), after(90))
    with pytest.raises(HoldCannotBeExtended):
        extended(longer, after(20), extended_before=True)


def test_an_extension_stops_at_the_cap() -> None:
    assert extended(Lease(after(80), after(90)), after(70), extended_before=False).until == after(90)
    with pytest.raises(HoldCannotBeExtended):
        extended(Lease(after(90), after(90)), after(70), extended_before=False)


def test_a_hold_that_ran_out_is_neither_extended_nor_paid() -> None:
    lease = new_lease(NOON)
    with pytest.raises(HoldLapsed):
        extended(lease, after(15), extended_before=False)
    with pytest.raises(HoldLapsed):
        for_payment(lease, after(15))


def test_a_payment_keeps_the_slot_ten_minutes_past_its_session() -> None:
    assert session_expiry(after(3)) == after(38)
    assert for_payment(new_lease(NOON), after(3)) == Lease(after(48), after(90))


def test_a_session_expires_on_a_whole_second() -> None:
    assert session_expiry(NOON.replace(microsecond=999_999)) == after(35)


def test_a_payment_can_start_in_the_last_minute_of_an_extended_hold() -> None:
    lease = extended(new_lease(NOON), after(14), extended_before=False)
    assert for_payment(lease, after(29)).until == after(74)


def test_a_payment_that_would_outlast_the_cap_is_refused() -> None:
    lease = Lease(after(85), after(90))
    assert for_payment(lease, after(45)).until == after(90)
    with pytest.raises(HoldCannotBeExtended):
        for_payment(lease, after(46))


def test_a_second_attempt_never_shortens_the_lease() -> None:
    lease = Lease(after(70), after(90))
    assert for_payment(lease, after(10)) == lease


def test_a_slow_payment_keeps_the_slot_to_the_cap() -> None:
    assert to_the_cap(new_lease(NOON)) == Lease(after(90), after(90))


def test_holding_again_at_once_does_not_start_the_cap_afresh() -> None:
    again = new_lease(after(16), [Past(NOON, after(15))])
    assert again == Lease(after(31), after(90))


def test_a_buyer_who_held_on_and_on_waits_half_an_hour() -> None:
    held = [Past(after(15), after(30)), Past(NOON, after(15)), Past(after(31), after(46))]
    assert cooling_off_until(after(44), held[:2]) is None
    assert cooling_off_until(after(47), held) == after(76)
    assert cooling_off_until(after(76), held) is None
    assert new_lease(after(76), held) == Lease(after(91), after(166))


def test_who_used_up_the_cap_waits_from_its_end() -> None:
    assert cooling_off_until(after(91), [Past(NOON, after(90))]) == after(120)
    assert cooling_off_until(after(120), [Past(NOON, after(90))]) is None


def test_a_hold_of_long_ago_is_forgotten() -> None:
    assert new_lease(after(600), [Past(NOON, after(90))]) == Lease(after(615), after(690))


@pytest.mark.parametrize(("seconds", "minutes"), [(0, 0), (1, 1), (60, 1), (61, 2), (1800, 30)])
def test_the_wait_is_rounded_up_to_minutes(seconds: int, minutes: int) -> None:
    assert minutes_to_wait(NOON + timedelta(seconds=seconds), NOON) == minutes


@given(st.lists(st.integers(0, 60), min_size=1, max_size=40))
def test_nobody_keeps_a_slot_longer_than_the_cap_without_a_break(pauses: list[int]) -> None:
    now, held = NOON, list[Past]()
    for pause in pauses:
        now += timedelta(minutes=pause)
        wait = cooling_off_until(now, held)
        if wait is not None:
            assert now < wait <= now + COOL_OFF
            now = wait
        assert cooling_off_until(now, held) is None
        lease = for_payment(new_lease(now, held), now)
        assert now < lease.until <= lease.hard_until <= now + LONGEST
        held.append(Past(now, lease.until))
        now = lease.until
    runs = [held[0]]
    for past in held[1:]:
        broken = past.began - runs[-1].ended >= COOL_OFF
        runs = [*runs, past] if broken else [*runs[:-1], Past(runs[-1].began, past.ended)]
    assert all(run.ended - run.began <= LONGEST for run in runs)
