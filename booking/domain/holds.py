"""The lease of a held slot: how long it lasts, and when a buyer has to give others a turn.

Growing a lease is one UPDATE of the slot, which compares with its hard limit; only the figures are here.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

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

LOOK_BACK = LONGEST + COOL_OFF
"""An earlier hold of the slot by the same buyer counts this long, from its beginning."""

BANK_TAKES = timedelta(days=14)
"""How long a bank debit may take to be settled or refused (https://docs.stripe.com/payments/sepa-debit)."""


@dataclass(frozen=True, slots=True)
class Lease:
    """A slot is held until the instant `until`, and by no extension beyond `hard_until` (both UTC)."""

    until: datetime
    hard_until: datetime


def lease(now: datetime, first_held: datetime | None = None) -> Lease | None:
    """Return the lease of a hold that begins `now`, or None when this buyer has to wait.

    `first_held` is when the buyer first held this slot in the last `LOOK_BACK` without booking it; the hard cap runs
    from there. No lease is given that is too short for a payment: it would only keep others away.
    """
    first = now if first_held is None or now - first_held >= LOOK_BACK else first_held
    hard_until = first + LONGEST
    return None if now + SESSION + GRACE > hard_until else Lease(now + HOLD, hard_until)


def minutes_to_wait(now: datetime, first_held: datetime) -> int:
    """Return in how many whole minutes, rounded up, the buyer may hold the slot again; 0 if now."""
    return max(0, -((now - first_held - LOOK_BACK) // timedelta(minutes=1)))
