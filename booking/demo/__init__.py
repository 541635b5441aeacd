"""A small believable newsletter with bookings in every state, made by the same acts that the pages use.

For development only: it pays at the Stripe simulator, and at nothing else.
"""

from __future__ import annotations

import sqlalchemy as sa
from flask import current_app
from flask_migrate import upgrade

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
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if db.engine.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            names = sa.inspect(connection).get_table_names()
            for name in names:
                connection.exec_driver_sql(f'DROP TABLE "{name}"')
        else:
            connection.exec_driver_sql("DROP SCHEMA public CASCADE")
            connection.exec_driver_sql("CREATE SCHEMA public")
    db.engine.dispose()
