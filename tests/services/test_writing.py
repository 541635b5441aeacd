"""Rows that belong together: all of them or none, in as few statements as the database takes."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask_sqlalchemy.session import Session
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import scoped_session

from booking.db import transaction
from booking.domain.states import Role
from booking.models import Advertiser, Membership, User
from booking.services.writing import Row, write
from tests.support.databases import Database
from tests.support.factories import NOW
from tests.support.statements import heard

writing = transaction(write)


def user(number: int, email: str = "") -> Row:
    address = email or f"press-{number}@example.com"
    return User, {"id": number, "email": address, "role": Role.ADVERTISER, "created_at": NOW}


def people(*numbers: int) -> list[Row]:
    """So many users, each of whom acts for an advertiser of their own; nothing is said of what has a default."""
    advertisers = [(Advertiser, {"id": nth, "name": f"Firm {nth}", "created_at": NOW}) for nth in numbers]
    return [
        *map(user, numbers),
        *advertisers,
        *((Membership, {"user_id": nth, "advertiser_id": nth}) for nth in numbers),
    ]


@pytest.mark.parametrize("number", [1, 3], ids=["one", "several"])
def test_rows_that_refer_to_each_other_are_written_with_their_defaults(
    session: scoped_session[Session], number: int
) -> None:
    numbers = range(1, number + 1)
    writing(people(*numbers))
    found = session.execute(
        sa.select(User.email, Advertiser.name, Advertiser.vat_number, Advertiser.may_pay_by_invoice)
        .join_from(User, Membership, Membership.user_id == User.id)
        .join(Advertiser)
        .order_by(User.id)
    ).all()
    assert [tuple(row) for row in found] == [(f"press-{nth}@example.com", f"Firm {nth}", "", False) for nth in numbers]


def test_they_are_one_statement_where_the_database_takes_it(
    session: scoped_session[Session], database: Database
) -> None:
    asked: list[str] = []
    with heard(asked.append):
        writing(people(1, 2))
    assert len(asked) == (1 if database.dialect == "postgresql" else 6)


def test_one_row_that_is_refused_leaves_none_of_the_others(session: scoped_session[Session]) -> None:
    writing(people(1))
    with pytest.raises(IntegrityError):
        writing([*people(2), user(3, "press-1@example.com")])
    assert session.scalars(sa.select(User.id)).all() == [1]


def test_nothing_is_written_of_no_rows(session: scoped_session[Session]) -> None:
    asked: list[str] = []
    with heard(asked.append):
        writing([])
    assert asked == []
