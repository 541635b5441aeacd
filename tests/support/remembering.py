"""What acts wrote once in this worker, put back as they left it.

Most tests start from the same few stories: a newsletter, a paid order, approved copy. Their acts take longer than what
most of those tests are about. A story goes on from where the test stands: a copy is kept of the database, and of the
account at Stripe, as each chain of acts has left them, and only while it is known that nobody else has written.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Flask, current_app

from booking.db import db
from booking.stripe_simulator import Simulator
from booking.stripe_simulator.settings import Dials
from booking.stripe_simulator.store import TABLES, Store
from tests.support.databases import Database, Kept

T = TypeVar("T")

AtStripe = Mapping[str, Sequence[tuple[Any, ...]]]
"""The rows of the simulator by their tables."""

Chain = tuple[Hashable, ...]
"""The keys of the acts since the database was emptied."""


@dataclass(slots=True)
class Standing:
    """How a database of this worker came to stand as it does."""

    database: Database
    config: Mapping[str, Any]
    """What its app is configured with before any test has changed it."""
    chain: Chain = ()
    stamp: Hashable = None
    """What the database said when the last act of the chain was over."""


@dataclass(frozen=True, slots=True)
class Memory:
    """What an act has left behind."""

    kept: Kept
    result: Any
    before: AtStripe
    after: AtStripe


_standing: dict[str, Standing] = {}
_memories: dict[tuple[str, Chain], Memory] = {}


def begin(app: Flask, database: Database) -> None:
    """Note that the database has just been emptied."""
    standing = _standing.setdefault(database.url, Standing(database, dict(app.config)))
    standing.chain, standing.stamp = (), database.stamp()


def remembered(key: Hashable, make: Callable[[], T], simulator: Simulator | None = None) -> T:
    """Do what `make` does: by `make` itself, or from memory when it was done before on the same database.

    Its key and the acts before it must decide what it writes, but for what is drawn at random, which stays as it was
    drawn first; and what it returns may be no object of the session. The acts before it are known when all of them
    were remembered. `simulator` is the one that it speaks to, which must have the same past too.
    """
    db.session.commit()
    standing = _standing.get(current_app.config["SQLALCHEMY_DATABASE_URI"])
    if standing is None or standing.stamp != standing.database.stamp() or not _as_at_start(simulator):
        return make()
    chain = (*standing.chain, key)
    before = at_stripe(simulator.world.store) if simulator else {}
    memory = _memories.get((standing.database.url, chain))
    if memory is None:
        memory = _make(standing, chain, make, simulator, before)
    elif memory.before == before:
        memory.kept.put_back(db.engine)
        if simulator:
            put_back_at_stripe(simulator.world.store, memory.after)
    else:
        return make()
    standing.chain, standing.stamp = chain, standing.database.stamp()
    result: T = memory.result
    return result


def remembered_as_configured(key: Hashable, make: Callable[[], T], simulator: Simulator | None = None) -> T:
    """As `remembered`, for an act that asks how the app is configured; after a test has changed that, it just acts."""
    standing = _standing.get(current_app.config["SQLALCHEMY_DATABASE_URI"])
    if standing is None or current_app.config != standing.config:
        return make()
    return remembered(key, make, simulator)


def _make(
    standing: Standing, chain: Chain, make: Callable[[], Any], simulator: Simulator | None, before: AtStripe
) -> Memory:
    url, since = standing.database.url, _memories.get((standing.database.url, standing.chain))
    result = make()
    db.session.commit()
    kept = standing.database.keep(db.engine, since.kept if since else None)
    after = at_stripe(simulator.world.store) if simulator else {}
    memory = _memories[url, chain] = Memory(kept, result, before, after)
    return memory


def _as_at_start(simulator: Simulator | None) -> bool:
    """Whether nobody has turned a dial of the simulator, which its rows would not show."""
    if simulator is None:
        return True
    world = simulator.world
    return world.dials == Dials.at_start(world.settings) and not world.refunds_ahead


def at_stripe(store: Store, leave: str = "setting") -> AtStripe:
    """The simulator's rows, but for where its clock stands, which a test sets for itself."""
    tables = [table for table in TABLES if table != leave]
    return {table: [tuple(row) for row in store.rows(f"SELECT * FROM {table}")] for table in tables}


def put_back_at_stripe(store: Store, kept: AtStripe) -> None:
    """Replace the simulator's rows by these, in the tables that are named."""
    with store.transaction():
        for table, there in kept.items():
            store.run(f"DELETE FROM {table}")
            for row in there:
                store.run(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)
