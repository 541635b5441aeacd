"""The newsletter's settings as every page needs them: its name in the heading, its zone for every time."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import sqlalchemy as sa

from booking.db import read
from booking.models import Newsletter
from booking.prepared import Prepared


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
    rows = read(_statement())
    return Settings(*rows[0]) if rows else Settings()


@functools.lru_cache(maxsize=1)
def _statement() -> Prepared:
    columns = Newsletter.__table__.c
    return Prepared(sa.select(*(columns[name] for name in Settings.__slots__)).where(columns.id == 1))
