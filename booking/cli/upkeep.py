"""Commands that keep things going: the worker, and its tasks once, for a machine that has only cron."""

from __future__ import annotations

import logging

import click
from flask import current_app
from flask.cli import with_appcontext

from booking import clock, tasks


@click.command("worker")
@with_appcontext
def worker() -> None:
    """Run the background tasks until stopped: send mail, let holds run out, remind of copy."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    # At this level Huey names every task that it puts into its queue, six times a minute.
    logging.getLogger("huey").setLevel(logging.WARNING)
    tasks.work(current_app._get_current_object())  # type: ignore[attr-defined]  # a proxy


@click.command("upkeep")
@with_appcontext
def upkeep() -> None:
    """Run every background task once, now."""
    for each in tasks.UPKEEP:
        done = each.act(clock.now())
        click.echo(f"{each.name}: {done or 'nothing to do'}")
