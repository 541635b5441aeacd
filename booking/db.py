"""The one session, and the one way to write: a transaction that takes its turn, is retried whole, and commits once.

SQLite lets one process write at a time and its own waiting is a lottery (each waiter sleeps and tries again), so
writers queue on a file lock first. PostgreSQL needs neither and gets neither.
"""

from __future__ import annotations

import fcntl
import functools
import os
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, ParamSpec, TypeVar

import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError

from booking.models import Base

P = ParamSpec("P")
R = TypeVar("R")

db = SQLAlchemy(metadata=Base.metadata)

_acting: ContextVar[Connection | None] = ContextVar("acting", default=None)
"""The connection of the act that runs now: asking the session for it costs as much as a short statement."""

TRIES = 6
# 40001 serialization_failure and 40P01 deadlock_detected: PostgreSQL manual, appendix A.
RETRYABLE_SQLSTATES = frozenset({"40001", "40P01"})


def prepare(engine: Engine) -> None:
    """Give every connection of a SQLite engine the settings that its promises rest on; PostgreSQL is left as it is."""
    if engine.dialect.name != "sqlite":
        return

    @sa.event.listens_for(engine, "connect")
    def settings(dbapi_connection: Any, _record: Any) -> None:
        # The driver would otherwise begin transactions on its own, late and deferred.
        dbapi_connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "busy_timeout=10000"):
            dbapi_connection.execute(f"PRAGMA {pragma}")

    @sa.event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writing = connection.get_execution_options().get("writing", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


@contextmanager
def turn_to_write(engine: Engine) -> Iterator[None]:
    """Wait for this process's and thread's turn to write to a SQLite file; immediate on anything else."""
    path = engine.url.database
    if engine.dialect.name != "sqlite" or not path or path == ":memory:":
        yield
        return
    descriptor = os.open(f"{path}-turn", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def worth_another_try(error: DBAPIError) -> bool:
    """Whether the database refused for a passing reason: a lost race between transactions, or a busy SQLite file."""
    sqlstate = getattr(error.orig, "sqlstate", None)
    return sqlstate in RETRYABLE_SQLSTATES or getattr(error.orig, "sqlite_errorname", "").startswith("SQLITE_BUSY")


def run(statement: sa.Executable, values: Any = None) -> sa.CursorResult[*tuple[Any, ...]]:
    """Run a statement past the session, on the connection of the act: for what every buyer waits for.

    Objects that were changed are not written first, and objects that were read are not told of what changed.
    """
    connection = _acting.get() or db.session.connection()
    return connection.execute(statement, values)


def insert_new(model: type[Base], **values: Any) -> bool:
    """Insert a row unless its unique key is there already; whether it was inserted. Both databases decide it alone."""
    db.session.flush()
    return run(insert_unless_there(model, db.engine.dialect.name), values).rowcount > 0


@functools.cache
def insert_unless_there(model: type[Base], dialect: str) -> sqlite.Insert | postgresql.Insert:
    """The statement of `insert_new`, built once for each table: building it costs more than running it."""
    if dialect == "sqlite":
        return sqlite.insert(model).on_conflict_do_nothing()
    return postgresql.insert(model).on_conflict_do_nothing()


def run_alone(statement: sa.Executable, values: Any = None) -> None:
    """Run one statement as a transaction of its own, past the session: half of what an act of one statement costs.

    It is retried as an act is, and like an act it does not nest.
    """
    if _acting.get() is not None:
        raise RuntimeError("A statement that commits on its own cannot run inside an act.")

    def once() -> None:
        with db.engine.connect() as connection, connection.execution_options(writing=True).begin():
            connection.execute(statement, values)

    _until_settled(once)


def transaction(act: Callable[P, R]) -> Callable[P, R]:
    """Run a service as one transaction: all of it is committed once, or none of it happened.

    What was read before is forgotten first, so that the act decides on rows read under its own transaction.
    A passing refusal (see ``worth_another_try``) runs the whole act again; anything else rolls back and is raised.
    Acts do not nest: the inner one would commit half of the outer.
    """

    @functools.wraps(act)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        if _acting.get() is not None:
            raise RuntimeError(f"{act.__qualname__} commits on its own and cannot run inside another act.")
        db.session.rollback()
        return _until_settled(lambda: _whole(lambda: act(*args, **kwargs)))

    return run


def _whole(act: Callable[[], R]) -> R:
    session = db.session()
    acting = _acting.set(session.connection(execution_options={"writing": True}))
    try:
        result = act()
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        _acting.reset(acting)
    return result


def _until_settled(write: Callable[[], R]) -> R:
    for left in reversed(range(TRIES)):
        try:
            with turn_to_write(db.engine):
                return write()
        except DBAPIError as error:
            if left == 0 or not worth_another_try(error):
                raise
            time.sleep(random.uniform(0.005, 0.05) * (TRIES - left))
    raise AssertionError("unreachable: the last try returns or raises")
