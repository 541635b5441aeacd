"""How fast places are held and payments folded in, against a program that does one UPDATE and one INSERT."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import count, islice

import sqlalchemy as sa

from booking import clock
from booking.db import db
from booking.models import Booking
from booking.services import invariants
from tests.bench import load, stock
from tests.bench.buyers import Browser, browsers, paid, session_of
from tests.bench.databases import Copies
from tests.bench.measure import Row, at_least, at_most, in_turns
from tests.bench.servers import serving

ROUNDS = 7
AT_ONCE = 8
CHUNK = 200
FLOOR_CHUNK = 500
"""Holds in a round. The floor has more, so that both take about as long: a short burst finds the machine idle."""

RUSH = 200
RUSHES = 5
PAST_HOLDS = 100_000
WRITERS = 4
ISSUES = 3_800


@dataclass(slots=True)
class Floor:
    """The minimal program, and the next place that nobody has taken."""

    address: str
    places: Iterator[int] = field(default_factory=lambda: count(1))

    def requests(self, places: Iterator[int]) -> list[bytes]:
        """Take these places, each as somebody else."""
        return [load.post("/hold", {"place": str(place), "buyer": f"buyer {place}"}, Host="floor") for place in places]

    def rate(self) -> float:
        """Holds in a second."""
        run = load.run(self.address, self.requests(islice(self.places, FLOOR_CHUNK)), AT_ONCE)
        _expect(run, {303: FLOOR_CHUNK})
        return run.rate

    def rush(self) -> float:
        """Seconds until all who want one place at once are answered."""
        place = next(self.places)
        run = load.run(self.address, self.requests(iter([place] * RUSH)), RUSH)
        _expect(run, {303: 1, 409: RUSH - 1})
        return run.seconds


@dataclass(slots=True)
class Site:
    """The product, its next free issue, browsers that have the form, and what was held and not paid yet."""

    address: str
    issues: Iterator[int] = field(default_factory=lambda: count(stock.FIRST_NUMBER))
    browsers: list[Browser] = field(default_factory=list)
    held: list[str] = field(default_factory=list)

    def rate(self) -> float:
        """Holds in a second."""
        return self.hold().rate

    def hold(self) -> load.Run:
        """Hold so many places over eight connections."""
        if not self.browsers:
            self.browsers = browsers(self.address, AT_ONCE)
        asked = [self.browsers[number % AT_ONCE].hold(issue) for number, issue in enumerate(islice(self.issues, CHUNK))]
        run = load.run(self.address, asked, AT_ONCE)
        _expect(run, {303: CHUNK})
        self.held += [session_of(answer) for answer in run.answers]
        return run

    def rush(self) -> float:
        """Seconds until all who want one place at once are answered."""
        if len(self.browsers) < RUSH:
            self.browsers += browsers(self.address, RUSH - len(self.browsers))
        issue = next(self.issues)
        run = load.run(self.address, [browser.hold(issue) for browser in self.browsers], RUSH)
        _expect(run, {303: 1, 409: RUSH - 1})
        return run.seconds

    def fold(self) -> float:
        """Paid webhooks folded in a second."""
        sessions, self.held = self.held[:CHUNK], self.held[CHUNK:]
        run = load.run(self.address, [paid(session) for session in sessions], AT_ONCE)
        _expect(run, {200: CHUNK})
        return run.rate


def run(dialect: str, copies: Copies) -> Iterator[tuple[Row, str]]:
    """Each measure on one kind of database, and a note with the figures behind it."""
    url, crowded = copies.copy("holds"), copies.copy("crowded")
    stock.newsletter(url, ISSUES)
    stock.newsletter(crowded, ISSUES)
    stock.past_holds(crowded, PAST_HOLDS)
    with ExitStack() as stack:
        floor = Floor(stack.enter_context(serving(f"tests.bench.floor:create_app({url!r})")))
        site = Site(stack.enter_context(_site(url, copies)))
        _warm(floor.rate, site.rate)
        holds = in_turns(ROUNDS, floor.rate, site.rate)
        yield at_least(f"hold a slot, {dialect}", holds.ratio, "of the floor", 0.5), holds.note("a second")
        _warm(floor.rush, site.rush)
        rush = in_turns(RUSHES, floor.rush, site.rush)
        yield at_most(f"{RUSH} buyers at once, {dialect}", rush.ratio, "times the floor", 2.5), rush.note("s")
        folds = in_turns(ROUNDS, floor.rate, site.fold)
        yield at_least(f"fold a paid webhook, {dialect}", folds.ratio, "of the floor", 0.3), folds.note("a second")
        after = Site(stack.enter_context(_site(crowded, copies)))
        _warm(after.rate)
        past = in_turns(ROUNDS, site.rate, after.rate)
        name = f"hold a slot after {PAST_HOLDS:,} holds, {dialect}"
        yield at_least(name, past.ratio, "of the rate with none", 0.9), past.note("a second")
    _check(url, confirmed=len(folds.rounds) * CHUNK)


def longest_wait(copies: Copies) -> tuple[Row, str]:
    """The longest that any hold waited while four processes wrote to one SQLite file."""
    url = copies.copy("waits")
    stock.newsletter(url, ISSUES)
    with _site(url, copies, WRITERS) as address:
        site = Site(address)
        site.hold()
        waits = sorted(answer.seconds for _ in range(3) for answer in site.hold().answers)
    name = f"longest wait for a hold, {WRITERS} processes, SQLite"
    note = f"median {waits[len(waits) // 2]:.3f} s of {len(waits)} holds"
    return at_most(name, waits[-1], "s", 1.0), note


@contextmanager
def _site(url: str, copies: Copies, workers: int = 2) -> Iterator[str]:
    app = f"tests.bench.site:make_app({url!r}, {str(copies.folder / 'tasks.sqlite')!r})"
    with serving(app, workers) as address:
        yield address


def _warm(*measures: Callable[[], float]) -> None:
    """Let each measure its first time, which compiles statements and templates, and forget what it gave."""
    for measure in measures:
        measure()


def _expect(run: load.Run, statuses: dict[int, int]) -> None:
    """A fast wrong answer is no answer."""
    if run.statuses() != statuses:
        raise AssertionError(f"Expected the statuses {statuses}, got {run.statuses()}.")


def _check(url: str, confirmed: int) -> None:
    """Nothing was sold twice or lost on the way."""
    with stock.filling(url) as connection:
        found = connection.execute(
            sa.select(sa.func.count()).select_from(Booking).where(Booking.state == "confirmed")
        ).scalar_one()
        assert found == confirmed, f"{found} bookings are confirmed, {confirmed} were paid."
        breaches = invariants.breaches(db.session(), clock.now())
        assert not breaches, breaches
