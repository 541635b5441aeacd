"""Commands about money: making our books whole from Stripe's, and asking a database whether it is sound."""

from __future__ import annotations

import re
from datetime import timedelta

import click
from flask.cli import with_appcontext

from booking import clock
from booking.cli.commands import Command, Group
from booking.gateways.stripe_facts import PaymentsUnreachable
from booking.services.invariants import INVARIANTS, check
from booking.services.reconciling import reconcile

payments = Group("payments", help="Compare our books with Stripe's.")
UNITS = {"m": "minutes", "h": "hours", "d": "days"}


class Ago(click.ParamType["timedelta | str"]):
    """A stretch of time back from now, such as 7d, 12h or 30m."""

    name = "ago"

    def convert(self, value: str | timedelta, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        """Read it, or say what it may look like."""
        if isinstance(value, timedelta):
            return value
        match = re.fullmatch(r"([1-9][0-9]{0,3})([mhd])", value.strip())
        if match is None:
            self.fail(f"{value!r} is no stretch of time: write 7d, 12h or 30m.", param, ctx)
        return timedelta(**{UNITS[match[2]]: int(match[1])})


@payments.command("reconcile")
@click.option("--since", type=Ago(), default="7d", show_default=True, help="How far back to look.")
def reconcile_command(since: timedelta) -> None:
    """Fold in everything that happened at Stripe, and prove that the balances agree. Exit code 1 when they do not."""
    now = clock.now()
    try:
        report = reconcile(now - since, now)
    except PaymentsUnreachable as error:
        click.echo(f"Stripe cannot be asked: {error}. Run this again later.", err=True)
        raise SystemExit(1) from error
    for sentence in report.sentences:
        click.echo(sentence)
    if not report.whole:
        raise SystemExit(1)


@click.command("doctor", cls=Command)
@click.option("--invariants", is_flag=True, help="Check the eight invariants of slots and money.")
@with_appcontext
def doctor(invariants: bool) -> None:
    """Ask this database whether it is sound. Exit code 1 and a sentence for each breach."""
    if not invariants:
        raise click.UsageError("Say what to check: --invariants.")
    found = check(clock.now())
    for sentence in found:
        click.echo(sentence)
    if found:
        raise SystemExit(1)
    click.echo(f"All {len(INVARIANTS)} invariants hold.")
