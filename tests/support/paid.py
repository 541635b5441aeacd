"""Makes paid bookings for tests, by paying on the simulator's own page."""

from __future__ import annotations

from datetime import datetime

from booking.db import db
from booking.models import Booking, Order
from booking.services import holding, paying
from booking.services.buyers import Buyer
from tests.support.factories import NOW, make_order
from tests.support.till import Till


def paid(till: Till, *choices: holding.Choice, now: datetime = NOW, by: Buyer | None = None) -> list[Booking]:
    """The bookings of an order that was held and paid by card at `now`; the issues are there already."""
    with till.at(now):
        order = make_order(*choices, now=now, by=by)
        paying.start_payment(order.public_id, now)
        till.pay(order)
        paying.sync_session(till.session_of(order))
    return list(db.session.get_one(Order, order.id).bookings)
