"""The simulated Stripe account: its memory, its clock, its dials and its outgoing events, handed to every act."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from booking.stripe_simulator.clock import Clock
from booking.stripe_simulator.errors import missing
from booking.stripe_simulator.ids import new_id
from booking.stripe_simulator.settings import Dials, Settings
from booking.stripe_simulator.store import Json, Store

request_in_hand: ContextVar[tuple[str | None, str | None]] = ContextVar("request_in_hand", default=(None, None))
"""Id and idempotency key of the API request that is being served; events carry them."""

LIVEMODE = False


@dataclass(slots=True)
class World:
    """One simulated account. `emit` and `act_on_time` are joined in app.py, so that this module needs neither."""

    settings: Settings
    store: Store
    clock: Clock
    dials: Dials
    base_url: str = "http://127.0.0.1"
    emitted: Callable[[], None] = lambda: None
    timers: dict[str, Callable[[World, Json], None]] = field(default_factory=dict)
    refunds_ahead: list[str] = field(default_factory=list)
    """The statuses that the next refunds take instead of succeeding (the control plane fills it)."""

    def now(self) -> int:
        """Seconds since 1970 on the simulator's clock."""
        return self.clock.now()

    def need(self, kind: str, key: str, param: str, *, in_path: bool = False) -> Json:
        """One object, or the StripeError `resource_missing`."""
        found = self.store.get(kind, key)
        if found is None:
            raise missing(kind, key, param, in_path=in_path)
        return found

    def shape(self, kind: str, prefix: str) -> Json:
        """What every new object begins with."""
        return {"id": new_id(prefix), "object": kind, "created": self.now(), "livemode": LIVEMODE}

    @contextmanager
    def act(self) -> Iterator[None]:
        """One transaction: first what the clock made due, then the act; the events go out once it is committed."""
        with self.store.transaction():
            act_on_time(self)
            yield
        self.emitted()


def act_on_time(world: World) -> int:
    """Do what is due on the simulator's clock (expiries, due dates, later disputes). Returns how much was done."""
    done = 0
    for _ in range(1000):
        row = world.store.rows("SELECT id, kind, due FROM object WHERE due <= ? ORDER BY due LIMIT 1", (world.now(),))
        if not row:
            break
        body = world.store.anything(row[0]["id"])
        world.store.run("UPDATE object SET due = NULL WHERE id = ?", (row[0]["id"],))
        if body is not None:
            world.timers[row[0]["kind"]](world, body)
        done += 1
    return done
