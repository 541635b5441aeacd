"""Keys with which other programs read approved copy. Only their hashes are stored; a key is shown once."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from hashlib import sha256

import sqlalchemy as sa

from booking.db import db, transaction
from booking.domain.errors import NotFound
from booking.models import ApiToken
from booking.services import audit
from booking.services.booking_steps import By
from booking.services.places import changed

NOTED_EVERY = timedelta(hours=1)
"""How exactly the last use is known: a row written at every request would make reading slow."""


@transaction
def make_token(name: str, by: By) -> str:
    """Make a key for the program of this name, and return it: the only time that it can be read."""
    token = secrets.token_urlsafe(32)
    db.session.add(ApiToken(name=name.strip()[:80], token_hash=_hashed(token), created_at=by.now))
    audit.record(by.actor, by.user_id, "token.make", "api", f"Made a key for {name.strip()[:80]}.", by.now)
    return token


@transaction
def revoke_token(token_id: int, by: By) -> None:
    """End a key; a second click changes nothing. Raises NotFound."""
    token = db.session.get(ApiToken, token_id)
    if token is None:
        raise NotFound("key")
    if token.revoked_at is None:
        token.revoked_at = by.now
        audit.record(by.actor, by.user_id, "token.revoke", "api", f"Ended the key of {token.name}.", by.now)


def lets_in(token: str, now: datetime) -> bool:
    """Whether this key works."""
    row = db.session.execute(
        sa.select(ApiToken.id, ApiToken.last_used_at).where(
            ApiToken.token_hash == _hashed(token), ApiToken.revoked_at.is_(None)
        )
    ).one_or_none()
    if row is None:
        return False
    if row.last_used_at is None or row.last_used_at <= now - NOTED_EVERY:
        _note_use(row.id, now)
    return True


@transaction
def _note_use(token_id: int, now: datetime) -> None:
    changed(sa.update(ApiToken).where(ApiToken.id == token_id).values(last_used_at=now))


def _hashed(token: str) -> str:
    # Long and random, so a plain hash needs no salt.
    return sha256(token.encode()).hexdigest()
