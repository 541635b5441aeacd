"""Everything the simulator remembers, in one SQLite file.

Each Stripe object is one row with its JSON body. One connection behind one lock serves all threads: requests are short,
and a lock can never answer "database is locked". Keys that begin with an underscore are the simulator's own notes
and never leave it.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

Json = dict[str, Any]

SCHEMA = """
CREATE TABLE IF NOT EXISTS object (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,
    created INTEGER NOT NULL, due INTEGER, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS object_kind ON object (kind, seq);
CREATE INDEX IF NOT EXISTS object_due ON object (due) WHERE due IS NOT NULL;
CREATE INDEX IF NOT EXISTS object_intent ON object (kind, json_extract(body, '$.payment_intent'));
CREATE INDEX IF NOT EXISTS object_charge ON object (kind, json_extract(body, '$.charge'));
CREATE INDEX IF NOT EXISTS object_invoice ON object (kind, json_extract(body, '$.invoice'));
CREATE TABLE IF NOT EXISTS remembered_key (
    key TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, request_id TEXT NOT NULL, created INTEGER NOT NULL,
    status INTEGER, body TEXT);
CREATE TABLE IF NOT EXISTS delivery (
    id INTEGER PRIMARY KEY AUTOINCREMENT, event TEXT NOT NULL, type TEXT NOT NULL, payload TEXT NOT NULL,
    state TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, next_at REAL NOT NULL, position REAL NOT NULL,
    created INTEGER NOT NULL, last_status INTEGER, last_error TEXT, rule INTEGER,
    stamp_offset INTEGER NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS delivery_pending ON delivery (state, next_at);
CREATE INDEX IF NOT EXISTS delivery_event ON delivery (event);
CREATE TABLE IF NOT EXISTS chaos (
    id INTEGER PRIMARY KEY AUTOINCREMENT, target TEXT NOT NULL, remaining INTEGER NOT NULL, rule TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS request_log (
    id INTEGER PRIMARY KEY AUTOINCREMENT, request_id TEXT NOT NULL, method TEXT NOT NULL, path TEXT NOT NULL,
    form TEXT NOT NULL, idempotency_key TEXT, status INTEGER NOT NULL, answer TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""

TABLES = ("object", "remembered_key", "delivery", "chaos", "request_log", "setting")


class Store:
    """Rows in, rows out. Every method may be called from any thread, inside or outside a transaction."""

    def __init__(self, path: str) -> None:
        self._lock = threading.RLock()
        self._depth = 0
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.executescript(SCHEMA)
        self.run("DELETE FROM remembered_key WHERE status IS NULL")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing. A transaction inside another joins it."""
        with self._lock:
            outermost = self._depth == 0
            if outermost:
                self._db.execute("BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield
            except BaseException:
                if outermost:
                    self._db.execute("ROLLBACK")
                raise
            else:
                if outermost:
                    self._db.execute("COMMIT")
            finally:
                self._depth -= 1

    def run(self, statement: str, values: Sequence[Any] = ()) -> int:
        """Run one statement that changes rows; the number of rows changed."""
        with self._lock:
            return self._db.execute(statement, values).rowcount

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[sqlite3.Row]:
        """Run one statement that answers rows."""
        with self._lock:
            return self._db.execute(statement, values).fetchall()

    def add(self, body: Json, due: int | None = None) -> Json:
        """Remember a new object; `due` is when the simulator's clock should act on it."""
        values = (body["id"], body["object"], body["created"], due, json.dumps(body))
        self.run("INSERT INTO object (id, kind, created, due, body) VALUES (?, ?, ?, ?, ?)", values)
        return body

    def save(self, body: Json) -> Json:
        """Remember the new state of an object; when it is due stays as it was."""
        self.run("UPDATE object SET body = ? WHERE id = ?", (json.dumps(body), body["id"]))
        return body

    def put_on_clock(self, key: str, due: int | None) -> None:
        """Say when the simulator's clock should act on an object; None takes it off."""
        self.run("UPDATE object SET due = ? WHERE id = ?", (due, key))

    def get(self, kind: str, key: str) -> Json | None:
        """One object of a kind, or None."""
        found = self.rows("SELECT body FROM object WHERE id = ? AND kind = ?", (key, kind))
        return json.loads(found[0]["body"]) if found else None

    def anything(self, key: str) -> Json | None:
        """One object of whatever kind, or None."""
        found = self.rows("SELECT body FROM object WHERE id = ?", (key,))
        return json.loads(found[0]["body"]) if found else None

    def select(self, kind: str, where: str = "1", values: Sequence[Any] = ()) -> list[Json]:
        """Objects of a kind, oldest first; `where` is SQL over `json_extract(body, '$.field')` and the columns."""
        statement = f"SELECT body FROM object WHERE kind = ? AND {where} ORDER BY seq"
        return [json.loads(row["body"]) for row in self.rows(statement, (kind, *values))]

    def remove(self, key: str) -> None:
        """Forget one object."""
        self.run("DELETE FROM object WHERE id = ?", (key,))

    def setting(self, name: str) -> str | None:
        """One remembered setting, or None."""
        found = self.rows("SELECT value FROM setting WHERE name = ?", (name,))
        return str(found[0]["value"]) if found else None

    def set_setting(self, name: str, value: str | None) -> None:
        """Remember a setting, or forget it with None."""
        self.run("DELETE FROM setting WHERE name = ?", (name,))
        if value is not None:
            self.run("INSERT INTO setting (name, value) VALUES (?, ?)", (name, value))

    def clear(self) -> None:
        """Forget everything, as if just created."""
        with self.transaction():
            for table in TABLES:
                self.run(f"DELETE FROM {table}")

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._db.close()


def public(body: Json) -> Json:
    """An object without the simulator's own notes."""
    return {key: value for key, value in body.items() if not key.startswith("_")}
