"""Writes rows of several tables that belong together, in as few statements as the database takes them.

Only rows whose keys are known beforehand: nothing that one INSERT makes up is needed by the next.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.schema import ScalarElementColumnDefault

from booking.db import db, run
from booking.models import Base

Row = tuple[type[Base], Mapping[str, Any]]
"""A table's model and the columns of one row that have no default, or another value than that."""

Shape = tuple[tuple[type[Base], tuple[str, ...]], ...]


def write(rows: Sequence[Row]) -> None:
    """Insert the rows, whatever refers to another behind it. Raises IntegrityError.

    PostgreSQL takes all of them in one statement, and looks at what refers to what when that is done: seven rows cost
    it and us half as much. SQLite has no such statement, and none of a round trip to save.
    """
    if rows and db.engine.dialect.name == "postgresql":
        shape = tuple((model, tuple(row)) for model, row in rows)
        run(_together(shape), {_place(nth, key): row[key] for nth, (_, row) in enumerate(rows) for key in row})
        return
    for model, alike in groupby(rows, key=_model):
        run(_into(model), [row for _, row in alike])


def _model(row: Row) -> type[Base]:
    return row[0]


@functools.cache
def _into(model: type[Base]) -> sa.Insert:
    return sa.insert(model)


def _place(nth: int, key: str) -> str:
    return f"{nth}_{key}"


@functools.lru_cache(maxsize=256)
def _together(shape: Shape) -> sa.Insert:
    """One statement for rows of these tables and columns, built once: building it costs more than running it."""
    *parts, last = (_one(nth, model, keys) for nth, (model, keys) in enumerate(shape))
    return last.add_cte(*(part.cte(f"part_{nth}") for nth, part in enumerate(parts)))


def _one(nth: int, model: type[Base], keys: Sequence[str]) -> sa.Insert:
    # As text: SQLAlchemy would name them after their column alone, the same in all parts; and what a statement of more
    # than 50 parameters asks is worked out by psycopg anew every time.
    defaults: dict[str, sa.ColumnElement[Any]] = {
        column.key: sa.literal_column(_text(column.default.arg, column.type))
        for column in sa.inspect(model).local_table.columns
        if column.key not in keys and isinstance(column.default, ScalarElementColumnDefault)
    }
    return sa.insert(model).values(defaults | {key: sa.bindparam(_place(nth, key)) for key in keys})


def _text(value: Any, type_: sa.types.TypeEngine[Any]) -> str:
    return str(sa.literal(value, type_).compile(dialect=db.engine.dialect, compile_kwargs={"literal_binds": True}))
