"""What tests of the desk's pages share: what every field is tried with, and what the log says."""

from __future__ import annotations

import sqlalchemy as sa

from booking.db import db
from booking.models import AuditEntry

HOSTILE = (
    "",
    "x" * 900,
    "Ünïcödé — 日本語 \u202eright 👩‍👩‍👧‍👧🏳️‍🌈 <script>alert(1)</script> '; DROP TABLE slot; --",
    "\x00\x1b\ud7ff",
    "-1",
    "1e9",
    "9" * 30,
    "9999-12-31",
)
"""What every field is tried with."""


def said() -> list[str]:
    """The sentences of the log, newest first."""
    return list(db.session.scalars(sa.select(AuditEntry.sentence).order_by(AuditEntry.id.desc())))
