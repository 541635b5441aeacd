"""Money: what Stripe told us, what arrived, what went back, and the append-only ledger that adds it up."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from booking.domain.states import Actor, DisputeState, EventState, LedgerAccount, PaymentDisposition, RefundState
from booking.models.base import Base, UtcDateTime, labelled
from booking.models.orders import Booking, Order


class StripeEvent(Base):
    """The inbox. A row says that an event arrived; only the state ``done`` says that it was folded in."""

    __tablename__ = "stripe_event"

    id: Mapped[str] = mapped_column(sa.String(255), primary_key=True)
    type: Mapped[str] = mapped_column(sa.String(120))

    object_id: Mapped[str] = mapped_column(sa.String(255), default="")
    """What the event is about; fetched anew, never read from the event."""

    state: Mapped[EventState] = mapped_column(labelled(EventState), default=EventState.NEW, index=True)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    error: Mapped[str] = mapped_column(sa.String(400), default="")


class Payment(Base):
    """Money that arrived. A fact: it is filed whatever became of the order, never refused."""

    __tablename__ = "payment"
    __table_args__ = (
        sa.CheckConstraint("amount > 0", name="amount"),
        sa.CheckConstraint("refund_reserved BETWEEN 0 AND amount", name="refund_reserved"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)

    order_id: Mapped[int | None] = mapped_column(sa.ForeignKey("order.id"), index=True)
    """NULL when it belongs to no order of ours."""

    attempt_id: Mapped[str | None] = mapped_column(sa.ForeignKey("checkout_attempt.id"))
    stripe_payment_intent_id: Mapped[str] = mapped_column(sa.String(255), unique=True)
    amount: Mapped[int]
    currency: Mapped[str] = mapped_column(sa.String(3))

    promotion_discount: Mapped[int] = mapped_column(default=0)
    """What a promotion code took off at Checkout, minor units."""

    refund_reserved: Mapped[int] = mapped_column(default=0)
    """Refunds that are not failed, together; one UPDATE reserves, and the CHECK is the limit."""

    disposition: Mapped[PaymentDisposition] = mapped_column(labelled(PaymentDisposition))
    receipt_url: Mapped[str] = mapped_column(sa.Text, default="")
    invoice_url: Mapped[str] = mapped_column(sa.Text, default="")
    invoice_pdf: Mapped[str] = mapped_column(sa.Text, default="")
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)

    order: Mapped[Order | None] = relationship()
    refunds: Mapped[list[Refund]] = relationship(back_populates="payment", order_by="Refund.requested_at")


class Refund(Base):
    """Money on its way back. An unknown outcome stays ``submitted`` and is asked again with the same key."""

    __tablename__ = "refund"
    __table_args__ = (sa.CheckConstraint("amount > 0", name="amount"),)

    id: Mapped[str] = mapped_column(sa.String(36), primary_key=True)
    """A UUID, and the idempotency key at Stripe; for a refund made in Stripe's dashboard, a UUID all the same."""

    payment_id: Mapped[int] = mapped_column(sa.ForeignKey("payment.id"), index=True)
    booking_id: Mapped[int | None] = mapped_column(sa.ForeignKey("booking.id"), index=True)
    amount: Mapped[int]
    reason: Mapped[str] = mapped_column(sa.String(300))
    state: Mapped[RefundState] = mapped_column(labelled(RefundState), index=True)
    stripe_refund_id: Mapped[str | None] = mapped_column(sa.String(255), unique=True)

    request_key: Mapped[str | None] = mapped_column(sa.String(120), unique=True)
    """What asked for it, once: a line, a payment, or the form of an editor. Two clicks are one refund."""

    actor: Mapped[Actor] = mapped_column(labelled(Actor))
    actor_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    failure: Mapped[str] = mapped_column(sa.String(300), default="")
    """Why Stripe could not, in its words."""

    payment: Mapped[Payment] = relationship(back_populates="refunds")
    booking: Mapped[Booking | None] = relationship()


class Dispute(Base):
    """A card holder's bank takes a payment back, at least for a while."""

    __tablename__ = "dispute"

    id: Mapped[int] = mapped_column(primary_key=True)
    stripe_dispute_id: Mapped[str] = mapped_column(sa.String(255), unique=True)
    payment_id: Mapped[int] = mapped_column(sa.ForeignKey("payment.id"), index=True)
    amount: Mapped[int]
    currency: Mapped[str] = mapped_column(sa.String(3))
    reason: Mapped[str] = mapped_column(sa.String(120), default="")
    state: Mapped[DisputeState] = mapped_column(labelled(DisputeState))
    respond_by: Mapped[datetime | None] = mapped_column(UtcDateTime)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    payment: Mapped[Payment] = relationship()


class LedgerEntry(Base):
    """One movement of money between two accounts; it balances because it is one row. Append-only."""

    __tablename__ = "ledger"
    __table_args__ = (
        sa.UniqueConstraint("source_kind", "source_id", "leg"),
        sa.CheckConstraint("amount > 0", name="amount"),
        sa.CheckConstraint("debit <> credit", name="two_accounts"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)

    source_kind: Mapped[str] = mapped_column(sa.String(24))
    """What caused it: payment, booking, refund, dispute, ..."""

    source_id: Mapped[str] = mapped_column(sa.String(64))

    leg: Mapped[str] = mapped_column(sa.String(40))
    """Which movement of that cause: the three together happen once."""

    debit: Mapped[LedgerAccount] = mapped_column(labelled(LedgerAccount, "debit"))
    credit: Mapped[LedgerAccount] = mapped_column(labelled(LedgerAccount, "credit"))
    amount: Mapped[int]
    currency: Mapped[str] = mapped_column(sa.String(3))
    order_id: Mapped[int | None] = mapped_column(sa.ForeignKey("order.id"), index=True)


class Task(Base):
    """Something about money or copy that needs a person, with what to do."""

    __tablename__ = "task"

    id: Mapped[int] = mapped_column(primary_key=True)
    dedupe_key: Mapped[str] = mapped_column(sa.String(160), unique=True)
    title: Mapped[str] = mapped_column(sa.String(160))

    advice: Mapped[str] = mapped_column(sa.Text)
    """What to do, in a sentence or two."""

    order_id: Mapped[int | None] = mapped_column(sa.ForeignKey("order.id"), index=True)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    order: Mapped[Order | None] = relationship()
