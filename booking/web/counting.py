"""Counts requests in memory, for the limits on how often somebody may ask.

The storage that comes with the limiter starts a thread for each request that it counts, which looks through all
counts; here, whoever counts when a minute has passed sweeps out what is over.
"""

from __future__ import annotations

import threading

from limits.storage import Storage

from booking import clock

SCHEME = "process"
"""What addresses of this storage begin with."""

SWEEP_EVERY = 60.0
"""Seconds between two looks through all counts."""


class Counts(Storage):
    """The counts of one process: a number of requests for each key, and when it starts again from nothing."""

    STORAGE_SCHEME = [SCHEME]  # noqa: RUF012 - the base declares it like this

    def __init__(self, uri: str | None = None, wrap_exceptions: bool = False, **options: str) -> None:
        super().__init__(uri, wrap_exceptions=wrap_exceptions, **options)
        self._counts: dict[str, tuple[int, float]] = {}
        self._lock = threading.Lock()
        self._swept = 0.0

    @property
    def base_exceptions(self) -> type[Exception]:
        """What may go wrong: nothing does."""
        return ValueError

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Count `amount` more; a key that is new or over starts again and lasts for `expiry` seconds."""
        now = clock.now().timestamp()
        with self._lock:
            if now >= self._swept + SWEEP_EVERY:
                self._counts = {name: found for name, found in self._counts.items() if found[1] > now}
                self._swept = now
            count, ends = self._counts.get(key, (0, 0.0))
            if ends <= now:
                count, ends = 0, now + expiry
            self._counts[key] = count + amount, ends
            return count + amount

    def get(self, key: str) -> int:
        """The count of a key as it stands."""
        count, ends = self._counts.get(key, (0, 0.0))
        return count if ends > clock.now().timestamp() else 0

    def get_expiry(self, key: str) -> float:
        """When the key starts again, in seconds since 1970."""
        return self._counts.get(key, (0, clock.now().timestamp()))[1]

    def check(self) -> bool:
        """Whether it works: it does."""
        return True

    def reset(self) -> int:
        """Forget everything; returns how many keys there were."""
        with self._lock:
            known, self._counts = len(self._counts), {}
        return known

    def clear(self, key: str) -> None:
        """Forget one key."""
        with self._lock:
            self._counts.pop(key, None)
