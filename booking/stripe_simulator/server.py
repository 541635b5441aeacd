"""Runs the simulator: in a thread for tests (port 0 finds a free one), or until interrupted as its own program."""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

from booking.stripe_simulator.app import create_simulator, parts
from booking.stripe_simulator.connections import KeepingServer
from booking.stripe_simulator.control_system import reset
from booking.stripe_simulator.settings import Settings
from booking.stripe_simulator.store import Json
from booking.stripe_simulator.world import World


class Simulator:
    """A simulator on a loopback port, with its postman. Usable with `with`.

    `base_url` is what stripe-python takes as `base_addresses={"api": ...}`.
    """

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or Settings()
        self.app = create_simulator(self.settings)
        self.parts = parts(self.app)
        self._server = KeepingServer(self.settings.host, self.settings.port, self.app)
        self.base_url = f"http://{self.settings.host}:{self._server.port}"
        self.world.base_url = self.base_url
        self._thread: threading.Thread | None = None

    @property
    def world(self) -> World:
        """The simulated account."""
        return self.parts.world

    def start(self) -> Self:
        """Serve in a thread."""
        self.parts.postman.start()
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        return self

    def serve_forever(self) -> None:
        """Serve until interrupted."""
        self.parts.postman.start()
        try:
            self._server.serve_forever()
        finally:
            self.stop()

    def stop(self) -> None:
        """Stop serving and delivering, and let go of the port and the file."""
        if self._thread is not None:
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()
        self.parts.postman.stop()
        self.world.store.close()

    def reset(self) -> None:
        """Forget everything and put the dials back; much cheaper than a new simulator."""
        reset(self.parts)

    def flush(self) -> list[Json]:
        """Deliver every waiting event over HTTP now; the deliveries as they ended."""
        return self.parts.postman.flush()

    def deliver_to(self, post: Callable[[bytes, dict[str, str]], int]) -> list[Json]:
        """Deliver every waiting event by calling `post(body, headers)`, which answers the app's HTTP status.

        For an app that is only a test client: chaos, order and signatures are the same as over HTTP.
        """
        return self.parts.postman.flush(post)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
