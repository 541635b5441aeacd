"""Copy: what an advertiser wrote, each version for ever, and the one decision that was made about each."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from booking.domain.states import Actor, ReviewDecision
from booking.models.base import Base, UtcDateTime, labelled
from booking.models.newsletter import Placement
from booking.models.people import Advertiser, User


def _own_revision(column: str) -> sa.ForeignKeyConstraint:
    # Deferred: the first revision and its creative point at each other.
    return sa.ForeignKeyConstraint(
        [column, "id"],
        ["creative_revision.id", "creative_revision.creative_id"],
        name=f"fk_creative_{column.removesuffix('_id')}",
        deferrable=True,
        initially="DEFERRED",
        use_alter=True,
    )


class Creative(Base):
    """One piece of copy of an advertiser for one placement; several weeks may run it."""

    __tablename__ = "creative"
    __table_args__ = (_own_revision("current_revision_id"), _own_revision("approved_revision_id"))

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    advertiser_id: Mapped[int] = mapped_column(sa.ForeignKey("advertiser.id"), index=True)
    placement_id: Mapped[int] = mapped_column(sa.ForeignKey("placement.id"))

    current_revision_id: Mapped[int | None]
    """The newest revision; NULL until the first is submitted."""

    approved_revision_id: Mapped[int | None]
    """What may run. Stays while a newer revision is in review."""

    draft: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON)
    """What was typed and not yet submitted, field by field; saved as it is typed, however incomplete."""

    draft_version: Mapped[int] = mapped_column(default=0)
    """Counts the saves, so that a second device notices that it is behind."""

    draft_saved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    advertiser: Mapped[Advertiser] = relationship()
    placement: Mapped[Placement] = relationship()
    current: Mapped[CreativeRevision | None] = relationship(
        primaryjoin="Creative.current_revision_id == CreativeRevision.id",
        foreign_keys="Creative.current_revision_id",
        viewonly=True,
    )
    approved: Mapped[CreativeRevision | None] = relationship(
        primaryjoin="Creative.approved_revision_id == CreativeRevision.id",
        foreign_keys="Creative.approved_revision_id",
        viewonly=True,
    )
    revisions: Mapped[list[CreativeRevision]] = relationship(
        primaryjoin="Creative.id == foreign(CreativeRevision.creative_id)",
        order_by="CreativeRevision.number",
        viewonly=True,
    )


class CreativeRevision(Base):
    """One version of the words. Append-only: an approval of it stays true."""

    __tablename__ = "creative_revision"
    __table_args__ = (sa.UniqueConstraint("creative_id", "number"), sa.UniqueConstraint("id", "creative_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    creative_id: Mapped[int] = mapped_column(sa.ForeignKey("creative.id"))
    number: Mapped[int]

    name: Mapped[str] = mapped_column(sa.String(120))
    """Who stands in the heading: the sponsor's or the company's name."""

    body: Mapped[str] = mapped_column(sa.Text)
    """Paragraphs separated by one blank line, LF, NFC."""

    link: Mapped[str] = mapped_column(sa.String(2000))
    """An http(s) address or mailto:, as the advertiser gave it."""

    final_link: Mapped[str] = mapped_column(sa.String(2200))
    """The link with UTM parameters merged: what is printed."""

    details: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON)
    """A job's fields (title, place, salary range, closing date, ...); NULL for other placements."""

    sha256: Mapped[str] = mapped_column(sa.String(64))
    """Hash of name, body and final_link as domain.copy_text defines it; approval is bound to it."""

    author: Mapped[Actor] = mapped_column(labelled(Actor))
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))

    note: Mapped[str] = mapped_column(sa.Text, default="")
    """What the author says to the other side with it."""

    submitted_at: Mapped[datetime] = mapped_column(UtcDateTime)

    review: Mapped[CreativeReview | None] = relationship(viewonly=True)


class CreativeReview(Base):
    """The one decision about a revision. Append-only."""

    __tablename__ = "creative_review"
    __table_args__ = (sa.CheckConstraint("decision = 'approved' OR reason <> ''", name="reason"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    revision_id: Mapped[int] = mapped_column(sa.ForeignKey("creative_revision.id"), unique=True)
    decision: Mapped[ReviewDecision] = mapped_column(labelled(ReviewDecision))

    reason: Mapped[str] = mapped_column(sa.Text, default="")
    """Required unless approved: nobody is refused without one."""

    reviewer_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    reviewer: Mapped[User | None] = relationship()


class LinkCheck(Base):
    """The latest answer of the link of a revision."""

    __tablename__ = "link_check"

    revision_id: Mapped[int] = mapped_column(sa.ForeignKey("creative_revision.id"), primary_key=True)
    answers: Mapped[bool]

    finding: Mapped[str] = mapped_column(sa.String(400))
    """One sentence: how it answered, or why not."""

    checked_at: Mapped[datetime] = mapped_column(UtcDateTime)
