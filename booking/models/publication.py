"""What went into an issue: the items it froze with, what each feed wrote, and what was found in it as sent."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from booking.domain.states import FoundState
from booking.models.base import Base, UtcDateTime, labelled


class IssueItem(Base):
    """The text that an issue carries in one slot, rendered and hashed. Written by freezing the issue only."""

    __tablename__ = "issue_item"
    __table_args__ = (
        sa.UniqueConstraint("issue_id", "slot_id"),
        sa.CheckConstraint("(revision_id IS NULL) = (booking_id IS NULL)", name="approved_copy"),
        sa.CheckConstraint("(revision_id IS NULL) <> (house_ad_id IS NULL)", name="one_source"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    issue_id: Mapped[int] = mapped_column(sa.ForeignKey("issue.id"))
    slot_id: Mapped[int] = mapped_column(sa.ForeignKey("slot.id"))
    booking_id: Mapped[int | None] = mapped_column(sa.ForeignKey("booking.id"), index=True)
    revision_id: Mapped[int | None] = mapped_column(sa.ForeignKey("creative_revision.id"))
    house_ad_id: Mapped[int | None] = mapped_column(sa.ForeignKey("house_ad.id"))
    position: Mapped[int]
    text: Mapped[str] = mapped_column(sa.Text)
    sha256: Mapped[str] = mapped_column(sa.String(64))


class FeedBase(Base):
    """What the last feed wrote into one region of an issue, byte for byte: the base of the three-way comparison."""

    __tablename__ = "feed_base"

    issue_id: Mapped[int] = mapped_column(sa.ForeignKey("issue.id"), primary_key=True)
    region: Mapped[str] = mapped_column(sa.String(12), primary_key=True)
    content: Mapped[bytes] = mapped_column(sa.LargeBinary)


class FeedRun(Base):
    """One feed of an issue: what it read, what it wrote, and which copy it carried."""

    __tablename__ = "feed_run"

    id: Mapped[int] = mapped_column(primary_key=True)
    issue_id: Mapped[int] = mapped_column(sa.ForeignKey("issue.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    sha256_before: Mapped[str] = mapped_column(sa.String(64))
    sha256_after: Mapped[str] = mapped_column(sa.String(64))
    revision_ids: Mapped[list[int]] = mapped_column(sa.JSON)


class FoundBlock(Base):
    """Where a booking's copy was looked for in the issue as sent, and what was found."""

    __tablename__ = "found_block"

    issue_item_id: Mapped[int] = mapped_column(sa.ForeignKey("issue_item.id"), primary_key=True)

    place: Mapped[str] = mapped_column(sa.String(12), primary_key=True)
    """The region: sponsor, event, jobs or foot."""

    found: Mapped[FoundState] = mapped_column(labelled(FoundState))
    difference: Mapped[list[Any]] = mapped_column(sa.JSON, default=list)
    """Pieces of the word diff when altered."""

    checked_at: Mapped[datetime] = mapped_column(UtcDateTime)
