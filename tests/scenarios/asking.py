"""An editor's refund, as the desk asks for it."""

from __future__ import annotations

from booking.db import db, transaction
from booking.domain.states import Actor
from booking.models import Payment
from booking.services import refunding
from booking.services.booking_steps import By
from tests.support.factories import NOW


@transaction
def ask(payment_id: int, amount: int, key: str = "form-1") -> str:
    """Write a refund down; returns its id. The same key is the same refund."""
    payment = db.session.get_one(Payment, payment_id)
    by = By(Actor.EDITOR, NOW)
    return refunding.request_refund(refunding.Ask(payment, amount, "A gesture.", by, key)).id
