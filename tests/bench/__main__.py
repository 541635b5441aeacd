"""`make bench`: measures, prints a table and writes build/bench.json. Name a part to run it alone.

python -m tests.bench [money] [pages] [feed]
"""

from __future__ import annotations

import json
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import cast

from tests.bench import bench_feed, bench_money, bench_pages
from tests.bench.databases import DIALECTS, opened
from tests.bench.measure import Row

RESULT = Path("build/bench.json")
LINE = "{:<46} {:>9} {:<22} {:<9} {:<5} {}"


def main(parts: list[str]) -> None:
    """Run the named parts, all by default; each row is printed as soon as it is known."""
    began, rows = time.monotonic(), []
    print(LINE.format("what", "value", "unit", "target", "holds", "figures behind it"), flush=True)
    for row, note in _measured(parts or ["money", "pages", "feed"]):
        rows.append(row)
        print(_line(row, note), flush=True)
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(rows, indent=2) + "\n")
    missed = [row["name"] for row in rows if not row["holds"]]
    print(f"\n{len(rows) - len(missed)} of {len(rows)} targets hold, after {time.monotonic() - began:.0f} s.")


def _measured(parts: list[str]) -> Iterator[tuple[Row, str]]:
    for dialect in DIALECTS:
        with opened(dialect) as copies:
            if "money" in parts:
                yield from bench_money.run(dialect, copies)
            if "money" in parts and dialect == "SQLite":
                yield bench_money.longest_wait(copies)
            if "pages" in parts:
                yield from bench_pages.run(dialect, copies)
    if "feed" in parts:
        yield from ((cast(Row, row), "") for row in bench_feed.run())


def _line(row: Row, note: str) -> str:
    at_least = (row["value"] >= row["target"]) == row["holds"]
    target = f"{'≥' if at_least else '≤'} {row['target']:g}"
    return LINE.format(row["name"], f"{row['value']:g}", row["unit"], target, "yes" if row["holds"] else "NO", note)


if __name__ == "__main__":
    # So that a run that is stopped stops its servers, too.
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(1))
    main(sys.argv[1:])
