"""Folding a Checkout Session into our books: money is filed as the fact it is, then slots are given as far as they can.

Whatever the order in which Stripe's news arrives, and however often, the outcome is the same: the unique id of the
PaymentIntent makes the second time a no-op.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from booking.db import db, transaction
from booking.domain.money import Money
from booking.domain.states import Actor, AttemptState, BookingState, EventState, LedgerAccount, PaymentDisposition
from booking.gateways.payments import payments
from booking.gateways.stripe_facts import SessionFact
from booking.models import Payment
from booking.services import awaited, events, failpoints, letters, places
from booking.services.awaited import Awaited
from booking.services.booking_steps import By, move_booking
from booking.services.filing import Receipt, file_orphan, file_payment, send_back
from booking.services.outbox import Mail, post
from booking.services.placing import Placed, PlacedLine, place_all
from booking.services.queries.calendar_dates import open_dates
from booking.services.rebuilding import rebuild
from booking.services.refunding import Ask, request_refund


@transaction
def fold_session(session: SessionFact, now: datetime, event_id: str = "") -> list[str]:
    """Bring our books to where this session stands; returns the ids of refunds to submit after the commit.

    The event of the inbox that told of it, if any, is done by the same commit. A session that others made on a shared
    account changes nothing.
    """
    if event_id:
        events.mark(event_id, EventState.DONE)
    if not payments().made(session):
        return []
    attempt = _attempt_of(session, now)
    if attempt is None:
        return file_orphan(_receipt(session), now) if session.settled else []
    awaited.store(attempt, session.id, session.url)
    if session.settled:
        return fold_receipt(attempt, _receipt(session), now)
    if session.waiting_for_bank:
        _wait_for_bank(attempt)
    elif session.status in ("expired", "complete"):
        # Complete and neither paid nor unpaid: the bank said no in the end.
        state = AttemptState.EXPIRED if session.status == "expired" else AttemptState.FAILED
        close_unpaid(attempt, state, "The payment page closed without a payment.", now)
    return []


def _attempt_of(session: SessionFact, now: datetime) -> Awaited | None:
    """The attempt that this session belongs to, its order locked; told again from metadata after a restored backup."""
    attempt = awaited.locked(session.metadata.get("attempt", ""))
    if attempt is None and (session.settled or session.waiting_for_bank) and rebuild(session, now):
        attempt = awaited.locked(session.metadata["attempt"])
    return attempt


def fold_receipt(attempt: Awaited, receipt: Receipt, now: datetime) -> list[str]:
    """File a payment and give its order what can be given; returns refunds to submit. Runs inside an act.

    A promotion code may have taken everything off: then there is no payment to file, and the paid attempt remembers.
    """
    differs = Money(receipt.asked, receipt.currency) != attempt.due
    if differs or attempt.is_paid:
        disposition = PaymentDisposition.MISMATCH if differs else PaymentDisposition.DUPLICATE
        return send_back(attempt, receipt, disposition, now)
    payment_id = None
    if receipt.intent_id is not None:
        payment_id = file_payment(receipt, PaymentDisposition.APPLIED, now, attempt)
        if payment_id is None:
            return []
    failpoints.reached("payment-filed")
    awaited.turn(attempt, AttemptState.PAID, now)
    placed = place_all(attempt, receipt.paid, now)
    failpoints.reached("places-given")
    refunds = list(_send_back_lost(payment_id, placed, now)) if payment_id is not None else []
    _tell(attempt, placed, now)
    return refunds


def _send_back_lost(payment_id: int, placed: Placed, now: datetime) -> Iterator[str]:
    """Ask for what is owed of each line, and file the payment as what it turned out to be."""
    if placed.disposition is PaymentDisposition.APPLIED:
        return
    payment = db.session.get_one(Payment, payment_id)
    payment.disposition = placed.disposition
    for line in placed.lines:
        if line.owed:
            ask = Ask(
                payment,
                line.owed,
                line.why,
                By(Actor.SYSTEM, now),
                key=f"placing:{payment_id}:{line.line.booking_id}",
                booking_id=line.line.booking_id,
                account=LedgerAccount.REVENUE if line.confirmed else LedgerAccount.RECEIVABLE,
            )
            yield request_refund(ask).id


def _tell(attempt: Awaited, placed: Placed, now: datetime) -> None:
    confirmed = [line.line.week for line in placed.lines if line.confirmed]
    lost = [line for line in placed.lines if not line.confirmed]
    if confirmed:
        post(letters.booked(attempt, confirmed), f"booked:{attempt.public_id}", now)
    if lost:
        post(_slot_gone(attempt, lost, now), f"slot-gone:{attempt.public_id}", now)


def _slot_gone(attempt: Awaited, lost: list[PlacedLine], now: datetime) -> Mail:
    back = Money(sum(line.owed for line in lost), attempt.currency)
    dates = open_dates(lost[0].line.placement_id, now, letters.MOST_WEEKS)
    return letters.slot_gone(attempt, [line.line.week for line in lost], back, dates)


def _wait_for_bank(attempt: Awaited) -> None:
    if attempt.state is AttemptState.OPEN:
        awaited.turn(attempt, AttemptState.PROCESSING, None)
        for line in attempt.lines:
            places.extend_to_cap(line.booking_id)


def close_unpaid(attempt: Awaited, state: AttemptState, reason: str, now: datetime) -> None:
    """End an attempt that came to nothing and give its slots back. One that is paid or closed already stays."""
    if not attempt.is_waiting:
        return
    awaited.turn(attempt, state, now)
    for line in attempt.lines:
        if line.state is BookingState.HELD:
            places.release(line.booking_id)
            now_at = (line.state, line.version)
            move_booking(line.booking_id, now_at, BookingState.LAPSED, By(Actor.STRIPE, now), reason)


def _receipt(session: SessionFact) -> Receipt:
    return Receipt(
        intent_id=session.intent_id,
        asked=session.amount_subtotal,
        paid=session.amount_total,
        currency=session.currency,
        receipt_url=session.receipt_url,
        invoice_url=session.invoice_url,
        invoice_pdf=session.invoice_pdf,
    )
