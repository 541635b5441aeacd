"""Sponsor and job slots of a newsletter: reserved, paid, approved and fed into the issue."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from config import Config

MIGRATIONS = "migrations"


def create_app(config: Config | None = None) -> Flask:
    """Join the parts into an app, the only place where they meet.

    Without a configuration, the environment decides (``config.chosen``). Raises config.ConfigurationError when the
    app must not start like this.
    """
    # Imported when an app is made: the Stripe simulator lives in this package too and starts without the app.
    from flask_migrate import Migrate

    from booking import cli, engine, tasks, web
    from booking import db as database
    from booking.gateways import payments
    from booking.web.app import App
    from config import chosen

    app = App(__name__, template_folder="../templates")
    settings = config or chosen()
    app.config.from_object(settings)
    app.config["BOOKING_ENV"] = settings.name
    database.db.init_app(app)
    with app.app_context():
        engine.prepare(database.db.engine)
    Migrate(app, database.db, directory=MIGRATIONS)
    payments.connect(app)
    web.register(app)
    tasks.register(app)
    cli.register(app)
    return app
