"""Which bookings may not run although they are paid and approved: those whose payment is in dispute."""

from __future__ import annotations

import sqlalchemy as sa

from booking.domain.states import DisputeState
from booking.models import Booking, Dispute, Payment


def withheld() -> sa.ColumnElement[bool]:
    """True for a booking whose order has a dispute that is open or lost; won ones run again."""
    return (
        sa.select(Dispute.id)
        .join(Payment, Payment.id == Dispute.payment_id)
        .where(Payment.order_id == Booking.order_id, Dispute.state != DisputeState.WON)
        .correlate(Booking)
        .exists()
    )
