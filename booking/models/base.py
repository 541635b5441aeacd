"""What every table shares: the base, the names of constraints, and the column types with rules of their own."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """The parent of every model. Constraint names are derived, so that migrations can name what they change."""

    metadata = sa.MetaData(naming_convention=NAMES)


class UtcDateTime(sa.TypeDecorator[datetime]):
    """An instant, stored as UTC. A datetime without a zone is refused: nobody could say which instant it is."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone; pass an aware datetime.")
        utc = value.astimezone(UTC)
        # SQLite stores text: without an offset and in one zone, text order is time order.
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def labelled(kind: type[StrEnum], name: str = "") -> sa.Enum:
    """A column for an enum: its values as text, and a CHECK that no other text is stored.

    The CHECK is named after the enum, or by ``name`` where one table has two columns of it.
    """
    return sa.Enum(
        kind,
        native_enum=False,
        create_constraint=True,
        length=24,
        name=name or kind.__name__.lower(),
        values_callable=lambda members: [member.value for member in members],
    )
