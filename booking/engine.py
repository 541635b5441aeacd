"""What a connection needs before promises can rest on it: settings, turns to write, and a look at whether it stands.

SQLite lets one process write at a time and its own waiting is a lottery (each waiter sleeps and tries again), so
writers queue on a file lock first. PostgreSQL needs neither and gets neither.
"""

from __future__ import annotations

import fcntl
import os
import select
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import Enum, auto
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DBAPIError, InvalidatePoolError


class Work(Enum):
    """What a connection is wanted for."""

    READING = auto()
    WRITING = auto()
    READING_ONCE = auto()
    """One statement, which is a transaction by itself and needs no beginning and no end."""
    WRITING_ONCE = auto()


work: ContextVar[Work] = ContextVar("work", default=Work.READING)
"""What the transaction that begins now is for."""

WRITES = (Work.WRITING, Work.WRITING_ONCE)
ONCE = (Work.READING_ONCE, Work.WRITING_ONCE)

# Two that have read cannot both go on to write, so whoever will write says so at once.
BEGINNINGS = {Work.READING: "BEGIN", Work.WRITING: "BEGIN IMMEDIATE"}

# Everybody who waits for a file lock is woken when it is free, and all but one sleep again: one thread of each process
# waits for it, the others for that thread.
_one_of_us = threading.Lock()

# 40001 serialization_failure and 40P01 deadlock_detected: PostgreSQL manual, appendix A.
RETRYABLE_SQLSTATES = frozenset({"40001", "40P01"})


def prepare(engine: Engine) -> None:
    """Give connections what their promises rest on: SQLite its settings, PostgreSQL a look whether it hung up."""
    (_prepare_sqlite if engine.dialect.name == "sqlite" else _prepare_postgresql)(engine)


def _prepare_sqlite(engine: Engine) -> None:
    @sa.event.listens_for(engine, "connect")
    def settings(dbapi_connection: Any, _record: Any) -> None:
        # The driver would otherwise begin transactions on its own, late and deferred.
        dbapi_connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "busy_timeout=10000"):
            dbapi_connection.execute(f"PRAGMA {pragma}")

    def begin(dbapi_connection: Any) -> None:
        if beginning := BEGINNINGS.get(work.get()):
            dbapi_connection.execute(beginning)

    _begin_with(engine, begin)


def _prepare_postgresql(engine: Engine) -> None:
    """Replace a pooled connection whose server has hung up since it was last used, as after a restart.

    A server that hangs up says so, and one that has nothing to say is there: `pool_pre_ping` would ask it every time,
    which costs as much as a statement.
    """

    @sa.event.listens_for(engine, "checkout")
    def still_there(dbapi_connection: Any, _record: Any, _proxy: Any) -> None:
        heard = select.poll()
        heard.register(dbapi_connection.fileno(), select.POLLIN)
        if heard.poll(0):
            try:
                # It may have said something else.
                engine.dialect.do_ping(dbapi_connection)
            except engine.dialect.loaded_dbapi.Error as error:
                # All others have most likely ended, too.
                raise InvalidatePoolError from error

    def begin(pooled: Any) -> None:
        # Not by SQLAlchemy's isolation level, which is put back after every statement; and not on what the pool lends,
        # which passes on what is read of it but keeps what is set.
        driver, by_itself = pooled.driver_connection, work.get() in ONCE
        if driver.autocommit != by_itself:
            driver.autocommit = by_itself

    _begin_with(engine, begin)


def _begin_with(engine: Engine, begin: Callable[[Any], None]) -> None:
    # Not by an event: one listener on an engine has every statement ask four times who else listens.
    setattr(engine.dialect, "do_begin", begin)  # noqa: B010 - mypy sees a method, and this one engine's is replaced


@contextmanager
def turn_to_write(engine: Engine) -> Iterator[None]:
    """Wait for this process's and thread's turn to write to a SQLite file; immediate on anything else."""
    path = engine.url.database
    if engine.dialect.name != "sqlite" or not path or path == ":memory:":
        yield
        return
    with _one_of_us:
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
