"""Commands that keep things going: the worker, and its tasks once, for a machine that has only cron."""

from __future__ import annotations

import logging

import click
from flask import current_app
from flask.cli import with_appcontext

from booking import clock, tasks
from booking.gateways.stripe_facts import PaymentsUnreachable

log = logging.getLogger(__name__)


@click.command("worker")
@with_appcontext
def worker() -> None:
    """Run the background tasks until stopped: send mail, let holds run out, remind of copy."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    # At this level Huey names every task that it puts into its queue, six times a minute, and stripe every request.
    for talkative in ("huey", "stripe"):
        logging.getLogger(talkative).setLevel(logging.WARNING)
    tasks.work(current_app._get_current_object())  # type: ignore[attr-defined]  # a proxy


@click.command("upkeep")
@with_appcontext
def upkeep() -> None:
    """Run every background task once, now. Exits with 1 when one of them failed; the others run all the same."""
    failed = False
    for each in tasks.UPKEEP:
        try:
            done = each.act(clock.now()) or "nothing to do"
        except PaymentsUnreachable as error:
            done, failed = f"Stripe cannot be asked: {error}. The next run asks again.", True
        # One task that fails must not keep mail from going out.
        except Exception as error:
            log.exception("%s failed", each.name)
            done, failed = f"failed: {error}", True
        click.echo(f"{each.name}: {done}")
    if failed:
        raise click.exceptions.Exit(1)
