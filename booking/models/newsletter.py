"""The one newsletter of this deployment: its calendar rule, deadlines, prices and policies, all edited on the desk."""

from __future__ import annotations

from datetime import date, time

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from booking.domain.states import ExceptionKind, PlacementKind
from booking.models.base import Base, labelled


class Newsletter(Base):
    """The single row of settings that the editor owns."""

    __tablename__ = "newsletter"
    __table_args__ = (
        sa.CheckConstraint("id = 1", name="single"),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        sa.CheckConstraint("booking_days_before >= 0 AND copy_days_before >= 0", name="deadlines"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, default=1)
    name: Mapped[str] = mapped_column(sa.String(80))

    tagline: Mapped[str] = mapped_column(sa.String(300), default="")
    """One sentence under the heading of the storefront: what a sponsor gets."""

    editor_name: Mapped[str] = mapped_column(sa.String(120), default="")
    contact_email: Mapped[str] = mapped_column(sa.String(254), default="")

    zone: Mapped[str] = mapped_column(sa.String(64))
    """IANA zone in which every deadline and send time is entered, such as Europe/London."""

    weekday: Mapped[int]
    """Day of sending, Monday 0 to Sunday 6, as datetime.weekday()."""

    send_time: Mapped[time]
    """Local wall time of sending."""

    starts_on: Mapped[date]
    """Date of the first issue of the rule."""

    first_number: Mapped[int]
    """Number of the issue on that date."""

    booking_days_before: Mapped[int]
    booking_time: Mapped[time]
    copy_days_before: Mapped[int]
    copy_time: Mapped[time]

    currency: Mapped[str] = mapped_column(sa.String(3))
    """ISO 4217 code, upper case; the only currency sold in."""

    label_foot: Mapped[bool] = mapped_column(default=False)
    """Whether the repeat above the footer says ``Sponsored by NAME:``."""

    archive_url: Mapped[str] = mapped_column(sa.String(500), default="")
    """Address of a sent issue, with ``{number}`` in it; empty when there is no archive."""

    utm_source: Mapped[str] = mapped_column(sa.String(80), default="")
    """Added to paid links that have none of their own; empty adds nothing, and so for the next two."""

    utm_medium: Mapped[str] = mapped_column(sa.String(80), default="")

    utm_campaign: Mapped[str] = mapped_column(sa.String(80), default="")
    """May hold ``{number}``, which is filled in for copy that runs in one issue only."""

    policies: Mapped[str] = mapped_column(sa.Text, default="")
    """What a buyer agrees to beyond the ladder and the deadlines, in plain words; one paragraph a line."""


class ReaderFact(Base):
    """One figure about the readers, shown on the storefront."""

    __tablename__ = "reader_fact"

    id: Mapped[int] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(default=0)
    label: Mapped[str] = mapped_column(sa.String(80))
    value: Mapped[str] = mapped_column(sa.String(40))


class ScheduleException(Base):
    """One date on which the rule does not hold: skipped, moved, or an issue slipped in."""

    __tablename__ = "schedule_exception"
    __table_args__ = (
        sa.CheckConstraint("(kind = 'move') = (moves_to IS NOT NULL)", name="moves_to"),
        sa.UniqueConstraint("on_date"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[ExceptionKind] = mapped_column(labelled(ExceptionKind))
    on_date: Mapped[date]

    moves_to: Mapped[date | None]
    """The new date of a moved issue; its number stays."""

    note: Mapped[str] = mapped_column(sa.String(120), default="")
    """Why, shown in the calendar: ``holiday``."""


class Placement(Base):
    """A kind of position sold in each issue."""

    __tablename__ = "placement"
    __table_args__ = (
        sa.CheckConstraint("slots_per_issue >= 0", name="slots"),
        sa.CheckConstraint("copy_limit > 0", name="limit"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)

    kind: Mapped[PlacementKind] = mapped_column(labelled(PlacementKind), unique=True)
    """Which rules of copy and feed apply; one placement of each kind."""

    name: Mapped[str] = mapped_column(sa.String(60))
    description: Mapped[str] = mapped_column(sa.String(400), default="")
    position: Mapped[int] = mapped_column(default=0)

    slots_per_issue: Mapped[int]
    """How many slots a new issue is given."""

    copy_limit: Mapped[int]
    """Most user-perceived characters of copy."""

    example_copy: Mapped[str] = mapped_column(sa.Text, default="")
    """The storefront's proof: what this placement looks like, in words of our own."""

    rates: Mapped[list[Rate]] = relationship(order_by="Rate.valid_from", back_populates="placement")


class Rate(Base):
    """A row of the rate card: the price of a placement in issues from a date on."""

    __tablename__ = "rate"
    __table_args__ = (
        sa.UniqueConstraint("placement_id", "valid_from"),
        sa.CheckConstraint("amount >= 0", name="amount"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    placement_id: Mapped[int] = mapped_column(sa.ForeignKey("placement.id"))
    valid_from: Mapped[date]

    amount: Mapped[int]
    """Minor units of the newsletter's currency."""

    placement: Mapped[Placement] = relationship(back_populates="rates")


class DiscountStep(Base):
    """One step of the frequency discount: this many weeks at once cost this much less."""

    __tablename__ = "discount_step"
    __table_args__ = (
        sa.CheckConstraint("weeks > 1", name="weeks"),
        sa.CheckConstraint("percent BETWEEN 1 AND 90", name="percent"),
    )

    weeks: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    percent: Mapped[int]


class CancellationStep(Base):
    """One rung of the cancellation ladder: until this many days before sending, this share is refunded."""

    __tablename__ = "cancellation_step"
    __table_args__ = (
        sa.CheckConstraint("days >= 0", name="days"),
        sa.CheckConstraint("percent BETWEEN 0 AND 100", name="percent"),
    )

    days: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    percent: Mapped[int]


class HouseAd(Base):
    """Our own ad for an empty sponsor slot."""

    __tablename__ = "house_ad"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(120))
    body: Mapped[str] = mapped_column(sa.Text)
    link: Mapped[str] = mapped_column(sa.String(1000))

    active: Mapped[bool] = mapped_column(default=True)
    """Offered for empty slots; an ad that has run is retired, never deleted."""
