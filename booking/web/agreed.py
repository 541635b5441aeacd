"""The amount that a page showed and that its form sends back, so that nobody gets another one than they agreed to."""

from __future__ import annotations

from booking.domain.desk_refusals import RefundChanged
from booking.services.cancelling import CancellationOffer

MOST_DIGITS = 9


def agreed_amount(shown: str | None, offer: CancellationOffer) -> int:
    """The refund in minor units that the page showed. Raises RefundChanged when it showed none that we ever print."""
    if shown and shown.isascii() and shown.isdigit() and len(shown) <= MOST_DIGITS:
        return int(shown)
    raise RefundChanged(offer.paid, offer.refund)
