"""What leaves the app after a commit (mail, outgoing webhooks), and the record of who did what."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from booking.domain.states import Actor, OutboxKind, OutboxState
from booking.models.base import Base, UtcDateTime, labelled


class OutboxMessage(Base):
    """One message to send, written in the transaction that it tells about."""

    __tablename__ = "outbox"
    __table_args__ = (sa.CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name="sent_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)

    dedupe_key: Mapped[str] = mapped_column(sa.String(200), unique=True)
    """What it is about, deadline included: the same news is sent once."""

    kind: Mapped[OutboxKind] = mapped_column(labelled(OutboxKind), default=OutboxKind.MAIL)

    recipient: Mapped[str] = mapped_column(sa.String(500))
    """An e-mail address, or the URL of a webhook."""

    subject: Mapped[str] = mapped_column(sa.String(200))
    """The news itself; for a webhook, its event type."""

    body: Mapped[str] = mapped_column(sa.Text)

    message_id: Mapped[str] = mapped_column(sa.String(200), unique=True)
    """Stable, so that a mail sent twice after a crash is recognised as one."""

    state: Mapped[OutboxState] = mapped_column(labelled(OutboxState), default=OutboxState.WAITING, index=True)

    secret: Mapped[bool] = mapped_column(default=False)
    """Its body opens a door (a sign-in link): never shown in logs or on the desk."""

    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    claimed_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    next_try_at: Mapped[datetime] = mapped_column(UtcDateTime)
    tries: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_error: Mapped[str] = mapped_column(sa.String(400), default="")


class AuditEntry(Base):
    """One thing that somebody did, readable as a sentence. Append-only."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    actor: Mapped[Actor] = mapped_column(labelled(Actor))
    actor_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))

    action: Mapped[str] = mapped_column(sa.String(60))
    """A short verb phrase to filter by, such as ``issue.freeze``."""

    subject: Mapped[str] = mapped_column(sa.String(80))
    """What it was done to, such as ``issue 475`` or ``order 8KQ2``."""

    sentence: Mapped[str] = mapped_column(sa.String(500))
    details: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON)
