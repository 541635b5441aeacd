"""The one session, and the one way to write: a transaction that takes its turn, is retried whole, and commits once."""

from __future__ import annotations

import functools
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar

from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError

from booking.engine import WRITES, Work, turn_to_write, work, worth_another_try
from booking.models import Base
from booking.prepared import Prepared, Values

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class _Act:
    """The act that runs now: its connection, and what to do once it is committed."""

    connection: Connection
    afterwards: dict[Callable[[], None], None]


_acting: ContextVar[_Act | None] = ContextVar("acting", default=None)
_shared: ContextVar[Connection | None] = ContextVar("shared", default=None)


class ActingSession(Session):
    """Within an act, a session on the connection of the act. An act that loads no objects has no need of one."""

    def get_bind(self, mapper: Any = None, clause: Any = None, bind: Any = None, **rest: Any) -> Engine | Connection:
        """The connection of the act that runs now, else what Flask-SQLAlchemy says."""
        act = _acting.get()
        return act.connection if act else super().get_bind(mapper, clause, bind, **rest)


# Whichever commits first, the session or the act, has committed for both.
db = SQLAlchemy(
    metadata=Base.metadata, session_options={"class_": ActingSession, "join_transaction_mode": "control_fully"}
)

TRIES = 6
NO_VALUES: Values = {}


def run(statement: Prepared, values: Values) -> int:
    """Run a statement past the session, on the connection of the act; how many rows it wrote.

    Objects that were changed are not written first, and objects that were read are not told of what changed.
    """
    return statement.count(_under_way() or db.session.connection(), values)


def read(statement: Prepared, values: Values = NO_VALUES) -> list[tuple[Any, ...]]:
    """Every row that a statement gives: as the act or the session that is under way sees them, else by itself.

    By itself a SELECT needs no transaction, which in PostgreSQL costs two more journeys than its own one.
    """
    connection = _under_way()
    if connection is not None:
        return statement.rows(connection, values)
    with _begun(Work.READING_ONCE) as connection:
        return statement.rows(connection, values)


def _under_way() -> Connection | None:
    act = _acting.get()
    if act is not None:
        return act.connection
    return db.session.connection() if db.session.registry.has() and db.session().in_transaction() else None


def after_commit(do: Callable[[], None]) -> None:
    """Do this once, when the act that runs now is committed; never when it fails, or outside an act."""
    act = _acting.get()
    if act:
        act.afterwards[do] = None


def flush() -> None:
    """Write what the session holds, if this request has one at all: asking it for that would make one."""
    if db.session.registry.has():
        db.session.flush()


def insert_new(model: type[Base], **values: Any) -> bool:
    """Insert a row unless its unique key is there already; whether it was inserted. Both databases decide it alone."""
    flush()
    return run(_insert_unless_there(model, db.engine.dialect.name), values) > 0


@functools.cache
def _insert_unless_there(model: type[Base], dialect: str) -> Prepared:
    return Prepared(insert_unless_there(model, dialect))


def insert_unless_there(model: type[Base], dialect: str) -> sqlite.Insert | postgresql.Insert:
    """The INSERT of `insert_new`, for those who want to know more of the new row."""
    insert = sqlite.insert(model) if dialect == "sqlite" else postgresql.insert(model)
    return insert.on_conflict_do_nothing()


def run_alone(statement: Prepared, values: Values) -> None:
    """Run one statement as a transaction of its own, past the session: half of what an act of one statement costs.

    It is retried as an act is, and like an act it does not nest.
    """
    if _acting.get() is not None:
        raise RuntimeError("A statement that commits on its own cannot run inside an act.")

    def once() -> None:
        with _begun(Work.WRITING_ONCE) as connection:
            statement.count(connection, values)

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
        if db.session.registry.has():
            db.session.rollback()
        return _until_settled(lambda: _whole(lambda: act(*args, **kwargs)))

    return run


@contextmanager
def one_connection() -> Iterator[None]:
    """All that is read and done within takes one connection from the pool, which costs as much as a statement."""
    with db.engine.connect() as connection:
        before = _shared.set(connection)
        try:
            yield
        finally:
            _shared.reset(before)


@contextmanager
def _begun(kind: Work) -> Iterator[Connection]:
    """A connection in a transaction of this kind, committed at the end; in turn with all others that write."""
    shared = _shared.get()
    # The connection first: whoever has the turn keeps all others waiting.
    with (
        nullcontext(shared) if shared else db.engine.connect() as connection,
        turn_to_write(connection.engine) if kind in WRITES else nullcontext(),
    ):
        before = work.set(kind)
        try:
            beginning = connection.begin()
        finally:
            work.reset(before)
        with beginning:
            yield connection


def _whole(act: Callable[[], R]) -> R:
    with _begun(Work.WRITING) as connection:
        acting = _Act(connection, {})
        before = _acting.set(acting)
        try:
            result = act()
            if db.session.registry.has() and db.session().in_transaction():
                db.session.commit()
        except BaseException:
            if db.session.registry.has():
                db.session.rollback()
            raise
        finally:
            _acting.reset(before)
    for do in acting.afterwards:
        do()
    return result


def _until_settled(write: Callable[[], R]) -> R:
    for left in reversed(range(TRIES)):
        try:
            return write()
        except DBAPIError as error:
            if left == 0 or not worth_another_try(error):
                raise
            time.sleep(random.uniform(0.005, 0.05) * (TRIES - left))
    raise AssertionError("unreachable: the last try returns or raises")
