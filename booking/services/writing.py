"""Writes rows of several tables that belong together, in as few statements as the database takes them.

Only rows whose keys are known beforehand: nothing that one INSERT makes up is needed by the next.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.schema import ScalarElementColumnDefault

from booking.db import db, run
from booking.models import Base
from booking.prepared import Prepared

Row = tuple[type[Base], Mapping[str, Any]]
"""A table's model and the columns of one row that have no default, or another value than that."""

Shape = tuple[tuple[type[Base], tuple[str, ...]], ...]


def write(rows: Sequence[Row]) -> None:
    """Insert the rows, whatever refers to another behind it. Raises IntegrityError.

    PostgreSQL takes all of them in one statement, and looks at what refers to what when that is done: seven rows cost
    it and us half as much. SQLite has no such statement, and none of a round trip to save.
    """
    if rows and db.engine.dialect.name == "postgresql":
        statement, names = _together(tuple([(model, tuple(row)) for model, row in rows]))
        run(statement, dict(zip(names, chain.from_iterable([row.values() for _, row in rows]), strict=True)))
        return
    for model, row in rows:
        run(_into(model), row)


@functools.cache
def _into(model: type[Base]) -> Prepared:
    return Prepared(sa.insert(model))


@functools.lru_cache(maxsize=256)
def _together(shape: Shape) -> tuple[Prepared, list[str]]:
    """One statement for rows of these tables and columns, and the names of their values, one after the other."""
    names = [[f"{nth}_{key}" for key in keys] for nth, (_, keys) in enumerate(shape)]
    *parts, last = (
        _one(model, dict(zip(keys, own, strict=True))) for (model, keys), own in zip(shape, names, strict=True)
    )
    statement = last.add_cte(*(part.cte(f"part_{nth}") for nth, part in enumerate(parts)))
    return Prepared(statement), [*chain.from_iterable(names)]


def _one(model: type[Base], names: Mapping[str, str]) -> sa.Insert:
    # As text: SQLAlchemy would name them after their column alone, the same in all parts; and what a statement of more
    # than 50 parameters asks is worked out by psycopg anew every time.
    defaults: dict[str, sa.ColumnElement[Any]] = {
        column.key: sa.literal_column(_text(column.default.arg, column.type))
        for column in sa.inspect(model).local_table.columns
        if column.key not in names and isinstance(column.default, ScalarElementColumnDefault)
    }
    return sa.insert(model).values(defaults | {key: sa.bindparam(name) for key, name in names.items()})


def _text(value: Any, type_: sa.types.TypeEngine[Any]) -> str:
    return str(sa.literal(value, type_).compile(dialect=db.engine.dialect, compile_kwargs={"literal_binds": True}))
