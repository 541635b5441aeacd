"""The lease of a held slot: how long it lasts, when it may grow, and when a buyer has to let others have a turn."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from booking.domain.errors import HoldCannotBeExtended, HoldLapsed

HOLD = timedelta(minutes=15)
"""A new hold, and the one extension that a buyer may ask for."""

SESSION = timedelta(minutes=35)
"""Life of a Checkout Session; Stripe's least is 30 minutes, and exactly 30 fails under latency."""

GRACE = timedelta(minutes=10)
"""How long a slot is kept after its session expired, for the news of a payment to arrive."""

LONGEST = timedelta(minutes=90)
"""The hard cap from the first hold."""

COOL_OFF = timedelta(minutes=30)
"""How long a buyer who used up the cap waits for the same slot."""


@dataclass(frozen=True, slots=True)
class Lease:
    """A slot is held until the instant `until`, and by no extension beyond `hard_until` (both UTC)."""

    until: datetime
    hard_until: datetime


@dataclass(frozen=True, slots=True)
class Past:
    """An earlier hold of the same slot by the same buyer, over by now without a booking (both UTC)."""

    began: datetime
    ended: datetime


def new_lease(now: datetime, earlier: Sequence[Past] = ()) -> Lease:
    """Return the lease of a hold that begins `now`.

    Earlier holds of the slot by this buyer count towards the hard cap unless `COOL_OFF` lay between them. Ask
    `cooling_off_until` first: a buyer who must wait gets no lease.
    """
    return Lease(now + HOLD, _first(now, earlier) + LONGEST)


def cooling_off_until(now: datetime, earlier: Sequence[Past]) -> datetime | None:
    """Return the instant from which this buyer may hold the slot again, or None if that is now.

    Waiting is asked for when the cap of the holds so far leaves no time for a payment, because such a hold would only
    keep others away.
    """
    if _first(now, earlier) + LONGEST >= now + SESSION + GRACE:
        return None
    return max(past.ended for past in earlier) + COOL_OFF


def minutes_to_wait(until: datetime, now: datetime) -> int:
    """Return the whole minutes from `now` to `until`, rounded up: for the sentence of `CoolingOff`."""
    return -((now - until) // timedelta(minutes=1))


def extended(lease: Lease, now: datetime, extended_before: bool) -> Lease:
    """Return the lease with one more `HOLD`, at most to its hard cap.

    Raises `HoldLapsed` when it is over, `HoldCannotBeExtended` when it was extended before or is at its cap.
    """
    _refuse_lapsed(lease, now)
    if extended_before or lease.until >= lease.hard_until:
        raise HoldCannotBeExtended
    return replace(lease, until=min(lease.until + HOLD, lease.hard_until))


def session_expiry(now: datetime) -> datetime:
    """Return when a Checkout Session that is created `now` expires; whole seconds, as Stripe counts."""
    return now.replace(microsecond=0) + SESSION


def for_payment(lease: Lease, now: datetime) -> Lease:
    """Return the lease that outlasts a session created `now`: its expiry plus `GRACE`, never shorter than before.

    Raises `HoldLapsed` when the lease is over and `HoldCannotBeExtended` when the session would outlast the cap.
    """
    _refuse_lapsed(lease, now)
    until = session_expiry(now) + GRACE
    if until > lease.hard_until:
        raise HoldCannotBeExtended
    return replace(lease, until=max(lease.until, until))


def to_the_cap(lease: Lease) -> Lease:
    """Return the lease for a payment that is on its way but slow: as long as can be."""
    return replace(lease, until=lease.hard_until)


def _first(now: datetime, earlier: Sequence[Past]) -> datetime:
    """Return when the unbroken row of holds that leads up to `now` began; `now` itself if there is none."""
    first = now
    for past in sorted(earlier, key=lambda past: past.ended, reverse=True):
        if first - past.ended >= COOL_OFF:
            break
        first = min(first, past.began)
    return first


def _refuse_lapsed(lease: Lease, now: datetime) -> None:
    if lease.until <= now:
        raise HoldLapsed
