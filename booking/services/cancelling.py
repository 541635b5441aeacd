"""Cancelling a booking: first what it would give back, then the decision about the place and the one about money.

The two are one act so that no place is given up without its refund, but they stay two decisions: the place goes back
on sale whatever is refunded, and a refund alone never touches the place.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from booking.db import transaction
from booking.domain import cancellation
from booking.domain.cancellation import Cancellable
from booking.domain.desk_refusals import RefundChanged
from booking.domain.errors import IssueFrozen, IssueSent, WrongState
from booking.domain.money import Money
from booking.domain.states import Actor, BookingState, IssueState, Machine
from booking.models import Booking, Order, Slot
from booking.services import audit, letters, places
from booking.services.booking_steps import By, lock_order_of, step, with_place
from booking.services.lapsing import close_sessions, open_sessions_of
from booking.services.line_money import LineMoney, money_of, terms
from booking.services.outbox import post
from booking.services.refunding import Ask, request_refund, submit_refunds
from booking.services.tasks_for_people import open_task

STANDING = (BookingState.HELD, BookingState.CONFIRMED)
WITHHELD = "The bank has the payment in dispute, so nothing is refunded now."


@dataclass(frozen=True, slots=True)
class CancellationOffer:
    """What cancelling this booking now would do. `paid` is what was paid for it less what went back already."""

    booking_id: int
    order: str
    company: str
    placement: str
    issue: int
    publishes_on: date
    state: BookingState
    paid: Money
    refund: Money
    sentence: str


@dataclass(frozen=True, slots=True)
class Agreed:
    """What the page said when the button was pressed: why, and the refund in minor units (None: not shown).

    `in_full` is the editor's choice to give everything back whatever the ladder says.
    """

    reason: str = ""
    refund: int | None = None
    in_full: bool = False


def cancellation_offer(booking_id: int, now: datetime, refused: bool = False) -> CancellationOffer:
    """Work out, changing nothing, what cancelling gives back; `refused` as if by the editor's refusal: everything.

    Raises NotFound, WrongState for what was cancelled or ran, IssueFrozen.
    """
    return _offer(_standing(booking_id), now, refused)[0]


def cancel(
    booking_id: int, by: By, now: datetime, refused: bool = False, agreed: Agreed = Agreed()
) -> CancellationOffer:
    """Give the place up and send back what the ladder says, once; returns what was done.

    `refused` is a refusal of the copy: everything goes back, and its own letter has gone out. Raises what
    `cancellation_offer` does, IssueSent for an advertiser who is too late, and RefundChanged when the amount is not
    the one that was agreed to.
    """
    done, refunds, stale = _cancel(booking_id, by, now, refused, agreed)
    close_sessions(stale)
    submit_refunds(refunds)
    return done


@transaction
def _cancel(
    booking_id: int, by: By, now: datetime, refused: bool, agreed: Agreed
) -> tuple[CancellationOffer, list[str], list[str]]:
    lock_order_of(booking_id)
    booking = _standing(booking_id)
    offer, money = _offer(booking, now, refused or agreed.in_full)
    if by.actor is Actor.ADVERTISER and booking.slot.issue.sends_at <= now:
        raise IssueSent(offer.issue)
    if agreed.refund is not None and agreed.refund != offer.refund.amount:
        raise RefundChanged(Money(agreed.refund, offer.refund.currency), offer.refund)
    was_held = booking.state is BookingState.HELD
    _free_the_place(booking)
    step(booking, BookingState.CANCELLED, by, agreed.reason or ("The copy was refused." if refused else ""))
    refunds = _send_back(booking, offer, money, by, agreed.reason)
    if not refused and not was_held:
        post(letters.cancelled(booking, offer.refund, agreed.reason), f"cancelled:{booking.id}", now)
    if by.actor is Actor.EDITOR:
        sentence = f"Cancelled {offer.company}’s {offer.placement} in issue {offer.issue}; {offer.refund} refunded."
        audit.record(Actor.EDITOR, by.user_id, "booking.cancel", f"order {offer.order}", sentence, now)
    return offer, refunds, _payment_pages(booking.order)


def _standing(booking_id: int) -> Booking:
    booking = with_place(booking_id)
    if booking.state not in STANDING:
        raise WrongState(Machine.BOOKING, booking.state, BookingState.CANCELLED)
    if booking.slot.issue.state is IssueState.FROZEN:
        raise IssueFrozen(booking.slot.issue.number)
    return booking


def _offer(booking: Booking, now: datetime, in_full: bool) -> tuple[CancellationOffer, LineMoney]:
    issue, money, ladder = booking.slot.issue, money_of(booking), terms()
    most = 100 if booking.most_refund is None else booking.most_refund
    line = Cancellable(issue.number, money.paid, issue.sends_at, refused=in_full, most=most)
    result = cancellation.outcome(line, ladder, now)
    refund = Money.zero(money.paid.currency) if money.disputed else result.refund
    offer = CancellationOffer(
        booking_id=booking.id,
        order=booking.order.public_id,
        company=booking.order.company,
        placement=booking.slot.placement.name,
        issue=issue.number,
        publishes_on=issue.publishes_on,
        state=booking.state,
        paid=money.paid,
        refund=refund,
        sentence=WITHHELD if money.disputed else cancellation.sentence(result, ladder.zone),
    )
    return offer, money


def _free_the_place(booking: Booking) -> None:
    """Give the slot back. Whether the issue froze meanwhile is decided by the slot's own row."""
    if places.release(booking.id):
        return
    issue = booking.slot.issue
    if issue.state is not IssueState.SENT:
        raise IssueFrozen(issue.number)
    # It was booked and did not run: nobody can have the place any more, and nobody keeps it.
    places.changed(sa.update(Slot).where(Slot.booking_id == booking.id).values(booking_id=None))


def _send_back(booking: Booking, offer: CancellationOffer, money: LineMoney, by: By, reason: str) -> list[str]:
    if money.disputed and money.paid:
        open_task(
            f"cancelled-in-dispute:{booking.id}",
            f"{offer.company} cancelled while the payment was in dispute",
            f"{money.paid} was paid for issue {offer.issue}. If the dispute is won, refund what the cancellation terms"
            " give; if it is lost, the bank has sent everything back already.",
            booking.order_id,
            by.now,
        )
    if not offer.refund or money.payment is None:
        return []
    why = f"{offer.placement}, issue {offer.issue}, was cancelled." + (f" {reason}" if reason else "")
    ask = Ask(money.payment, offer.refund.amount, why[:300], by, key=f"cancel:{booking.id}", booking_id=booking.id)
    return [request_refund(ask).id]


def _payment_pages(order: Order) -> list[str]:
    """The payment pages to close: those of an order that has nothing left to pay for."""
    if any(booking.state is BookingState.HELD for booking in order.bookings):
        return []
    return open_sessions_of(order.id)
