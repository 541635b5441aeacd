"""The only place that asks what time it is, so that a test can answer instead."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

# Not a context variable: a live test server answers in threads of its own, which would not see one set by the test.
_frozen: list[datetime] = []


def now() -> datetime:
    """The current instant as an aware UTC datetime."""
    return _frozen[-1] if _frozen else datetime.now(UTC)


def instant(value: datetime | str) -> datetime:
    """An aware UTC datetime from one, or from ISO text such as ``2026-03-02 09:00`` (read as UTC without an offset).

    Raises ValueError for text that is not an ISO date and time.
    """
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


@contextmanager
def frozen_at(value: datetime | str) -> Iterator[datetime]:
    """Within the block, ``now()`` answers this instant in every thread. Blocks nest; the innermost wins."""
    moment = instant(value)
    _frozen.append(moment)
    try:
        yield moment
    finally:
        _frozen.remove(moment)
