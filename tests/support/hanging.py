"""The gallery once more in the same worker: the demo's acts take longer than much of what looks at it.

The app's database and the simulator's are put back as the demo left them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import Any

from flask import Flask

from booking.db import db
from booking.stripe_simulator import Simulator
from booking.stripe_simulator.store import TABLES, Store
from config import Test
from tests.support.gallery import View, furnish, hang, views

Stripe = Mapping[str, Sequence[tuple[Any, ...]]]

_kept: list[tuple[sqlite3.Connection, Stripe]] = []
"""What the demo wrote when this worker loaded it: at most one."""


def hang_again(app: Flask, simulator: Simulator) -> list[View]:
    """The views of the demo in the empty database. Within an app context, and at the gallery's moment."""
    db.session.commit()
    store, address = simulator.world.store, db.engine.url
    if address.get_backend_name() != "sqlite":
        return hang(app)
    # The file as a whole: row by row, the triggers would refuse what only a story of acts may become.
    with closing(sqlite3.connect(str(address.database), isolation_level=None)) as file:
        if not _kept:
            _furnish_anywhere(app)
            memory = sqlite3.connect(":memory:", check_same_thread=False)
            file.backup(memory)
            _kept.append((memory, _read(store)))
        else:
            memory, at_stripe = _kept[0]
            memory.backup(file)
            _write(store, at_stripe)
    return views(app)


def _furnish_anywhere(app: Flask) -> None:
    """Let no letter carry the port of the test that was the first."""
    here = {name: app.config[name] for name in ("BASE_URL", "SERVER_NAME")}
    app.config.update({name: getattr(Test(), name) for name in here})
    furnish()
    db.session.commit()
    app.config.update(here)


def _read(store: Store) -> Stripe:
    return {table: [tuple(row) for row in store.rows(f"SELECT * FROM {table}")] for table in TABLES}


def _write(store: Store, kept: Stripe) -> None:
    with store.transaction():
        store.clear()
        for table, there in kept.items():
            for row in there:
                store.run(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)
