"""An attempt to be paid, with the order and the bookings that its payment is for: what every fold looks at.

Plain rows, read in one statement under the order's lock: loading them as objects costs more than all the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from booking.db import db, flush, read, run
from booking.domain.money import Money
from booking.domain.money_refusals import PaymentUnderWay
from booking.domain.states import AttemptKind, AttemptState, BookingState, PaymentDisposition
from booking.models import Booking, CheckoutAttempt, Issue, Order, Payment, Placement, Slot
from booking.prepared import Prepared
from booking.services.letters import Week

APPLIED = (PaymentDisposition.APPLIED, PaymentDisposition.LATE_APPLIED, PaymentDisposition.UNPLACED)
"""A payment of these is the order's own; any other is nobody's and goes back."""


@dataclass(frozen=True, slots=True)
class AwaitedLine:
    """One booking. Amounts in minor units; `week` is how letters name it."""

    week: Week
    booking_id: int
    slot_id: int
    placement_id: int
    state: BookingState
    version: int
    price: int
    discount: int

    @property
    def net(self) -> int:
        """What was asked for it."""
        return self.price - self.discount


@dataclass(frozen=True, slots=True)
class Awaited:
    """An attempt. ``amount`` in minor units is what Stripe is to report, before promotion codes.

    ``is_paid`` says that the order has a payment or needs none, whichever attempt brought it; ``lines`` are in the
    order of their slots, as every act takes them.
    """

    lines: tuple[AwaitedLine, ...]
    id: str
    kind: AttemptKind
    state: AttemptState
    amount: int
    currency: str
    stripe_id: str | None
    order_id: int
    public_id: str
    company: str
    buyer_name: str
    buyer_email: str
    is_paid: bool

    @property
    def is_waiting(self) -> bool:
        """Whether its payment may still come."""
        return self.state in (AttemptState.OPEN, AttemptState.PROCESSING)

    @property
    def due(self) -> Money:
        """What was asked."""
        return Money(self.amount, self.currency)


HEAD = (
    CheckoutAttempt.id,
    CheckoutAttempt.kind,
    CheckoutAttempt.state,
    CheckoutAttempt.amount,
    CheckoutAttempt.currency,
    CheckoutAttempt.stripe_id,
    Order.id,
    Order.public_id,
    Order.company,
    Order.buyer_name,
    Order.buyer_email,
    sa.or_(
        sa.exists().where(Payment.order_id == Order.id, Payment.disposition.in_(APPLIED)),
        sa.exists(
            sa.select(1)
            .select_from(paid := sa.alias(CheckoutAttempt.__table__, "paid"))
            .where(paid.c.order_id == Order.id, paid.c.state == AttemptState.PAID)
        ),
    ),
)
LINE = (Booking.id, Booking.slot_id, Slot.placement_id, Booking.state, Booking.version, Booking.price, Booking.discount)
LINES = len(HEAD) + len(LINE)
WEEK = (
    Placement.name,
    Issue.number,
    Issue.publishes_on,
    Issue.sends_at,
    sa.func.coalesce(Booking.copy_due_at, Issue.copy_deadline, type_=Issue.copy_deadline.type),
)
WHOLE = Prepared(
    sa.select(*HEAD, *LINE, *WEEK)
    .join_from(CheckoutAttempt, Order, Order.id == CheckoutAttempt.order_id)
    .join(Booking, Booking.order_id == Order.id)
    .join(Slot, Slot.id == Booking.slot_id)
    .join(Issue, Issue.id == Slot.issue_id)
    .join(Placement, Placement.id == Slot.placement_id)
    .where(CheckoutAttempt.id == sa.bindparam("attempt"))
    .order_by(Booking.slot_id)
)
LOCK = Prepared(
    sa.select(Order.id)
    .join(CheckoutAttempt, CheckoutAttempt.order_id == Order.id)
    .where(CheckoutAttempt.id == sa.bindparam("attempt"))
    .with_for_update(of=Order)
)
TURN = Prepared(
    sa.update(CheckoutAttempt)
    .where(CheckoutAttempt.id == sa.bindparam("attempt"))
    .values(state=sa.bindparam("to"), closed_at=sa.bindparam("at"))
)
STORE = Prepared(
    sa.update(CheckoutAttempt)
    .where(CheckoutAttempt.id == sa.bindparam("attempt"), CheckoutAttempt.stripe_id.is_(None))
    .values(stripe_id=sa.bindparam("object"), url=sa.bindparam("address"))
)


def locked(attempt_id: str) -> Awaited | None:
    """An attempt with its order locked until the act ends, as it stands under that lock; None for an unknown id."""
    flush()
    # By itself, and first: another process may be folding the same session while this one waits.
    if not read(LOCK, {"attempt": attempt_id}):
        return None
    rows = read(WHOLE, {"attempt": attempt_id})
    lines = tuple(AwaitedLine(Week(*row[LINES:]), *row[len(HEAD) : LINES]) for row in rows)
    return Awaited(lines, *rows[0][: len(HEAD)])


def open_attempt(order_id: int) -> CheckoutAttempt | None:
    """The attempt at which an order can still be paid. Raises PaymentUnderWay while a bank is at work on it."""
    attempt = db.session.scalars(
        sa.select(CheckoutAttempt).where(
            CheckoutAttempt.order_id == order_id,
            CheckoutAttempt.state.in_((AttemptState.OPEN, AttemptState.PROCESSING)),
        )
    ).one_or_none()
    if attempt is not None and attempt.state is AttemptState.PROCESSING:
        raise PaymentUnderWay
    return attempt


def store(attempt: Awaited, stripe_id: str, url: str) -> None:
    """Write down which object of Stripe's an attempt is, unless that is known."""
    if attempt.stripe_id is None:
        # The answer of the create call was never stored: the process died, or the news was faster.
        run(STORE, {"attempt": attempt.id, "object": stripe_id, "address": url})


def turn(attempt: Awaited, state: AttemptState, closed_at: datetime | None) -> None:
    """Write how far an attempt has come, and when it ended, if it did."""
    run(TURN, {"attempt": attempt.id, "to": state, "at": closed_at})
