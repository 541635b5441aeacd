"""The record of who did what, in sentences. Append-only: people stand in it by id, never by name or address."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from booking.db import db
from booking.domain.states import Actor
from booking.models import AuditEntry


def record(  # noqa: PLR0913 - a line of the log has these columns, and a dataclass around them would say no more
    actor: Actor,
    actor_id: int | None,
    action: str,
    subject: str,
    sentence: str,
    now: datetime,
    details: dict[str, Any] | None = None,
) -> None:
    """Write one line in the transaction of the act it is about; commits nothing.

    `action` is a short verb phrase to filter by ("issue.freeze"), `subject` what it was done to ("issue 475"). The
    sentence and `details` must hold no names or addresses of people: nobody could erase them.
    """
    entry = AuditEntry(
        at=now,
        actor=actor,
        actor_id=actor_id,
        action=action[:60],
        subject=subject[:80],
        sentence=sentence[:500],
        details=details,
    )
    db.session.add(entry)
