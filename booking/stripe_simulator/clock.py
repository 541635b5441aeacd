"""The simulator's own time, which tests move: Stripe measures `expires_at` and due dates on its clock, not on ours."""

from __future__ import annotations

import time

from booking.stripe_simulator.store import Store


class Clock:
    """Wall time plus an offset, or a moment at which it stands still. Both survive a restart in the database."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def now(self) -> int:
        """Seconds since 1970 in UTC, as the simulator sees them."""
        frozen = self._store.setting("clock_frozen")
        if frozen is not None:
            return int(frozen)
        return int(wall() + float(self._store.setting("clock_offset") or 0))

    def set(self, moment: int) -> None:
        """Move to a moment and run on from there (or stand there, if the clock is frozen)."""
        if self._store.setting("clock_frozen") is not None:
            self._store.set_setting("clock_frozen", str(moment))
        self._store.set_setting("clock_offset", str(moment - wall()))

    def advance(self, seconds: float) -> None:
        """Move on by some seconds; negative moves back."""
        self.set(int(self.now() + seconds))

    def freeze(self, standing: bool) -> None:
        """Stop at the present moment, or run on from it."""
        moment = self.now()
        self._store.set_setting("clock_frozen", str(moment) if standing else None)
        self._store.set_setting("clock_offset", str(moment - wall()))


def wall() -> float:
    """Real seconds since 1970, for signatures and retries, which other programs measure on their own clocks."""
    return time.time()
