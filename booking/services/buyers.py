"""Who buys: the user and the advertiser behind an order, found or made in the order's own transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from booking.db import db
from booking.domain.states import Role
from booking.models import Advertiser, Membership, User


@dataclass(frozen=True, slots=True)
class Buyer:
    """What a buyer says of themselves; no account is needed first."""

    company: str
    name: str
    email: str
    vat_number: str = ""
    po_number: str = ""


def user_for(email: str, name: str, now: datetime) -> User:
    """The user with this address, made when it is new. A known user keeps the name they have."""
    address = email.strip().lower()
    user = db.session.scalars(sa.select(User).where(User.email == address)).one_or_none()
    if user is None:
        user = User(email=address, name=name, role=Role.ADVERTISER, created_at=now)
        db.session.add(user)
        db.session.flush()
    return user


def advertiser_for(user: User, buyer: Buyer, now: datetime) -> Advertiser:
    """The advertiser of this name that the user acts for, made when there is none.

    Only among the user's own: a company name proves nothing, so nobody joins somebody else's advertiser by typing it.
    """
    found = db.session.scalars(
        sa.select(Advertiser)
        .join(Membership, Membership.advertiser_id == Advertiser.id)
        .where(Membership.user_id == user.id, sa.func.lower(Advertiser.name) == buyer.company.lower())
        .order_by(Advertiser.id)
    ).first()
    if found is None:
        found = Advertiser(name=buyer.company, created_at=now)
        db.session.add(found)
        db.session.flush()
        db.session.add(Membership(user_id=user.id, advertiser_id=found.id))
    if buyer.vat_number:
        found.vat_number = buyer.vat_number
    db.session.flush()
    return found
