"""Prepared statements do what SQLAlchemy would have done with them, in values, rows and errors."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
import sqlalchemy as sa
from flask_sqlalchemy.session import Session
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import scoped_session

from booking.db import read, run, transaction
from booking.domain.states import Role
from booking.models import Advertiser, FoundBlock, User
from booking.prepared import Prepared
from tests.support.databases import Database
from tests.support.factories import NOW
from tests.support.statements import heard

NEW_USER = Prepared(sa.insert(User).returning(User.id))


def user(email: str = "press@example.com", at: datetime = NOW) -> dict[str, Any]:
    return {"email": email, "name": "Ada", "role": Role.ADVERTISER, "created_at": at}


add = transaction(lambda values: read(NEW_USER, values))


def test_values_are_turned_on_their_way_in_and_out(session: scoped_session[Session]) -> None:
    elsewhere = datetime(2026, 3, 1, 9, tzinfo=timezone(timedelta(hours=5)))
    ((user_id,),) = add(user(at=elsewhere))
    whole = sa.select(User.id, User.role, User.created_at, User.erased_at)
    assert session.execute(whole).all() == [(user_id, Role.ADVERTISER, elsewhere, None)]
    ((_, role, at, _),) = read(Prepared(whole.where(User.created_at == sa.bindparam("at"))), {"at": elsewhere})
    assert (role, type(role), at, at.tzinfo) == (Role.ADVERTISER, Role, elsewhere, UTC)


def test_a_new_row_has_the_defaults_of_what_is_not_said(session: scoped_session[Session]) -> None:
    sent: list[str] = []
    into = Prepared(sa.insert(Advertiser))
    write = transaction(lambda values: run(into, values))
    with heard(sent.append):
        assert write({"name": "Acme", "created_at": NOW}) == 1
    assert write({"name": "Bell", "created_at": NOW, "notes": "Pays late.", "may_be_named": True}) == 1
    found = session.execute(
        sa.select(Advertiser.name, Advertiser.notes, Advertiser.may_be_named).order_by(Advertiser.id)
    ).all()
    assert found == [("Acme", "", False), ("Bell", "Pays late.", True)]
    assert "RETURNING" not in sent[0]


def test_it_says_how_many_rows_it_changed(session: scoped_session[Session]) -> None:
    for nth in range(3):
        add(user(f"press-{nth}@example.com"))
    rename = Prepared(sa.update(User).where(User.email != sa.bindparam("but")).values(name=sa.bindparam("called")))
    write = transaction(lambda: run(rename, {"but": "press-1@example.com", "called": "Grace"}))
    assert write() == 2
    assert session.scalars(sa.select(User.name).order_by(User.id)).all() == ["Grace", "Ada", "Grace"]


def test_a_list_of_its_own_is_prepared_and_one_that_is_given_is_not(session: scoped_session[Session]) -> None:
    add(user())
    own = sa.select(User.name).where(User.created_at.in_((NOW, NOW - timedelta(days=1))))
    assert read(Prepared(own)) == [("Ada",)]
    given = sa.select(User.name).where(User.id.in_(sa.bindparam("ids", expanding=True)))
    with pytest.raises(ValueError, match="list of any length"):
        read(Prepared(given), {"ids": [1]})


def test_a_default_that_is_worked_out_for_each_row_is_not_prepared(session: scoped_session[Session]) -> None:
    write = transaction(lambda: run(Prepared(sa.insert(FoundBlock)), {"issue_item_id": 1, "place": "jobs"}))
    with pytest.raises(ValueError, match="worked out for each row"):
        write()


def test_what_is_not_given_is_asked_for(session: scoped_session[Session]) -> None:
    with pytest.raises(sa.exc.InvalidRequestError, match="email"):
        read(Prepared(sa.select(User.id).where(User.email == sa.bindparam("email"))))


def test_a_refusal_is_the_one_of_sqlalchemy(session: scoped_session[Session]) -> None:
    add(user())
    with pytest.raises(IntegrityError) as ours:
        add(user())
    with pytest.raises(IntegrityError) as theirs:
        session.execute(sa.insert(User), user())
    assert type(ours.value.orig) is type(theirs.value.orig)


def test_a_server_that_hangs_up_within_an_act_is_called_again_after_it(
    session: scoped_session[Session], database: Database
) -> None:
    if database.dialect == "sqlite":
        pytest.skip("a file hangs up on nobody")

    @transaction
    def act() -> None:
        ((pid,),) = read(Prepared(sa.select(sa.func.pg_backend_pid())))
        with sa.create_engine(database.url, poolclass=sa.NullPool).connect() as other:
            other.scalar(sa.text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})
        read(NEW_USER, user())

    with pytest.raises(DBAPIError) as refused:
        act()
    assert refused.value.connection_invalidated is True
    add(user())
    assert session.scalars(sa.select(User.name)).all() == ["Ada"]
