"""Erasing a person: everything that names them goes, and what book-keeping law asks for stays without their name.

Orders, payments and refunds stay with the company's name and VAT number, which invoices must show; German law, as the
strictest that was looked at, keeps them ten years (HGB section 257). Append-only tables know people by id alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

import sqlalchemy as sa

from booking.db import db, transaction
from booking.domain.counted import counted
from booking.domain.errors import Kind, NotFound, Refusal
from booking.domain.states import Actor, Role
from booking.models import (
    Advertiser,
    CheckoutAttempt,
    Creative,
    LoginSession,
    Membership,
    Order,
    OutboxMessage,
    SignInLink,
    User,
)
from booking.services import audit
from booking.services.queries.account import weeks_to_come


@dataclass(eq=False)
class WeeksToCome(Refusal):
    """Somebody with weeks that have not run cannot be erased: nobody could be told about them."""

    kind: ClassVar[Kind] = "conflict"
    says: ClassVar[str] = (
        "You have {weeks} booked that did not run yet. Cancel what you do not want, or erase your data afterwards."
    )
    weeks: str


@dataclass(eq=False)
class LastEditor(Refusal):
    """Without an editor nobody could reach the desk."""

    kind: ClassVar[Kind] = "conflict"
    says: ClassVar[str] = "You are the only editor. Make somebody else an editor first."


@transaction
def erase(user_id: int, now: datetime) -> None:
    """Erase what is stored about this user and end all their sessions. Raises WeeksToCome, LastEditor or NotFound."""
    user = db.session.get(User, user_id)
    if user is None or user.erased_at is not None:
        raise NotFound("user")
    _refuse_too_early(user)
    alone = _advertisers_of_nobody_else(user_id)
    written_to = {user.email, *db.session.scalars(sa.select(Order.buyer_email).where(Order.user_id == user_id))} - {""}
    orders = sa.select(Order.id).where(Order.user_id == user_id)
    for statement in (
        sa.update(Order).where(Order.user_id == user_id).values(buyer_name="", buyer_email=""),
        # Asked of Stripe only for a hold that still stands, and there is none left.
        sa.update(CheckoutAttempt).where(CheckoutAttempt.order_id.in_(orders)).values(params={}),
        sa.update(Creative).where(Creative.advertiser_id.in_(alone)).values(draft=sa.null()),
        sa.update(Advertiser)
        .where(Advertiser.id.in_(alone))
        .values(notes="", may_be_named=False, may_pay_by_invoice=False, erased_at=now),
        sa.delete(Membership).where(Membership.user_id == user_id),
        sa.delete(OutboxMessage).where(OutboxMessage.recipient.in_(written_to)),
        sa.delete(LoginSession).where(LoginSession.user_id == user_id),
        sa.delete(SignInLink).where(SignInLink.user_id == user_id),
    ):
        db.session.execute(statement.execution_options(synchronize_session=False))
    # RFC 2606 keeps .invalid from ever being anybody's.
    user.email, user.name, user.erased_at = f"erased-{user_id}@erased.invalid", "", now
    audit.record(Actor.ADVERTISER, user_id, "user.erase", f"user {user_id}", f"User {user_id} erased their data.", now)


def _refuse_too_early(user: User) -> None:
    weeks = weeks_to_come(user.id)
    if weeks:
        raise WeeksToCome(counted(weeks, "week"))
    editors = sa.select(sa.func.count()).select_from(User).where(User.role == Role.EDITOR, User.erased_at.is_(None))
    if user.role is Role.EDITOR and db.session.scalar(editors) == 1:
        raise LastEditor


def _advertisers_of_nobody_else(user_id: int) -> list[int]:
    others = sa.select(Membership.advertiser_id).where(Membership.user_id != user_id)
    mine = sa.select(Membership.advertiser_id).where(Membership.user_id == user_id)
    return list(db.session.scalars(mine.where(Membership.advertiser_id.not_in(others))))
