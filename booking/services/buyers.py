"""Who buys: the user and the advertiser behind an order, found or made in the order's own transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from booking.db import read, run
from booking.domain.states import Role
from booking.models import Advertiser, Membership, User
from booking.prepared import Prepared
from booking.services.writing import Row


@dataclass(frozen=True, slots=True)
class Buyer:
    """What a buyer says of themselves; no account is needed first."""

    company: str
    name: str
    email: str
    vat_number: str = ""
    po_number: str = ""

    @property
    def address(self) -> str:
        """The e-mail address as users are known by it."""
        return self.email.strip().lower()


@dataclass(frozen=True, slots=True)
class Known:
    """A row that was found, or has just been made."""

    id: int
    is_new: bool


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose an order is: the user who buys, and the advertiser they act for."""

    user_id: int
    advertiser_id: int


# Statements that every order runs are built once: building them costs more than running them.
USER = Prepared(sa.select(User.id).where(User.email == sa.bindparam("email")))
ADVERTISERS = Prepared(
    sa.select(Advertiser.id, Advertiser.name, Advertiser.vat_number)
    .join(Membership, Membership.advertiser_id == Advertiser.id)
    .where(Membership.user_id == sa.bindparam("user_id"))
    .order_by(Advertiser.id)
)
NEW_USER = Prepared(sa.insert(User).returning(User.id))
NEW_ADVERTISER = Prepared(sa.insert(Advertiser).returning(Advertiser.id))
NEW_MEMBERSHIP = Prepared(sa.insert(Membership))
VAT_NUMBER = Prepared(
    sa.update(Advertiser).where(Advertiser.id == sa.bindparam("advertiser")).values(vat_number=sa.bindparam("number"))
)


def user_for(email: str, name: str, now: datetime) -> Known:
    """The user with this address (lower case), made when it is new. A known user keeps the name they have."""
    found = read(USER, {"email": email})
    return Known(found[0][0], is_new=False) if found else new_user(email, name, now)


def new_user(email: str, name: str, now: datetime) -> Known:
    """Make the user with this address (lower case)."""
    ((user_id,),) = read(NEW_USER, _user(email, name, now))
    return Known(user_id, is_new=True)


def newcomer(buyer: Buyer, owner: Owner, now: datetime) -> list[Row]:
    """The rows of a buyer whom nobody knew yet: a user, who acts for an advertiser of their own."""
    return [
        (User, {"id": owner.user_id, **_user(buyer.address, buyer.name, now)}),
        (Advertiser, {"id": owner.advertiser_id, **_advertiser(buyer, now)}),
        (Membership, {"user_id": owner.user_id, "advertiser_id": owner.advertiser_id}),
    ]


def advertiser_for(user: Known, buyer: Buyer, now: datetime) -> int:
    """The id of the advertiser of this name that the user acts for, made when there is none.

    Only among the user's own: a company name proves nothing, so nobody joins somebody else's advertiser by typing it.
    """
    own = [] if user.is_new else read(ADVERTISERS, {"user_id": user.id})
    # Compared here: lower() of SQLite, and of PostgreSQL in some locales, knows the letters of ASCII alone.
    found = next((row for row in own if row[1].casefold() == buyer.company.casefold()), None)
    if found is None:
        ((made,),) = read(NEW_ADVERTISER, _advertiser(buyer, now))
        run(NEW_MEMBERSHIP, {"user_id": user.id, "advertiser_id": made})
        return int(made)
    advertiser_id, _, vat_number = found
    if buyer.vat_number and buyer.vat_number != vat_number:
        run(VAT_NUMBER, {"advertiser": advertiser_id, "number": buyer.vat_number})
    return int(advertiser_id)


def _user(email: str, name: str, now: datetime) -> dict[str, Any]:
    return {"email": email, "name": name, "role": Role.ADVERTISER, "created_at": now}


def _advertiser(buyer: Buyer, now: datetime) -> dict[str, Any]:
    return {"name": buyer.company, "vat_number": buyer.vat_number, "created_at": now}
