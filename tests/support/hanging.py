"""The gallery once more in the same worker: the demo's acts take longer than much of what looks at it.

The app's database and the simulator's are put back as the demo left them.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing

from flask import Flask

from booking.db import db
from booking.stripe_simulator import Simulator
from config import Test
from tests.support.gallery import View, furnish, hang, views
from tests.support.remembering import AtStripe, at_stripe, put_back_at_stripe

_kept: list[tuple[sqlite3.Connection, AtStripe]] = []
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
            _kept.append((memory, at_stripe(store, leave="")))
        else:
            memory, stripe = _kept[0]
            memory.backup(file)
            put_back_at_stripe(store, stripe)
    return views(app)


def _furnish_anywhere(app: Flask) -> None:
    """Let no letter carry the port of the test that was the first."""
    here = {name: app.config[name] for name in ("BASE_URL", "SERVER_NAME")}
    app.config.update({name: getattr(Test(), name) for name in here})
    furnish()
    db.session.commit()
    app.config.update(here)
