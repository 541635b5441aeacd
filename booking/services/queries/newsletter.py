"""The newsletter's settings as every page needs them: its name in the heading, its zone for every time."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from booking.db import db
from booking.models import Newsletter


@dataclass(frozen=True, slots=True)
class Settings:
    """The newsletter as pages and letters name it. The defaults stand in until the newsletter is set up."""

    name: str = "Newsletter bookings"
    tagline: str = ""
    editor_name: str = ""
    contact_email: str = ""
    zone: str = "UTC"
    currency: str = "usd"
    archive_url: str = ""
    policies: str = ""
    label_foot: bool = False
    utm_source: str = ""
    utm_medium: str = ""
    utm_campaign: str = ""


def settings() -> Settings:
    """Read the single row of settings; the defaults when there is none yet."""
    columns = [getattr(Newsletter, name) for name in Settings.__slots__]
    row = db.session.execute(sa.select(*columns).where(Newsletter.id == 1)).one_or_none()
    return Settings(*row) if row else Settings()
