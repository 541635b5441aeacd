"""Commands about one issue: feed its draft, close it, say that it was sent, check that everything ran.

Exit codes: 1 for what `--check` would change or what did not run as approved; 2 for what is refused, with a sentence;
3 for questions to the editor. In the last two cases nothing was changed.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NoReturn, ParamSpec, TypeVar

import click

from booking import clock
from booking.cli.commands import Group
from booking.domain.copy_diff import Change, Piece, unified_diff
from booking.domain.counted import counted
from booking.domain.errors import NotFound, Refusal, WrongState
from booking.domain.merge import Choice, Conflict
from booking.domain.region import Region
from booking.domain.states import Actor, IssueState
from booking.gateways import draft_file
from booking.gateways.draft_file import FileNotUsable
from booking.services import feeding, freezing, publishing
from booking.services.booking_steps import By
from booking.services.feeding import DraftGiven, FeedReport
from booking.services.issue_copy import Gap
from booking.services.queries.issue_desk import issue_page
from booking.web.routing import LARGEST

P = ParamSpec("P")
R = TypeVar("R")

WOULD_CHANGE, REFUSED, CONFLICTS = 1, 2, 3

STANDS = {
    IssueState.OPEN: "is on sale. It is frozen first and sent then.",
    IssueState.FROZEN: "is closed for changes already.",
    IssueState.SENT: "has been sent and stays as it is.",
}
"""Where an issue stands that cannot be moved as asked, and what to do."""

issue = Group("issue", help="Feed, freeze, send and verify one issue.")

number_argument = click.argument("number", type=click.IntRange(0, LARGEST))
file_argument = click.argument("file", type=click.Path(path_type=Path))
choices_option = click.option(
    "--choose",
    "choices",
    multiple=True,
    metavar="REGION=ANSWER",
    help="Answer a conflict, such as sponsor=overwrite. May be given for each region.",
)


def sentences(command: Callable[P, R]) -> Callable[P, R]:
    """Turn a refusal into its sentence and exit code 2. What speaks of pages is said in the words of a shell."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except NotFound as missing:
            stop(f"There is no such {missing.thing}. Check the number; the calendar on the desk has them all.", REFUSED)
        except WrongState as wrong:
            stop(f"Issue {kwargs['number']} {STANDS[IssueState(wrong.old)]}", REFUSED)
        except (Refusal, FileNotUsable) as refusal:
            stop(str(refusal), REFUSED)

    return run


@issue.command("feed")
@number_argument
@file_argument
@choices_option
@click.option("--check", is_flag=True, help="Only say whether the file would change; exit 1 if so.")
@sentences
def feed(number: int, file: Path, choices: tuple[str, ...], check: bool) -> None:
    """Write the approved copy of an issue into its draft."""
    draft = given(file, choices)
    if check:
        report = feeding.plan_feed(number, draft)
        tell(report)
        if report.result.changed:
            stop(f"{file} would change.", WOULD_CHANGE)
        click.echo(f"{file} has exactly what is approved.")
        return
    report = feeding.feed_issue(number, draft, editor(), functools.partial(draft_file.replace, file))
    tell(report)
    click.echo(f"{file} was fed." if report.result.changed else f"{file} has exactly what is approved.")


@issue.command("diff")
@number_argument
@file_argument
@choices_option
@sentences
def diff(number: int, file: Path, choices: tuple[str, ...]) -> None:
    """Show what feeding would change, as `diff -u` writes it."""
    draft = given(file, choices)
    report = feeding.plan_feed(number, draft)
    click.echo(unified_diff(draft.content, report.result.draft, file.name), nl=False)
    tell(report)


@issue.command("cancel")
@number_argument
@file_argument
@choices_option
@sentences
def cancel(number: int, file: Path, choices: tuple[str, ...]) -> None:
    """Take out of the draft what the feed put in."""
    draft = given(file, choices)
    result = feeding.cancel_feed(number, draft, editor(), functools.partial(draft_file.replace, file))
    stop_at(result.conflicts)
    click.echo(f"The paid copy was taken out of {file}." if result.changed else f"{file} has no paid copy of ours.")


@issue.command("status")
@number_argument
@click.argument("file", type=click.Path(path_type=Path), required=False)
@sentences
def status(number: int, file: Path | None) -> None:
    """Show what the issue carries, what is missing, and whether the draft is up to date."""
    page = issue_page(number)
    click.echo(f"Issue {number}, {page.publishes_on:%d %B %Y}: {page.state.label.lower()}.")
    click.echo(f"  Title: {page.title}")
    for ad in page.ads:
        whose = "house ad" if ad.house_ad_id is not None else f"booking {ad.booking_id}"
        click.echo(f"  {ad.kind.label}: {ad.copy.name} ({whose})")
    tell_gaps(page.gaps)
    if file is not None:
        report = feeding.plan_feed(number, given(file, ()))
        tell(report)
        click.echo(f"{file} would change." if report.result.changed else f"{file} has exactly what is approved.")


@issue.command("freeze")
@number_argument
@sentences
def freeze(number: int) -> None:
    """Close an issue for changes."""
    frozen = freezing.freeze(number, editor())
    click.echo(f"Issue {number} is closed for changes with {counted(frozen.ads, 'ad')}.")
    tell_gaps(frozen.gaps)


@issue.command("unfreeze")
@number_argument
@click.option("--reason", required=True, help="Why; it stands in the log.")
@sentences
def unfreeze(number: int, reason: str) -> None:
    """Open a frozen issue again, before it is sent."""
    freezing.unfreeze(number, reason, editor())
    click.echo(f"Issue {number} is open again.")


@issue.command("sent")
@number_argument
@click.argument("archive_url", default="")
@sentences
def sent(number: int, archive_url: str) -> None:
    """Say that a frozen issue went out, with the address at which it can be read."""
    ran = freezing.sent(number, archive_url, editor())
    click.echo(f"Issue {number} is sent; {counted(ran, 'booking')} ran.")


@issue.command("verify")
@number_argument
@file_argument
@sentences
def verify(number: int, file: Path) -> None:
    """Look for each ad in the issue as it was sent: a file, its text, or the raw mail. Exit 1 when one did not run."""
    verified = publishing.verify_issue(number, draft_file.read(file), editor())
    for block in verified.found:
        click.echo(f"  {block.region.value}, booking {block.key}: {block.state.label}")
        if block.pieces:
            click.echo("    " + difference(block.pieces))
    if not verified.all_ran:
        stop("Not everything ran as approved. The desk has a task for each.", WOULD_CHANGE)
    click.echo("Everything ran as approved. The tear sheets are on their way.")


def difference(pieces: Iterable[Piece]) -> str:
    """A word difference on one line: what was taken out in [-brackets-], what was put in in {+braces+}."""
    signs = {Change.SAME: "{}", Change.REMOVED: "[-{}-]", Change.ADDED: "{{+{}+}}"}
    return " ".join("".join(signs[piece.change].format(piece.text) for piece in pieces).split())


def editor() -> By:
    """Whoever sits at the command line may do what the editor may."""
    return By(Actor.EDITOR, clock.now())


def given(file: Path, choices: Iterable[str]) -> DraftGiven:
    """The draft in a file with the answers of the command line."""
    return DraftGiven(draft_file.read(file), file.name, dict(map(answer, choices)))


def answer(text: str) -> tuple[Region, Choice]:
    """One REGION=ANSWER. Raises UsageError that lists what there is."""
    region, _, choice = text.partition("=")
    try:
        return Region(region.strip()), Choice(choice.strip().replace(" ", "_"))
    except ValueError:
        regions, answers = ", ".join(Region), ", ".join(Choice)
        raise click.UsageError(f"“{text}” is no answer. Write REGION=ANSWER, of {regions} and {answers}.") from None


def tell(report: FeedReport) -> None:
    """Print warnings and gaps, and stop at conflicts."""
    for warning in report.result.warnings:
        click.echo(f"Look at this: {warning}", err=True)
    tell_gaps(report.gaps)
    stop_at(report.result.conflicts)


def tell_gaps(gaps: Iterable[Gap]) -> None:
    """Print the booked places that have nothing to run."""
    for gap in gaps:
        click.echo(f"Missing: {gap.kind.label} of {gap.company} (booking {gap.booking_id}). {gap.reason}", err=True)


def stop_at(conflicts: Iterable[Conflict]) -> None:
    """Print the questions, if there are any, and stop with their exit code."""
    questions = [str(conflict) for conflict in conflicts]
    if questions:
        hint = "Nothing was changed. Answer with --choose REGION=ANSWER, or resolve it in the draft."
        stop("\n".join([*questions, hint]), CONFLICTS)


def stop(words: str, code: int) -> NoReturn:
    """Print words where errors go and end with this exit code."""
    click.echo(words, err=True)
    raise click.exceptions.Exit(code)
