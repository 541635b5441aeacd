"""Signing in without a password: a one-time link by mail opens a session, which can be seen and ended again."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from booking.db import db, transaction
from booking.models import LoginSession
from booking.services.queries.people import Viewer, viewer_with

SESSION_LASTS = timedelta(days=30)
"""A browser that was not seen for so long must sign in again; Config.PERMANENT_SESSION_LIFETIME is the cookie's."""

SEEN_EVERY = timedelta(hours=1)
"""How exact "last seen" is: a write for every page would make every reader a writer."""


def viewer_of(token: str, now: datetime) -> Viewer | None:
    """The signed-in user of the browser that holds `token`, noting about once an hour that it was seen."""
    viewer = viewer_with(token, seen_after=now - SESSION_LASTS)
    if viewer is not None and viewer.last_seen_at <= now - SEEN_EVERY:
        _seen(viewer.session_id, now)
    return viewer


@transaction
def _seen(session_id: int, now: datetime) -> None:
    db.session.execute(sa.update(LoginSession).where(LoginSession.id == session_id).values(last_seen_at=now))
