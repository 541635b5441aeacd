"""Tells the advertiser by mail what became of their copy, in the transaction that it is about."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from booking.models import Booking, CreativeRevision
from booking.services import outbox
from booking.services.outbox import Mail

Letter = Callable[[Booking], Mail]


def tell(news: str, letter: Letter, about: CreativeRevision, weeks: Sequence[Booking], now: datetime) -> None:
    """Send one letter for each order whose weeks run the copy, about the soonest of them.

    The same news about one revision goes out once. Copy that runs nowhere has nobody to tell.
    """
    told: set[int] = set()
    for booking in weeks:
        if booking.order_id not in told:
            told.add(booking.order_id)
            outbox.post(letter(booking), f"copy-{news}:{about.id}:{booking.order_id}", now)
