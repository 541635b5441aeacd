"""The commands of `flask --app booking`: each asks one service and prints what a person needs to know.

One module for each group; what a command does wrong is said in a sentence, with exit code 2.
"""

from __future__ import annotations

from flask import Flask

from booking.cli.calendar import issues, load_demo
from booking.cli.issue import issue
from booking.cli.payments import doctor, payments
from booking.cli.people import dev_links, editor
from booking.cli.upkeep import upkeep, worker

COMMANDS = (issue, issues, load_demo, editor, dev_links, worker, upkeep, payments, doctor)


def register(app: Flask) -> None:
    """Add the commands to an app."""
    for command in COMMANDS:
        app.cli.add_command(command)
