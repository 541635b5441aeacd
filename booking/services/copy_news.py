"""Tells the advertiser by mail, and other programs by webhook, what became of copy, in the transaction about it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from booking.models import Booking, CreativeRevision
from booking.services import announcing, outbox
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


def announce_approval(revision: CreativeRevision, weeks: Sequence[Booking], replaces: bool, now: datetime) -> None:
    """Tell other programs what may run now, in which issues, and whether it replaces other words."""
    data = {
        "issues": [booking.slot.issue.number for booking in weeks],
        "bookings": [booking.id for booking in weeks],
        "name": revision.name,
        "revision": revision.id,
        "sha256": revision.sha256,
    }
    announcing.announce("copy.changed" if replaces else "copy.approved", data, f"copy:{revision.id}", now)
