"""Signing in without a password: a one-time link by mail opens a session, which can be seen and ended again."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from booking.db import db, transaction
from booking.domain.errors import LinkExpired, LinkUsed, NotFound
from booking.domain.states import Actor, Role
from booking.models import LoginSession, SignInLink, User
from booking.services import audit, letters, outbox
from booking.services.queries.people import Viewer, hashed, viewer_with

LINK_LASTS = timedelta(minutes=15)

SESSION_LASTS = timedelta(days=30)
"""A browser that was not seen for so long must sign in again; Config.PERMANENT_SESSION_LIFETIME is the cookie's."""

SEEN_EVERY = timedelta(hours=1)
"""How exact "last seen" is: a write for every page would make every reader a writer."""

KEPT = timedelta(days=30)
"""How long links and sessions that no longer open anything are kept, so that a late click gets a helpful answer."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """What a used link gives the browser: the token of its new session, and where to go (a path, may be empty)."""

    token: str
    next_path: str
    role: Role


@transaction
def send_link(email: str, next_path: str, now: datetime) -> None:
    """Mail a one-time link to the user with this address (in its stored form); nothing happens when there is none.

    The caller cannot tell which it was, so nobody can find out who has an account.
    """
    user = db.session.scalars(sa.select(User).where(User.email == email, User.erased_at.is_(None))).one_or_none()
    if user is not None:
        token = _new_link(user, next_path, now)
        minutes = LINK_LASTS // timedelta(minutes=1)
        outbox.post(letters.sign_in(user, token, minutes), f"sign-in:{hashed(token)}", now)


def _new_link(user: User, next_path: str, now: datetime) -> str:
    token = secrets.token_urlsafe(32)
    db.session.add(
        SignInLink(
            token_hash=hashed(token),
            user_id=user.id,
            created_at=now,
            expires_at=now + LINK_LASTS,
            next_path=next_path,
        )
    )
    return token


def address_of_link(token: str, now: datetime) -> str:
    """The address that a link signs in, without using it up. Raises LinkUsed or LinkExpired."""
    live = SignInLink.used_at.is_(None), SignInLink.expires_at > now, User.erased_at.is_(None)
    email = db.session.scalar(
        sa.select(User.email)
        .join(SignInLink, SignInLink.user_id == User.id)
        .where(SignInLink.token_hash == hashed(token), *live)
    )
    if email is None:
        raise _why_dead(token)
    return email


def _why_dead(token: str) -> LinkUsed | LinkExpired:
    used = db.session.scalar(sa.select(SignInLink.used_at).where(SignInLink.token_hash == hashed(token)))
    return LinkUsed() if used else LinkExpired()


@transaction
def use_link(token: str, user_agent: str, now: datetime) -> SignedIn:
    """Use a link up and open a session. Raises LinkUsed or LinkExpired; of two clicks at once only one gets in."""
    row = db.session.execute(
        sa.update(SignInLink)
        .where(SignInLink.token_hash == hashed(token), SignInLink.used_at.is_(None), SignInLink.expires_at > now)
        .values(used_at=now)
        .returning(SignInLink.user_id, SignInLink.next_path)
    ).one_or_none()
    if row is None:
        raise _why_dead(token)
    user = db.session.get_one(User, row.user_id)
    return SignedIn(_open_session(user, user_agent, now), row.next_path, user.role)


@transaction
def sign_in_directly(user_id: int, user_agent: str, now: datetime) -> SignedIn:
    """Open a session without a link; only for the pages of development. Raises NotFound."""
    user = db.session.get(User, user_id)
    if user is None or user.erased_at is not None:
        raise NotFound("user")
    return SignedIn(_open_session(user, user_agent, now), "", user.role)


def _open_session(user: User, user_agent: str, now: datetime) -> str:
    token = secrets.token_urlsafe(32)
    db.session.add(
        LoginSession(
            token_hash=hashed(token),
            user_id=user.id,
            user_agent="".join(filter(str.isprintable, user_agent))[:200],
            created_at=now,
            last_seen_at=now,
        )
    )
    return token


def viewer_of(token: str, now: datetime) -> Viewer | None:
    """The signed-in user of the browser that holds `token`, noting about once an hour that it was seen."""
    viewer = viewer_with(token, seen_after=now - SESSION_LASTS)
    if viewer is not None and viewer.last_seen_at <= now - SEEN_EVERY:
        _seen(viewer.session_id, now)
    return viewer


@transaction
def _seen(session_id: int, now: datetime) -> None:
    db.session.execute(sa.update(LoginSession).where(LoginSession.id == session_id).values(last_seen_at=now))


@transaction
def end_session(user_id: int, session_id: int, now: datetime) -> None:
    """End one session of this user; a second click changes nothing. Raises NotFound for anybody else's."""
    mine = LoginSession.id == session_id, LoginSession.user_id == user_id
    if db.session.scalar(sa.select(LoginSession.id).where(*mine)) is None:
        raise NotFound("session")
    db.session.execute(sa.update(LoginSession).where(*mine, LoginSession.revoked_at.is_(None)).values(revoked_at=now))


@transaction
def end_other_sessions(user_id: int, session_id: int, now: datetime) -> None:
    """End every session of this user but the one they are using."""
    others = LoginSession.user_id == user_id, LoginSession.id != session_id, LoginSession.revoked_at.is_(None)
    db.session.execute(sa.update(LoginSession).where(*others).values(revoked_at=now))


@transaction
def make_editor(email: str, now: datetime) -> bool:
    """Make the user with this address (in its stored form) an editor, new or known; whether anything changed."""
    user = db.session.scalars(sa.select(User).where(User.email == email)).one_or_none()
    if user is not None and user.role is Role.EDITOR:
        return False
    if user is None:
        user = User(email=email, role=Role.EDITOR, created_at=now)
        db.session.add(user)
    user.role = Role.EDITOR
    db.session.flush()
    audit.record(Actor.SYSTEM, None, "editor.add", f"user {user.id}", f"Made user {user.id} an editor.", now)
    return True


@transaction
def forget_old(now: datetime) -> int:
    """Delete links and sessions that have opened nothing for a month; returns how many."""
    ended = sa.or_(LoginSession.revoked_at < now - KEPT, LoginSession.last_seen_at < now - SESSION_LASTS - KEPT)
    statements = sa.delete(SignInLink).where(SignInLink.expires_at < now - KEPT), sa.delete(LoginSession).where(ended)
    # A DELETE answers with a cursor's result, which the type of execute does not say.
    return sum(db.session.execute(statement).rowcount for statement in statements)  # type: ignore[attr-defined]
