"""Commands about the calendar: open the coming issues, and load the demo newsletter while developing."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from booking import clock, demo
from booking.cli.commands import Command, Group
from booking.domain.errors import Refusal
from booking.services import opening
from booking.services.queries.calendar import COMING

issues = Group("issues", help="Open the coming issues.")


@issues.command("generate")
@click.option("--count", default=COMING, show_default=True, type=click.IntRange(1, 520), help="How many to have open.")
def generate(count: int) -> None:
    """See to it that the next issues are open, with their slots. Doing it again changes nothing."""
    try:
        opened = opening.open_issues(clock.now(), count)
    except Refusal as refusal:
        raise click.UsageError(str(refusal)) from refusal
    click.echo(opened.sentence)


@click.command("demo", cls=Command)
@click.option("--if-empty", is_flag=True, help="Do nothing, and say nothing, when there is a newsletter already.")
@click.option("--again", is_flag=True, help="Throw the development database away first.")
@with_appcontext
def load_demo(if_empty: bool, again: bool) -> None:
    """Load a small believable newsletter with bookings in every state. Not in production."""
    if not again and not demo.is_empty():
        if not if_empty:
            click.echo("There is a newsletter already. To throw it away and load the demo: demo --again")
        return
    try:
        demo.start_again() if again else demo.load()
    except (demo.NotHere, demo.NoSimulator) as reason:
        raise click.UsageError(str(reason)) from reason
    click.echo("The demo newsletter is loaded.")
