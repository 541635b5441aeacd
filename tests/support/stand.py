"""A database of SQLite that many requests begin from: what none of them has changed need not be written again."""

from __future__ import annotations

import sqlite3

from flask import Flask

from booking.db import db


class Stand:
    """A database as it stands, put back after whatever was accepted."""

    def __init__(self, app: Flask) -> None:
        db.session.rollback()
        path = app.config["SQLALCHEMY_DATABASE_URI"].removeprefix("sqlite:///")
        self._now = sqlite3.connect(path, isolation_level=None)
        self._kept = sqlite3.connect(":memory:")
        self._now.backup(self._kept)
        self._facts = _facts(self._kept)
        self._version = self._read_version()

    def close(self) -> None:
        """Let go of the file, which the next test replaces."""
        self._now.close()
        self._kept.close()

    def put_back(self) -> None:
        """Undo what was saved."""
        db.session.rollback()
        if self._read_version() != self._version:
            self._kept.backup(self._now)
            self._version = self._read_version()

    def changed(self) -> str:
        """The first row that was written or removed since, empty for none."""
        if self._read_version() == self._version:
            return ""
        return ", ".join(sorted(_facts(self._now) ^ self._facts)[:1])

    def _read_version(self) -> int:
        # Differs as soon as any other connection has committed, which costs nothing to ask.
        (version,) = self._now.execute("PRAGMA data_version").fetchone()
        return int(version)


def _facts(connection: sqlite3.Connection) -> set[str]:
    # When somebody was last seen is no part of what they sent.
    return {line for line in connection.iterdump() if not line.startswith('INSERT INTO "login_session"')}
