"""Issues and the slots in them. Everything that decides about a slot stands on the slot's own row."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from booking.domain.states import IssueState
from booking.models.base import Base, UtcDateTime, labelled
from booking.models.newsletter import HouseAd, Placement


class Issue(Base):
    """One issue of the newsletter. Its number and date are two facts: a move changes one and never the other."""

    __tablename__ = "issue"
    __table_args__ = (
        sa.CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name="sent_at"),
        sa.CheckConstraint("state NOT IN ('frozen', 'sent') OR frozen_at IS NOT NULL", name="frozen_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(unique=True)
    publishes_on: Mapped[date] = mapped_column(unique=True)

    rule_date: Mapped[date] = mapped_column(unique=True)
    """The date the rule gave, before any move: which occurrence of the rule this issue is."""

    sends_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    booking_deadline: Mapped[datetime] = mapped_column(UtcDateTime)
    copy_deadline: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[IssueState] = mapped_column(labelled(IssueState), default=IssueState.OPEN)
    frozen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    archive_url: Mapped[str] = mapped_column(sa.String(500), default="")
    """Where the sent issue can be read."""

    slots: Mapped[list[Slot]] = relationship(back_populates="issue", order_by="Slot.placement_id, Slot.ordinal")


class Slot(Base):
    """One sellable place in one issue.

    Free at an instant means: on sale, not locked, and no booking or a hold that has run out. That predicate needs no
    scheduler, and one UPDATE of this row is the whole race between two buyers.
    """

    __tablename__ = "slot"
    __table_args__ = (
        sa.UniqueConstraint("issue_id", "placement_id", "ordinal"),
        # A booking can only occupy its own slot. Deferred: booking and slot point at each other.
        sa.ForeignKeyConstraint(
            ["booking_id", "id"],
            ["booking.id", "booking.slot_id"],
            name="fk_slot_own_booking",
            deferrable=True,
            initially="DEFERRED",
            use_alter=True,
        ),
        sa.CheckConstraint("price >= 0", name="price"),
        sa.CheckConstraint("ordinal > 0", name="ordinal"),
        sa.CheckConstraint("held_until IS NULL OR booking_id IS NOT NULL", name="hold_has_booking"),
        sa.CheckConstraint("(held_until IS NULL) = (hold_hard_until IS NULL)", name="hold_has_cap"),
        sa.CheckConstraint("held_until IS NULL OR held_until <= hold_hard_until", name="hold_within_cap"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    issue_id: Mapped[int] = mapped_column(sa.ForeignKey("issue.id"))
    placement_id: Mapped[int] = mapped_column(sa.ForeignKey("placement.id"), index=True)
    ordinal: Mapped[int]

    price: Mapped[int]
    """Minor units; what the next buyer pays. A holder pays the price held, which stands on the booking."""

    currency: Mapped[str] = mapped_column(sa.String(3))

    on_sale: Mapped[bool] = mapped_column(default=True)
    """False when the editor has blocked it."""

    locked: Mapped[bool] = mapped_column(default=False)
    """True when the issue is frozen: nothing can be claimed or confirmed any more."""

    sales_close_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """The booking deadline, here so that one statement can decide."""

    booking_id: Mapped[int | None] = mapped_column(unique=True)
    """The booking that occupies it, held or confirmed."""

    held_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """End of the hold; NULL with a booking means sold."""

    hold_hard_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """No extension goes beyond this."""

    block_reason: Mapped[str] = mapped_column(sa.String(200), default="")

    house_ad_id: Mapped[int | None] = mapped_column(sa.ForeignKey("house_ad.id"))
    """What runs here when nothing is sold."""

    issue: Mapped[Issue] = relationship(back_populates="slots")
    placement: Mapped[Placement] = relationship()
    house_ad: Mapped[HouseAd | None] = relationship()
