"""What happens without anybody asking: mail goes out, holds run out, reminders are written. Each task calls a service.

None is needed for a promise to hold: a slot whose hold ran out is free whether or not a worker runs, and every task
may run twice, late, or in several workers at once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from huey.api import Huey, MemoryHuey, PostgresHuey, RedisHuey, SqliteHuey
from huey.consumer import Consumer, Scheduler

from booking import clock
from booking.gateways.stripe_facts import PaymentsUnreachable
from booking.services import (
    announcing,
    fallbacks,
    invoices,
    lapsing,
    link_checks,
    opening,
    outbox,
    publishing,
    reconciling,
    refunding,
    reminding,
    signing_in,
)

log = logging.getLogger(__name__)

HEARTBEAT = 10
"""Seconds between two looks at the table below; no period is shorter."""

NAME = "booking"


@dataclass(frozen=True, slots=True)
class Upkeep:
    """A service that is called again and again: its name in logs, the seconds between two calls, and the call."""

    name: str
    every: int
    act: Callable[[datetime], object]


DELIVER = Upkeep("deliver-mail", 10, outbox.deliver)

UPKEEP = (
    DELIVER,
    Upkeep("tell-programs", 30, announcing.deliver_news),
    Upkeep("lapse-holds", 60, lapsing.lapse_run_out),
    Upkeep("submit-refunds", 60, refunding.submit_waiting),
    Upkeep("remind-of-copy", 300, reminding.remind),
    Upkeep("apply-fallbacks", 600, fallbacks.apply_fallbacks),
    Upkeep("send-tear-sheets", 3600, publishing.send_tear_sheets),
    Upkeep("check-links", 60, link_checks.check_due_links),
    Upkeep("void-overdue-invoices", 600, invoices.void_overdue),
    Upkeep("reconcile", 600, reconciling.reconcile_lately),
    Upkeep("open-issues", 3600, opening.keep_open),
    Upkeep("forget-old-sessions", 86_400, signing_in.forget_old),
)


class Due:
    """Whether a task's period has passed. The scheduler asks at every heartbeat, never quite on the second."""

    def __init__(self, every: int) -> None:
        self._every = timedelta(seconds=every - HEARTBEAT / 2)
        self._last: datetime | None = None

    def __call__(self, moment: datetime) -> bool:
        """Return whether it is time, and count from now if it is. The first time it always is."""
        if self._last is not None and moment - self._last < self._every:
            return False
        self._last = moment
        return True


class Heart(Scheduler):
    """Huey looks at its periodic tasks once a minute; mail should not wait so long."""

    periodic_task_seconds = HEARTBEAT


class Worker(Consumer):
    """Runs the tasks of one app until it is told to stop."""

    scheduler_class = Heart


def register(app: Flask) -> None:
    """Let a commit that wrote mail wake a worker. The queue is opened when it is first used, after a server forks."""
    outbox.posted.connect(wake, app)


def queue(app: Flask) -> Huey:
    """The app's queue with its tasks, in the storage that HUEY_URL names; opened once for each process."""
    if "huey" not in app.extensions:
        app.extensions["huey"] = opened = storage(app.config["HUEY_URL"], Path(app.instance_path))
        for upkeep in UPKEEP:
            opened.periodic_task(Due(upkeep.every), name=upkeep.name)(in_context(app, upkeep))
        deliver = in_context(app, DELIVER)
        app.extensions["huey.deliver"] = opened.task(name="deliver-new-mail")(deliver)
    found: Huey = app.extensions["huey"]
    return found


def in_context(app: Flask, upkeep: Upkeep) -> Callable[[], None]:
    """The upkeep as a task without arguments. What goes wrong is logged, and the next call tries again."""

    def run() -> None:
        with app.app_context():
            try:
                done = upkeep.act(clock.now())
            except PaymentsUnreachable as error:
                log.warning("%s: Stripe cannot be asked: %s. The next round asks again.", upkeep.name, error)
                return
        if done:
            log.info("%s: %s", upkeep.name, done)

    return run


def storage(url: str, instance: Path) -> Huey:
    """Open a queue at `url`: memory:, sqlite:///file (relative to the instance folder), postgresql: or redis:."""
    kind, _, rest = url.partition(":")
    options: dict[str, Any] = {"name": NAME, "results": False}
    if kind == "memory":
        return MemoryHuey(**options)
    if kind == "sqlite":
        instance.mkdir(parents=True, exist_ok=True)
        return SqliteHuey(filename=str(instance / rest.removeprefix("///")), **options)
    if kind in ("postgres", "postgresql", "postgresql+psycopg"):
        return PostgresHuey(dsn=f"postgresql:{rest}", **options)
    return RedisHuey(url=url, **options)


def wake(app: Flask) -> None:
    """Ask a worker to deliver mail now, unless one is asked already: where only cron runs, nobody empties the queue."""
    try:
        if not queue(app).pending_count():
            app.extensions["huey.deliver"]()
    # Whatever is wrong with the queue, the commit stands, and the worker looks for mail by itself.
    except Exception:
        log.exception("The worker could not be woken")


def work(app: Flask) -> None:
    """Run the tasks in this process until a signal stops it."""
    worker = Worker(queue(app), workers=2, max_delay=1.0, check_worker_health=True)
    worker.run()
