"""Commands about people: who is an editor, and short cuts for signing in while developing."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import with_appcontext

from booking import clock
from booking.cli.commands import Command, Group
from booking.services import signing_in
from booking.services.queries import mailbox
from booking.web.forms import email_address

editor = Group("editor", help="Say who may use the desk.")


@editor.command("add")
@click.argument("email")
def add_editor(email: str) -> None:
    """Make the person with this address an editor. They sign in with a link that is mailed to it."""
    address = email_address(email.strip())
    if address is None:
        raise click.UsageError(f"“{email}” is not an e-mail address. Write it like name@example.com.")
    changed = signing_in.make_editor(address, clock.now())
    click.echo(f"{address} is an editor now." if changed else f"{address} was an editor already.")
    click.echo(f"They sign in at {current_app.config['BASE_URL']}/sign-in")


@click.command("dev-links", cls=Command)
@with_appcontext
def dev_links() -> None:
    """Print links that sign in with one click: a sponsor, a recruiter, the editor. Not in production."""
    if current_app.config["BOOKING_ENV"] == "production":
        raise click.UsageError("There are no such links in production. Sign in at /sign-in.")
    base, people = current_app.config["BASE_URL"], mailbox.three_people()
    click.echo(f"\n  {'Front page':<12}{base}/")
    for person in people:
        click.echo(f"  {person.what:<12}{base}/dev/sign-in/{person.id}")
    click.echo(f"  {'Mail':<12}{base}/dev/mail\n")
