"""Who uses the app: advertisers, the users who sign in for them, and what lets a user in."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from booking.domain.states import Role
from booking.models.base import Base, UtcDateTime, labelled


class Advertiser(Base):
    """The organisation that buys; pages call it sponsor or recruiter."""

    __tablename__ = "advertiser"

    id: Mapped[int] = mapped_column(primary_key=True)

    name: Mapped[str] = mapped_column(sa.String(120))
    """The company's name as it stands in headings and on insertion orders."""

    vat_number: Mapped[str] = mapped_column(sa.String(40), default="")
    """As the company last gave it; each order keeps its own copy."""

    may_pay_by_invoice: Mapped[bool] = mapped_column(default=False)
    """The editor trusts this advertiser to pay later."""

    may_be_named: Mapped[bool] = mapped_column(default=False)
    """They agreed to stand in the public list of past sponsors."""

    notes: Mapped[str] = mapped_column(sa.Text, default="")
    """The editor's own notes; never shown to the advertiser."""

    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When their personal data was erased on request; orders stay, as book-keeping law asks."""

    users: Mapped[list[User]] = relationship(secondary="membership", back_populates="advertisers")


class User(Base):
    """A person who signs in with a link sent to their e-mail address."""

    __tablename__ = "user"
    __table_args__ = (sa.CheckConstraint("email = lower(email)", name="email_lower"),)

    id: Mapped[int] = mapped_column(primary_key=True)

    email: Mapped[str] = mapped_column(sa.String(254), unique=True)
    """Lower case, so that one mailbox is one user. 254 characters: RFC 5321, section 4.5.3.1.3."""

    name: Mapped[str] = mapped_column(sa.String(120), default="")
    role: Mapped[Role] = mapped_column(labelled(Role))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    advertisers: Mapped[list[Advertiser]] = relationship(secondary="membership", back_populates="users")


class Membership(Base):
    """A user who acts for an advertiser."""

    __tablename__ = "membership"

    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"), primary_key=True)
    advertiser_id: Mapped[int] = mapped_column(sa.ForeignKey("advertiser.id"), primary_key=True, index=True)


class SignInLink(Base):
    """A one-time link to sign in: its GET shows a button, its POST uses it up."""

    __tablename__ = "sign_in_link"

    token_hash: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    """sha256 of the token: a leaked database opens no door."""

    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)

    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Set by the one UPDATE that may; a second use finds it set."""

    next_path: Mapped[str] = mapped_column(sa.String(200), default="")
    """Where to go after signing in, a path of this site."""


class LoginSession(Base):
    """One browser that is signed in; the user sees these and can end each."""

    __tablename__ = "login_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"), index=True)
    user_agent: Mapped[str] = mapped_column(sa.String(200), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    user: Mapped[User] = relationship()


class ApiToken(Base):
    """A key with which another program reads approved copy."""

    __tablename__ = "api_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(80))
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
