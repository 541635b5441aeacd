"""The inbox of Stripe's events: each is written down, committed, and only then acted on by asking Stripe anew.

A row says that an event arrived; only the state ``done`` says that nothing is left to do for it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

import sqlalchemy as sa

from booking.db import db, insert_new, transaction
from booking.domain.states import EventState
from booking.gateways.payments import payments
from booking.gateways.stripe_facts import EventFact
from booking.models import StripeEvent
from booking.services import events, failpoints
from booking.services.disputes import sync_dispute
from booking.services.invoices import sync_invoice
from booking.services.paying import sync_session
from booking.services.payment_sync import sync_charge, sync_payment, sync_refund, warn_of_fraud

log = logging.getLogger(__name__)

# By the longest prefix of the event's type; what stands nowhere here is somebody else's business.
HANDLERS: dict[str, Callable[[str], None]] = {
    "checkout.session.": sync_session,
    "payment_intent.": sync_payment,
    "charge.dispute.": sync_dispute,
    "charge.refund.": sync_refund,
    "charge.refunded": sync_charge,
    "refund.": sync_refund,
    # Not every event of invoices: what others on the account send or delete may not be there to be asked for.
    "invoice.paid": sync_invoice,
    "invoice.overdue": sync_invoice,
    "invoice.voided": sync_invoice,
    "invoice.marked_uncollectible": sync_invoice,
    "radar.early_fraud_warning.": warn_of_fraud,
}


def receive(body: bytes, signature: str, now: datetime) -> EventFact | None:
    """Verify a webhook and write its event down; None when there is nothing left to do for it. Raises Forged."""
    event = payments().verified_event(body, signature)
    return event if file_event(event, now) else None


@transaction
def file_event(event: EventFact, now: datetime) -> bool:
    """Write an event down; whether it still has to be acted on. An event of the other mode is not ours."""
    ours = event.livemode == payments().livemode and _handler(event.type) is not None
    state = EventState.NEW if ours else EventState.IGNORED
    is_new = insert_new(
        StripeEvent,
        id=event.id,
        type=event.type[:120],
        object_id=event.object_id,
        state=state,
        received_at=now,
        error="",
    )
    if is_new or not ours:
        return ours
    stored = db.session.scalar(sa.select(StripeEvent.state).where(StripeEvent.id == event.id))
    return stored not in events.SETTLED


def handle(event: EventFact) -> None:
    """Act on an event in the inbox, by asking Stripe how its object stands now. Raises whatever stopped it."""
    failpoints.reached("event-filed")
    act = _handler(event.type)
    assert act is not None, "file_event leaves it alone"
    try:
        if act is sync_session:
            # Folding a session is one act, so that it can mark the event itself.
            sync_session(event.object_id, event.id)
        else:
            act(event.object_id)
            _mark(event.id, EventState.DONE, "")
    except Exception as error:
        db.session.rollback()
        _mark(event.id, EventState.FAILED, str(error)[:400])
        raise


def _handler(kind: str) -> Callable[[str], None] | None:
    # Of a thin event only the version in front is different: v1.checkout.session.completed.
    bare = kind.removeprefix("v1.")
    return next((act for prefix, act in HANDLERS.items() if bare.startswith(prefix)), None)


@transaction
def _mark(event_id: str, state: EventState, error: str) -> None:
    events.mark(event_id, state, error)
