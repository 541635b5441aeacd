"""Makes paid bookings for tests, by paying on the simulator's own page."""

from __future__ import annotations

from datetime import datetime

from booking.models import Booking
from booking.services import holding
from booking.services.buyers import Buyer
from tests.support.factories import NOW, make_paid_order
from tests.support.till import Till


def paid(till: Till, *choices: holding.Choice, now: datetime = NOW, by: Buyer | None = None) -> list[Booking]:
    """The bookings of an order that was held and paid by card at `now`; the issues are there already."""
    with till.at(now):
        return list(make_paid_order(till, *choices, by=by, now=now).bookings)
