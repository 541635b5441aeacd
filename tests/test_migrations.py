"""The migrations make exactly the tables that the models describe, on both databases.

Alembic's own comparison does not look at CHECK constraints, so that a value added to an enum would be missed; here the
migrated database is compared with one made from the models, as each describes itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask_migrate import upgrade
from flask_sqlalchemy.session import Session
from sqlalchemy.orm import scoped_session

from booking import create_app
from booking.db import db
from booking.models import Base
from config import Test
from tests.support.databases import Database

VERSIONS = sorted((Path(__file__).parents[1] / "migrations" / "versions").glob("*.py"))


@pytest.fixture
def empty(database: Database, tmp_path: Path) -> Iterator[str]:
    """The address of a database of the same kind with nothing in it."""
    if database.dialect == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.sqlite'}"
        return
    server = sa.create_engine(database.url, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.exec_driver_sql("CREATE DATABASE empty")
        yield sa.make_url(database.url).set(database="empty").render_as_string(hide_password=False)
        connection.exec_driver_sql("DROP DATABASE empty")
    server.dispose()


@pytest.fixture
def modelled(empty: str) -> Iterator[sa.Engine]:
    """A database of the same kind, made from the models without any migration."""
    engine = sa.create_engine(empty)
    Base.metadata.create_all(engine)
    yield engine
    engine.dispose()


def described(engine: sa.Engine) -> set[str]:
    """The tables as the database describes them, all at once, whatever the order in which they were made."""
    inspector = sa.inspect(engine)
    parts: dict[str, Mapping[Any, Any]] = {
        "columns": inspector.get_multi_columns(),
        "primary key": inspector.get_multi_pk_constraint(),
        "foreign keys": inspector.get_multi_foreign_keys(),
        "unique": inspector.get_multi_unique_constraints(),
        "checks": inspector.get_multi_check_constraints(),
        "indexes": inspector.get_multi_indexes(),
    }
    return {
        f"{table} {name}: {_plain(each)}"
        for name, tables in parts.items()
        for (_, table), part in tables.items()
        if table != "alembic_version"
        for each in (part if isinstance(part, list) else [part])
    }


def _plain(part: Any) -> str:
    """As text that is equal for equal things: SQLite keeps the layout in which SQL was written."""
    if isinstance(part, dict):
        # A column that was added to a table with rows needed a default then; the models give theirs in Python.
        return ", ".join(f"{key}: {_plain(value)}" for key, value in sorted(part.items()) if key != "default")
    return re.sub(r"\s+", " ", repr(part) if isinstance(part, sa.types.TypeEngine) else str(part))


def test_the_migrations_make_what_the_models_describe(
    session: scoped_session[Session], modelled: sa.Engine, database: Database
) -> None:
    migrated = session.get_bind()
    assert isinstance(migrated, sa.Engine)
    tables = set(sa.inspect(migrated).get_table_names()) - {"alembic_version"}
    assert tables == set(Base.metadata.tables)
    found, wanted = described(migrated), described(modelled)
    assert (sorted(wanted - found), sorted(found - wanted)) == ([], [])


def test_there_is_nothing_left_to_migrate(session: scoped_session[Session]) -> None:
    context = MigrationContext.configure(session.connection(), opts={"compare_type": True})
    assert compare_metadata(context, Base.metadata) == []


ROWS: dict[str, dict[str, Any]] = {
    "newsletter": {"id": 1, "name": "The Quiet Pager", "zone": "Europe/London", "weekday": 6, "currency": "USD"},
    "user": {"id": 1, "email": "press@ledgerline.example", "role": "advertiser"},
    "advertiser": {"id": 1, "name": "Ledgerline"},
    "placement": {"id": 1, "kind": "sponsor", "name": "Sponsor"},
    "issue": {"id": 1, "number": 500, "state": "open"},
    "slot": {"id": 1, "issue_id": 1, "placement_id": 1, "ordinal": 1, "price": 50_000, "currency": "USD"},
    "order": {"id": 1, "public_id": "ABC", "advertiser_id": 1, "user_id": 1, "paid_by": "card", "currency": "USD"},
    "booking": {"id": 1, "order_id": 1, "slot_id": 1, "state": "held", "price": 50_000, "fallback": "credit"},
}
"""What an early database holds, as far as the rest does not follow from the kind of its columns."""

PLAIN: dict[type, Any] = {int: 1, str: "x", bool: False, date: date(2026, 3, 8), time: time(10)}
PLAIN[datetime] = datetime(2026, 3, 8, 10, tzinfo=UTC)


def test_a_database_in_use_goes_all_the_way(empty: str, session: scoped_session[Session]) -> None:
    app = create_app(replace(Test(), SQLALCHEMY_DATABASE_URI=empty))
    with app.app_context():
        upgrade(revision="0001")
        tables = sa.MetaData()
        tables.reflect(db.engine)
        with db.engine.begin() as connection:
            for name, given in ROWS.items():
                table = tables.tables[name]
                wanted = (column for column in table.columns if not column.nullable and not column.server_default)
                plain = {column.name: PLAIN.get(column.type.python_type, "x") for column in wanted}
                connection.execute(sa.insert(table).values({**plain, **given}))
        upgrade()
        with db.engine.connect() as connection:
            for name, given in ROWS.items():
                inserted = sa.table(name, *map(sa.column, given))
                assert connection.execute(sa.select(inserted)).one()._mapping == given
        engine = db.engine
    migrated = session.get_bind()
    assert isinstance(migrated, sa.Engine)
    assert described(engine) == described(migrated)
    engine.dispose()


def test_a_changed_enum_would_be_noticed(modelled: sa.Engine, database: Database) -> None:
    wider = sa.MetaData(naming_convention=Base.metadata.naming_convention)
    for table in Base.metadata.sorted_tables:
        table.to_metadata(wider)
    check = next(c for c in wider.tables["booking"].constraints if isinstance(c, sa.CheckConstraint))
    wider.tables["booking"].constraints.discard(check)
    before = described(modelled)
    wider.drop_all(modelled)
    wider.create_all(modelled)
    assert any("checks" in lost for lost in before - described(modelled))


def test_migrations_are_numbered_in_a_row_and_named() -> None:
    numbers = [re.fullmatch(r"(\d{4})_[a-z0-9_]+\.py", path.name) for path in VERSIONS]
    assert all(numbers), [path.name for path in VERSIONS]
    assert [int(number[1]) for number in numbers if number] == list(range(1, len(VERSIONS) + 1))
