"""Runs the migrations inside the app that Flask-Migrate made current, on whichever database it is configured for."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from flask import current_app

from booking.models import Base
from booking.models.base import UtcDateTime


def render_item(kind: str, item: object, _context: object) -> str | Literal[False]:
    """A migration names database types only: types of the app may change after it was written."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UtcDateTime) else False


def numbered(_context: object, _revision: object, directives: list[Any]) -> None:
    """Give a new migration the number after the newest one."""
    script = directives[0]
    newest = context.script.get_current_head()
    script.rev_id = f"{int(newest or 0) + 1:04}"


def run() -> None:
    """Migrate forward in one transaction: a migration that fails leaves nothing behind."""
    engine = current_app.extensions["migrate"].db.engine
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_item=render_item,
            process_revision_directives=numbered,
            compare_type=True,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
