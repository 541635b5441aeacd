"""Sponsor and job slots of a newsletter: reserved, paid, approved and fed into the issue."""

from __future__ import annotations

from flask import Flask
from flask_migrate import Migrate

from booking import cli, tasks, web
from booking import db as database
from booking.gateways import payments
from config import Config, chosen

MIGRATIONS = "migrations"


def create_app(config: Config | None = None) -> Flask:
    """Join the parts into an app, the only place where they meet.

    Without a configuration, the environment decides (``config.chosen``). Raises config.ConfigurationError when the
    app must not start like this.
    """
    app = Flask(__name__, template_folder="../templates")
    settings = config or chosen()
    app.config.from_object(settings)
    app.config["BOOKING_ENV"] = settings.name
    database.db.init_app(app)
    with app.app_context():
        database.prepare(database.db.engine)
    Migrate(app, database.db, directory=MIGRATIONS)
    payments.connect(app)
    web.register(app)
    tasks.register(app)
    cli.register(app)
    return app
