"""Who is looking: the signed-in user of a browser, and what belongs to them."""

from __future__ import annotations

import functools
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

import sqlalchemy as sa

from booking.db import db, read
from booking.domain.states import Fallback, Role
from booking.models import Booking, LoginSession, Membership, Order, User
from booking.prepared import Prepared
from booking.services.buyers import Buyer


@dataclass(frozen=True, slots=True)
class Viewer:
    """A signed-in user, with what decides about access. Has the four members that Flask-Login asks for."""

    user_id: int
    email: str
    name: str
    role: Role
    session_id: int
    last_seen_at: datetime
    token: str
    advertiser_ids: tuple[int, ...] = ()

    is_authenticated = True
    is_active = True
    is_anonymous = False

    @property
    def is_editor(self) -> bool:
        """Whether the desk is theirs."""
        return self.role is Role.EDITOR

    def get_id(self) -> str:
        """The token of the browser's session, not the user's id: so that one session can be ended."""
        return self.token


def hashed(token: str) -> str:
    """The form in which a token is stored. Tokens are long and random, so a plain hash needs no salt."""
    return sha256(token.encode()).hexdigest()


def viewer_with(token: str, seen_after: datetime) -> Viewer | None:
    """The user whose browser holds this token, unless the session was ended or last seen before `seen_after`."""
    rows = read(_looking(), {"held": hashed(token), "seen_after": seen_after})
    if not rows:
        return None
    user_id, email, name, role, session_id, last_seen_at, _ = rows[0]
    return Viewer(
        user_id=user_id,
        email=email,
        name=name,
        role=role,
        session_id=session_id,
        last_seen_at=last_seen_at,
        token=token,
        advertiser_ids=tuple(member for *_, member in rows if member is not None),
    )


@functools.cache
def _looking() -> Prepared:
    """Every page of somebody who is signed in asks this."""
    users, sessions, members = (model.__table__ for model in (User, LoginSession, Membership))
    return Prepared(
        sa.select(
            users.c.id,
            users.c.email,
            users.c.name,
            users.c.role,
            sessions.c.id,
            sessions.c.last_seen_at,
            members.c.advertiser_id,
        )
        .join_from(users, sessions, sessions.c.user_id == users.c.id)
        .outerjoin(members, members.c.user_id == users.c.id)
        .where(
            sessions.c.token_hash == sa.bindparam("held"),
            sessions.c.revoked_at.is_(None),
            sessions.c.last_seen_at > sa.bindparam("seen_after"),
            users.c.erased_at.is_(None),
        )
    )


def advertiser_of_order(public_id: str) -> int | None:
    """The id of the advertiser whose order this is; None when there is no such order."""
    return db.session.scalar(sa.select(Order.advertiser_id).where(Order.public_id == public_id))


def bought_last(user_id: int | None, public_ids: Collection[str]) -> tuple[Buyer, Fallback] | None:
    """Who this user or this browser bought as the last time, without the PO number, which belongs to one order."""
    latest = db.session.execute(
        sa.select(Order.company, Order.buyer_name, Order.buyer_email, Order.vat_number, Booking.fallback)
        .join(Booking, Booking.order_id == Order.id)
        .where(sa.or_(Order.user_id == user_id, Order.public_id.in_(public_ids)))
        .order_by(Order.id.desc(), Booking.id)
        .limit(1)
    ).one_or_none()
    if latest is None:
        return None
    return Buyer(latest.company, latest.buyer_name, latest.buyer_email, latest.vat_number), latest.fallback
