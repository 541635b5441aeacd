"""Statements that SQLAlchemy compiles once and the driver runs from then on: for what every buyer waits for.

Of a short statement, what SQLAlchemy does each time to bring it to the driver, and its rows back, takes twice as long
as the driver and the database do; and on SQLite everybody waits while one writes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.schema import ScalarElementColumnDefault

Values = Mapping[str, Any]
Turned = Callable[[Any], Any] | None
"""What a type makes of a value on its way to the driver or back; None where that is the value itself."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A statement as one driver takes it: `standing` are the values that it has of its own."""

    text: str
    standing: dict[str, Any]
    parameters: tuple[tuple[str, Turned], ...]
    by_place: bool
    columns: tuple[Turned, ...]


class Prepared:
    """A statement that binds its values by name; an INSERT without any takes the columns that it is given.

    A list of any length (an expanding `IN`) and a default that is worked out for each row it cannot have: ValueError.
    """

    def __init__(self, statement: sa.Select[*tuple[Any, ...]] | sa.CompoundSelect[*tuple[Any, ...]] | sa.UpdateBase):
        # Of any other INSERT SQLAlchemy asks PostgreSQL for the new row's key.
        self._statement = statement.inline() if isinstance(statement, sa.Insert) else statement
        self._plans: dict[tuple[str, ...], Plan] = {}

    def count(self, connection: Connection, values: Values) -> int:
        """Run it in the connection's transaction; how many rows it wrote. Raises `sa.exc.DBAPIError`."""
        plan = self._plan_for(connection.dialect, values)
        rowcount: int = send(plan, connection, values).rowcount
        return rowcount

    def rows(self, connection: Connection, values: Values) -> list[tuple[Any, ...]]:
        """Run it in the connection's transaction; every row it gives. Raises `sa.exc.DBAPIError`."""
        plan = self._plan_for(connection.dialect, values)
        found = send(plan, connection, values).fetchall()
        return [
            tuple([turned(value) if turned else value for turned, value in zip(plan.columns, row, strict=True)])
            for row in found
        ]

    def _plan_for(self, dialect: Dialect, values: Values) -> Plan:
        key = (dialect.name, *values)
        if key not in self._plans:
            self._plans[key] = _plan(self._statement, dialect, values)
        return self._plans[key]


def _plan(statement: Any, dialect: Dialect, values: Values) -> Plan:
    columns = list(values) if isinstance(statement, sa.Insert) else None
    compiled: SQLCompiler = statement.compile(dialect=dialect, column_keys=columns)
    found = compiled.construct_expanded_state(values)
    if not values.keys().isdisjoint(found.parameter_expansion):
        raise ValueError(f"A list of any length cannot be prepared: {compiled}")
    # What belongs to a list of the statement's own, and each by itself.
    turned = {name: bound.type.dialect_impl(dialect).bind_processor(dialect) for name, bound in compiled.binds.items()}
    turned |= found.processors
    standing = {name: value for name, value in found.parameters.items() if name not in values}
    standing |= {column.key: _default(column) for column in compiled.insert_prefetch}
    return Plan(
        text=found.statement,
        standing=standing,
        parameters=tuple((name, turned.get(name)) for name in found.positiontup or found.parameters),
        by_place=compiled.positional,
        columns=tuple(
            column.type.dialect_impl(dialect).result_processor(dialect, None) for column in statement.exported_columns
        ),
    )


def _default(column: sa.Column[Any]) -> Any:
    if not isinstance(column.default, ScalarElementColumnDefault):
        raise ValueError(f"{column} has a default that is worked out for each row: give it a value.")
    return column.default.arg


def send(plan: Plan, connection: Connection, values: Values) -> Any:
    """The driver's cursor, with what the statement did."""
    given = {**plan.standing, **values}
    turned = [(name, bind(given[name]) if bind else given[name]) for name, bind in plan.parameters]
    driver: Any = connection.connection.driver_connection
    try:
        return driver.execute(plan.text, [value for _, value in turned] if plan.by_place else dict(turned))
    except connection.dialect.loaded_dbapi.Error as error:
        # As SQLAlchemy would. That a server has hung up it finds out as it rolls the transaction back.
        raise sa.exc.DBAPIError.instance(
            plan.text, dict(values), error, connection.dialect.loaded_dbapi.Error, dialect=connection.dialect
        ) from error
