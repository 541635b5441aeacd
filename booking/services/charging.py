"""What an order asks to be paid, in the words of a payment page or an invoice."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import current_app

from booking.domain.localtime import spell_date
from booking.gateways.checkout_params import Charge, ChargeLine
from booking.gateways.payments import payments
from booking.services.memory import remember
from booking.services.ordered import Asked

BANK_TAKES = timedelta(days=14)
"""Nearer to a copy deadline than this, only methods that pay at once are offered; bank debits take up to 14 days
(https://docs.stripe.com/payments/bank-debits)."""


def order_page(public_id: str) -> str:
    """The address of an order, for Stripe and for mail."""
    return f"{current_app.config['BASE_URL']}/orders/{public_id}"


def charge_of(order: Asked, attempt_id: str, now: datetime) -> Charge:
    """The order as what Stripe is asked to charge: net prices of its bookings, from rows of the database only."""
    lines = [
        ChargeLine(
            f"{line.placement}, issue {line.issue}",
            spell_date(line.publishes_on),
            line.price - line.discount,
        )
        for line in order.lines
    ]
    first = min(line.copy_deadline for line in order.lines)
    return Charge(
        site=payments().site,
        order=order.public_id,
        attempt=attempt_id,
        currency=order.currency,
        lines=lines,
        email=order.buyer_email,
        po_number=order.po_number,
        memory=remember(order),
        near=first - now < BANK_TAKES,
    )
