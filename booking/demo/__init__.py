"""A small believable newsletter with bookings in every state, made by the same acts that the pages use.

For development only: it pays at the Stripe simulator, and at nothing else.
"""

from __future__ import annotations

import sqlalchemy as sa
from flask import current_app
from flask_migrate import upgrade
from sqlalchemy.engine.interfaces import DBAPICursor

from booking import clock
from booking.db import db
from booking.demo import setting, story
from booking.demo.stripe_stand_in import NoSimulator, simulator
from booking.models import Newsletter

__all__ = ["NoSimulator", "NotHere", "is_empty", "load", "start_again"]


class NotHere(Exception):
    """The demo must not be loaded into this deployment; the message is a sentence."""


def is_empty() -> bool:
    """Whether there is no newsletter yet."""
    return db.session.scalar(sa.select(sa.func.count(Newsletter.id))) == 0


def load() -> None:
    """Load the demo into an empty database. Raises `NotHere` and `NoSimulator`."""
    refuse_production()
    with simulator():
        now = clock.now()
        calendar = setting.lay(now)
        story.tell(calendar, now)


def start_again() -> None:
    """Throw the development database away and load the demo into a new one. Raises as `load` does."""
    refuse_production()
    throw_away()
    upgrade()
    load()


def refuse_production() -> None:
    """Raise `NotHere` where real people or real money could meet the demo."""
    if current_app.config["BOOKING_ENV"] == "production":
        raise NotHere("The demo is for development; there is none in production.")
    if not current_app.config["STRIPE_IS_SIMULATED"]:
        raise NotHere("The demo pays at the Stripe simulator only. Unset STRIPE_SECRET_KEY and load it again.")


def throw_away() -> None:
    """Drop every table. The file stays, because a server that runs has it open."""
    db.session.remove()
    # The driver's own connection: within a transaction SQLite would go on checking foreign keys.
    connection = db.engine.raw_connection()
    try:
        cursor = connection.cursor()
        for statement in _drops(cursor) if db.engine.dialect.name == "sqlite" else _NEW_SCHEMA:
            cursor.execute(statement)
        connection.commit()
    finally:
        connection.invalidate()
        db.engine.dispose()


_NEW_SCHEMA = ("DROP SCHEMA public CASCADE", "CREATE SCHEMA public")


def _drops(cursor: DBAPICursor) -> list[str]:
    cursor.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    return ["PRAGMA foreign_keys = OFF", *(f'DROP TABLE "{name}"' for (name,) in cursor.fetchall())]
