"""Carries events to the app in the background: in order, a few at once, again and again until they are accepted."""

from __future__ import annotations

import http.client
import logging
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

from booking.stripe_simulator import deliveries
from booking.stripe_simulator.store import Json
from booking.stripe_simulator.world import World, act_on_time

TICK = 0.1
"""Seconds between two looks at the clocks when nothing else wakes the postman."""

Post = Callable[[bytes, dict[str, str]], int]
"""Hands a body and its headers to the app and answers its HTTP status."""


class Postman:
    """One thread that looks for due deliveries and a few that carry them."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._idle = threading.Condition()
        self._under_way = 0
        self._thread: threading.Thread | None = None
        self._pool: ThreadPoolExecutor | None = None

    def start(self) -> None:
        """Begin to deliver in the background, also what an earlier run left under way."""
        deliveries.put_back(self.world)
        self._pool = ThreadPoolExecutor(max_workers=4, thread_name_prefix="simulator-webhook")
        self._thread = threading.Thread(target=self._run, name="simulator-postman", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop delivering; what is under way is finished first."""
        self._stop.set()
        self._wake.set()
        if self._thread is not None and self._pool is not None:
            self._thread.join()
            self._pool.shutdown(cancel_futures=True)

    def wake(self) -> None:
        """There may be something to deliver."""
        self._wake.set()

    def wait_until_idle(self, seconds: float = 20.0) -> bool:
        """Wait until nothing is under way."""
        with self._idle:
            return self._idle.wait_for(lambda: self._under_way == 0, seconds)

    def flush(self, post: Post | None = None, rounds: int = 20) -> list[Json]:
        """Deliver everything that waits, now and in order, one try each; what that causes is delivered too.

        `post` carries instead of HTTP, for an app that runs without a server. Returns the deliveries as they ended.
        """
        self.wait_until_idle()
        tried: dict[int, Json] = {}
        for _ in range(rounds):
            rows = deliveries.waiting(self.world)
            fresh = [row for row in rows if row["id"] not in tried]
            if not fresh:
                deliveries.put_back(self.world)
                break
            try:
                for row in fresh:
                    self.carry(row, post)
                    tried[row["id"]] = deliveries.shown(self._row(row["id"]))
            finally:
                deliveries.put_back(self.world)
        return list(tried.values())

    def carry(self, row: sqlite3.Row, post: Post | None = None) -> None:
        """Post one delivery and write down what became of it."""
        body, headers = row["payload"].encode(), deliveries.headers(self.world, row)
        send = post or self._over_http
        status, error = None, None
        try:
            status = send(body, headers)
        except (OSError, http.client.HTTPException) as failure:
            error = f"{type(failure).__name__}: {failure}"
        deliveries.report(self.world, row, status, error)

    def _over_http(self, body: bytes, headers: dict[str, str]) -> int:
        """Post a body to the app's webhook address."""
        url = urlsplit(self.world.dials.app_webhook or "")
        kind = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
        connection = kind(url.hostname or "", url.port, timeout=self.world.settings.delivery_timeout)
        try:
            connection.request("POST", url.path or "/", body, headers)
            answer = connection.getresponse()
            answer.read()
            return answer.status
        finally:
            connection.close()

    def _row(self, key: int) -> sqlite3.Row:
        return self.world.store.rows("SELECT * FROM delivery WHERE id = ?", (key,))[0]

    def _run(self) -> None:
        while not self._stop.is_set():
            self._wake.wait(TICK)
            self._wake.clear()
            if self._stop.is_set():
                return
            try:
                with self.world.store.transaction():
                    act_on_time(self.world)
                for row in self._claimed():
                    self._hand_over(row)
            except Exception:
                logging.getLogger(__name__).exception("The postman stumbled and goes on.")

    def _claimed(self) -> list[sqlite3.Row]:
        with self._idle:
            rows = deliveries.due(self.world)
            self._under_way += len(rows)
            return rows

    def _hand_over(self, row: sqlite3.Row) -> None:
        def carry() -> None:
            try:
                self.carry(row)
            finally:
                with self._idle:
                    self._under_way -= 1
                    self._idle.notify_all()
                self.wake()

        assert self._pool is not None
        self._pool.submit(carry)
