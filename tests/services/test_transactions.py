"""What every act rests on: one commit, no nesting, and another try after a passing refusal."""

from __future__ import annotations

import time

import pytest
import sqlalchemy as sa
from flask_sqlalchemy.session import Session
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import scoped_session

from booking.db import db, insert_new, one_connection, read, run, run_alone, transaction
from booking.models import User
from booking.prepared import Prepared
from tests.support.databases import Database
from tests.support.factories import NOW

NEW = Prepared(sa.insert(User))
ADDRESSES = Prepared(sa.select(User.email))


def row(email: str) -> dict[str, object]:
    return {"email": email, "name": "", "role": "advertiser", "created_at": NOW}


def users(session: scoped_session[Session]) -> list[str]:
    return list(session.scalars(sa.select(User.email).order_by(User.email)))


def test_a_statement_alone_is_committed(session: scoped_session[Session]) -> None:
    run_alone(NEW, row("press@example.com"))
    session.rollback()
    assert users(session) == ["press@example.com"]


def test_of_two_rows_with_one_key_the_first_is_written_and_said_to_be(session: scoped_session[Session]) -> None:
    @transaction
    def write(name: str) -> bool:
        return insert_new(User, **{**row("press@example.com"), "name": name})

    assert [write("Ada"), write("Grace")] == [True, False]
    assert session.scalars(sa.select(User.name)).all() == ["Ada"]


@transaction
def fail() -> None:
    run(NEW, row("desk@example.com"))
    raise LookupError


def test_an_act_that_fails_leaves_nothing(session: scoped_session[Session]) -> None:
    with pytest.raises(LookupError):
        fail()
    assert users(session) == []


def test_an_act_after_a_statement_alone_is_a_transaction_again(session: scoped_session[Session]) -> None:
    session.remove()
    # A pool of one connection, so that the act gets the same.
    db.engine.dispose()
    run_alone(NEW, row("press@example.com"))
    with pytest.raises(LookupError):
        fail()
    assert users(session) == ["press@example.com"]


@pytest.mark.parametrize("inner", [lambda: run_alone(NEW, row("b@example.com")), transaction(lambda: None)])
def test_what_commits_on_its_own_does_not_run_inside_an_act(inner: object, session: scoped_session[Session]) -> None:
    @transaction
    def outer() -> None:
        run(NEW, row("a@example.com"))
        assert callable(inner)
        inner()

    with pytest.raises(RuntimeError, match="cannot run inside"):
        outer()
    assert users(session) == []


class Passing(Exception):
    """As PostgreSQL refuses one of two transactions that met."""

    sqlstate = "40001"


def test_a_passing_refusal_runs_the_whole_act_again(
    session: scoped_session[Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)
    tries: list[str] = []

    @transaction
    def act() -> None:
        tries.append("again")
        run(NEW, row("press@example.com"))
        if len(tries) < 3:
            raise DBAPIError("", None, Passing())

    act()
    assert (len(tries), users(session)) == (3, ["press@example.com"])


def test_a_refusal_that_will_not_pass_is_raised_at_once(session: scoped_session[Session]) -> None:
    tries: list[str] = []

    @transaction
    def act() -> None:
        tries.append("once")
        run(NEW, row("press@example.com"))
        run(NEW, row("press@example.com"))

    with pytest.raises(DBAPIError):
        act()
    assert (len(tries), users(session)) == (1, [])


def test_a_server_that_hung_up_meanwhile_is_called_again(session: scoped_session[Session], database: Database) -> None:
    if database.dialect == "sqlite":
        pytest.skip("a file hangs up on nobody")
    pid = session.scalar(sa.text("SELECT pg_backend_pid()"))
    session.rollback()
    with sa.create_engine(database.url, poolclass=sa.NullPool).connect() as other:
        assert other.scalar(sa.text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})
    run_alone(NEW, row("press@example.com"))
    assert users(session) == ["press@example.com"]


def test_what_is_done_on_one_connection_takes_one_from_the_pool(session: scoped_session[Session]) -> None:
    session.remove()
    taken: list[object] = []

    def note(connection: object, *_: object) -> None:
        taken.append(connection)

    sa.event.listen(db.engine, "checkout", note)
    try:
        with one_connection():
            assert read(ADDRESSES) == []
            run_alone(NEW, row("press@example.com"))
            with pytest.raises(LookupError):
                fail()
            assert len(read(ADDRESSES)) == 1
    finally:
        sa.event.remove(db.engine, "checkout", note)
    assert len(taken) == 1
