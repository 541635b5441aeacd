"""Orders and the bookings in them: who claims which slot, at what price, and every step that claim took."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from booking.domain.states import Actor, AttemptKind, AttemptState, BookingState, Fallback, OrderPayment
from booking.models.base import Base, UtcDateTime, labelled
from booking.models.creatives import Creative
from booking.models.inventory import Slot
from booking.models.people import Advertiser, User


class Order(Base):
    """Bookings bought together, paid once. Due, paid and refunded are a view of the ledger, never columns."""

    __tablename__ = "order"
    __table_args__ = (
        sa.CheckConstraint("discount BETWEEN 0 AND subtotal", name="discount"),
        sa.CheckConstraint("tax >= 0", name="tax"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)

    public_id: Mapped[str] = mapped_column(sa.String(32), unique=True)
    """Unguessable; stands in addresses and at Stripe as client_reference_id."""

    request_key: Mapped[str] = mapped_column(sa.String(64), unique=True)
    """One-time key of the form that asked: a double-click is one order."""

    advertiser_id: Mapped[int] = mapped_column(sa.ForeignKey("advertiser.id"), index=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"), index=True)
    paid_by: Mapped[OrderPayment] = mapped_column(labelled(OrderPayment), default=OrderPayment.CARD)

    company: Mapped[str] = mapped_column(sa.String(120))
    """Frozen at ordering, like the rest of the buyer's details."""

    buyer_name: Mapped[str] = mapped_column(sa.String(120))
    buyer_email: Mapped[str] = mapped_column(sa.String(254))
    vat_number: Mapped[str] = mapped_column(sa.String(40), default="")
    po_number: Mapped[str] = mapped_column(sa.String(60), default="")
    currency: Mapped[str] = mapped_column(sa.String(3))

    subtotal: Mapped[int]
    """Sum of the bookings' prices before the frequency discount, minor units."""

    discount: Mapped[int] = mapped_column(default=0)
    tax: Mapped[int] = mapped_column(default=0)

    extended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When the buyer extended the hold; it can be done once."""

    pay_by: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Until when an invoice order holds its slots; NULL for cards."""

    reason: Mapped[str] = mapped_column(sa.String(300), default="")
    """Why it is complimentary or a make-good."""

    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    advertiser: Mapped[Advertiser] = relationship()
    user: Mapped[User] = relationship()
    bookings: Mapped[list[Booking]] = relationship(back_populates="order", order_by="Booking.id")


class Booking(Base):
    """One advertiser's claim on one slot."""

    __tablename__ = "booking"
    __table_args__ = (
        sa.UniqueConstraint("id", "slot_id"),
        sa.CheckConstraint("discount BETWEEN 0 AND price", name="discount"),
        sa.CheckConstraint("version > 0", name="version"),
        sa.Index(
            "uq_booking_confirmed_slot",
            "slot_id",
            unique=True,
            sqlite_where=sa.text("state IN ('confirmed', 'ran')"),
            postgresql_where=sa.text("state IN ('confirmed', 'ran')"),
        ),
        sa.Index("ix_booking_slot_id_state", "slot_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(sa.ForeignKey("order.id"), index=True)
    slot_id: Mapped[int] = mapped_column(sa.ForeignKey("slot.id"))

    creative_id: Mapped[int | None] = mapped_column(sa.ForeignKey("creative.id"), index=True)
    """The copy that runs; several weeks may share one."""

    state: Mapped[BookingState] = mapped_column(labelled(BookingState))
    """Moves only together with its event: a trigger refuses anything else."""

    version: Mapped[int] = mapped_column(default=1)
    """How many events it has."""

    price: Mapped[int]
    """The price held, minor units of the order's currency."""

    discount: Mapped[int] = mapped_column(default=0)
    """This line's part of the frequency discount."""

    fallback: Mapped[Fallback] = mapped_column(labelled(Fallback), default=Fallback.CREDIT)
    """What happens when copy is missing at the deadline, chosen at booking."""

    copy_due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """This booking's own copy deadline when the editor extended it; else the issue's."""

    most_refund: Mapped[int | None]
    """The most that cancelling gives back, in percent: what the ladder gave when the buyer moved it. NULL if never."""

    position: Mapped[int | None]
    """Where the editor wants this job among the others of its issue; those without one follow, by approval."""

    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    order: Mapped[Order] = relationship(back_populates="bookings")
    slot: Mapped[Slot] = relationship(foreign_keys="Booking.slot_id")
    creative: Mapped[Creative | None] = relationship()
    events: Mapped[list[BookingEvent]] = relationship(order_by="BookingEvent.seq", viewonly=True)


class AllowedTransition(Base):
    """A pair of states that a booking may move between; the table of the domain, where the database can see it."""

    __tablename__ = "allowed_transition"

    from_state: Mapped[str] = mapped_column(sa.String(24), primary_key=True)
    to_state: Mapped[str] = mapped_column(sa.String(24), primary_key=True)


class BookingEvent(Base):
    """One step of a booking. Append-only."""

    __tablename__ = "booking_event"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["from_state", "to_state"], ["allowed_transition.from_state", "allowed_transition.to_state"]
        ),
    )

    booking_id: Mapped[int] = mapped_column(sa.ForeignKey("booking.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    from_state: Mapped[str] = mapped_column(sa.String(24))
    to_state: Mapped[str] = mapped_column(sa.String(24))
    actor: Mapped[Actor] = mapped_column(labelled(Actor))
    actor_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    reason: Mapped[str] = mapped_column(sa.String(300), default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class CheckoutAttempt(Base):
    """One try to be paid for an order: a Checkout Session or an invoice. At most one is open for an order."""

    __tablename__ = "checkout_attempt"
    __table_args__ = (
        sa.Index(
            "uq_checkout_attempt_open_order",
            "order_id",
            unique=True,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        ),
        sa.CheckConstraint("amount >= 0", name="amount"),
    )

    id: Mapped[str] = mapped_column(sa.String(36), primary_key=True)
    """A UUID, and the idempotency key of the call that creates the session."""

    order_id: Mapped[int] = mapped_column(sa.ForeignKey("order.id"), index=True)
    kind: Mapped[AttemptKind] = mapped_column(labelled(AttemptKind), default=AttemptKind.CHECKOUT)
    state: Mapped[AttemptState] = mapped_column(labelled(AttemptState), default=AttemptState.OPEN)

    params: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    """The request, frozen: the same key must carry the same body however often it is sent."""

    amount: Mapped[int]
    """What Stripe is to report as amount_subtotal, minor units."""

    currency: Mapped[str] = mapped_column(sa.String(3))

    stripe_id: Mapped[str | None] = mapped_column(sa.String(255), unique=True)
    """Id of the session or invoice; NULL until the call's answer is stored."""

    url: Mapped[str] = mapped_column(sa.Text, default="")
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    order: Mapped[Order] = relationship()
