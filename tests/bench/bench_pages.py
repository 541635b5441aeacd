"""How fast the storefront is, against a program that selects and renders the same rows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

from tests.bench import load, stock
from tests.bench.buyers import headers
from tests.bench.databases import Copies
from tests.bench.measure import Row, at_least, in_turns
from tests.bench.servers import serving

ROUNDS = 7
AT_ONCE = 8
CHUNK = 300
COMING = 26
FEW, MANY = 50, 5_000


def run(dialect: str, copies: Copies) -> Iterator[tuple[Row, str]]:
    """The storefront with few and with many past issues on one kind of database."""
    few, many = copies.copy("few"), copies.copy("many")
    for url, past in ((few, FEW), (many, MANY)):
        stock.newsletter(url, COMING, past)
        stock.past_sales(url, past)
    tasks = str(copies.folder / "tasks.sqlite")
    with ExitStack() as stack:
        floor = stack.enter_context(serving(f"tests.bench.floor:create_app({few!r})"))
        young, old = (
            stack.enter_context(serving(f"tests.bench.site:make_app({url!r}, {tasks!r})")) for url in (few, many)
        )
        for address in (floor, young, old):
            _rate(address)
        pages = in_turns(ROUNDS, lambda: _rate(floor), lambda: _rate(young))
        yield at_least(f"storefront, {dialect}", pages.ratio, "of the floor", 0.6), pages.note("a second")
        aged = in_turns(ROUNDS, lambda: _rate(young), lambda: _rate(old))
        name = f"storefront after {MANY:,} issues, {dialect}"
        yield at_least(name, aged.ratio, f"of the rate after {FEW}", 0.9), aged.note("a second")


def _rate(address: str) -> float:
    """Pages in a second."""
    run = load.run(address, [load.get("/", **headers(1))] * CHUNK, AT_ONCE)
    assert run.statuses() == {200: CHUNK}, run.statuses()
    return run.rate
