"""Which bookings may not run although they are paid and approved: those whose payment is in dispute."""

from __future__ import annotations

import sqlalchemy as sa

from booking.domain.states import DisputeState, PaymentDisposition
from booking.models import Booking, Dispute, Payment

PAYS_FOR_BOOKINGS = (PaymentDisposition.APPLIED, PaymentDisposition.LATE_APPLIED)
"""What is disputed of any other payment, a second one for example, is not what a booking was paid with."""


def withheld() -> sa.ColumnElement[bool]:
    """True for a booking whose order has a dispute that is open or lost; won ones run again."""
    return (
        sa.select(Dispute.id)
        .join(Payment, Payment.id == Dispute.payment_id)
        .where(Payment.order_id == Booking.order_id, Payment.disposition.in_(PAYS_FOR_BOOKINGS))
        .where(Dispute.state != DisputeState.WON)
        .correlate(Booking)
        .exists()
    )
