"""Commands that say in a sentence when the database cannot be used: nobody types one to read a traceback."""

from __future__ import annotations

from typing import Any

import click
from flask.cli import AppGroup
from sqlalchemy.exc import OperationalError, ProgrammingError


class Command(click.Command):
    """A command that needs the database."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run it. Raises ClickException (exit code 1) for a database that is away, or has not this version's tables."""
        try:
            return super().invoke(ctx)
        except (OperationalError, ProgrammingError) as error:
            said = str(error.orig).strip().partition("\n")[0]
            raise click.ClickException(
                f"The database cannot be used: {said}. Check DATABASE_URL, and run `flask --app booking db upgrade`."
            ) from error


class Group(AppGroup):
    """A group of such commands."""

    command_class = Command
