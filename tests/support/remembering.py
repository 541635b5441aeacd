"""Rows that acts wrote once in this worker, written again as they were.

Most tests start from the same newsletter. Its acts take longer than what most of those tests are about, and what they
write rests on nothing but their arguments.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect

from booking.db import db
from booking.models import Base

Rows = Mapping[sa.Table, Sequence[Mapping[Any, Any]]]

_written: dict[tuple[str, Hashable], list[str]] = {}
"""The statements that write the rows, for each dialect and key."""


def remembered(key: Hashable, make: Callable[[], None]) -> None:
    """Write what `make` commits to empty tables: by `make` itself, or from memory when this key has been made before.

    `make` may write nothing that its key does not decide, such as the time.
    """
    db.session.commit()
    place = db.engine.dialect.name, key
    if place not in _written:
        before = rows()
        make()
        added = {table: found for table, found in rows().items() if found != before.get(table)}
        assert not added.keys() & before.keys(), "Only what is written into empty tables can be remembered."
        _written[place] = _statements(added, db.engine.dialect)
        return
    connection = db.session.connection()
    for statement in _written[place]:
        connection.exec_driver_sql(statement)
    db.session.commit()


def rows() -> Rows:
    """What stands in every table that is not empty, in an order in which it can be written."""
    read = db.session.connection().execute
    tables = Base.metadata.sorted_tables
    found = {table: read(sa.select(table).order_by(*table.primary_key)).mappings().all() for table in tables}
    db.session.rollback()
    return {table: there for table, there in found.items() if there}


def _statements(added: Rows, dialect: Dialect) -> list[str]:
    """What writes the rows. PostgreSQL takes it all at once; its triggers, which saw these rows before, sleep."""
    each = [*_inserts(added, dialect), *_counters(added, dialect)]
    if dialect.name != "postgresql":
        return each
    return ["; ".join(["SET LOCAL session_replication_role = replica", *each])]


def _inserts(added: Rows, dialect: Dialect) -> Iterator[str]:
    """One INSERT a table with its values in it, which no row pays the driver for."""
    for table, there in added.items():
        values = [{name: _literal(value, table.c[name], dialect) for name, value in row.items()} for row in there]
        yield str(sa.insert(table).values(values).compile(dialect=dialect, compile_kwargs={"literal_binds": True}))


def _literal(value: Any, column: sa.Column[Any], dialect: Dialect) -> Any:
    """SQLAlchemy writes no JSON into a statement, but its text; PostgreSQL wants to be told what it is."""
    if value is None or not isinstance(column.type, sa.JSON):
        return value
    text = sa.literal(json.dumps(value), sa.String)
    return sa.cast(text, column.type) if dialect.name == "postgresql" else text


def _counters(added: Rows, dialect: Dialect) -> Iterator[str]:
    """PostgreSQL's sequences take no notice of ids that are given; SQLite counts on from the highest by itself."""
    for table in added:
        column = table.autoincrement_column
        if dialect.name == "postgresql" and column is not None:
            sequence = f"pg_get_serial_sequence('\"{table.name}\"', '{column.name}')"
            yield f'SELECT setval({sequence}, max({column.name})) FROM "{table.name}"'
