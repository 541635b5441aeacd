"""Starts what is measured: gunicorn with the same workers and threads for the floor and for the product."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tests.bench import load
from tests.support.source import ROOT

WORKERS = 2
THREADS = 4
CONNECTIONS = 12
"""As the Procfile has them."""


@contextmanager
def serving(app: str, workers: int = WORKERS) -> Iterator[str]:
    """Serve an app, written as gunicorn takes it, on a free port; gives its address. Stops it at the end."""
    with socket.create_server(("127.0.0.1", 0), backlog=2048) as listening:
        port = listening.getsockname()[1]
        command = [sys.executable, "-m", "gunicorn", "--bind", f"fd://{listening.fileno()}"]
        command += ["--workers", str(workers), "--threads", str(THREADS), "--worker-connections", str(CONNECTIONS)]
        command += ["--log-level", "warning", app]
        server = subprocess.Popen(command, cwd=ROOT, pass_fds=(listening.fileno(),))
        try:
            address = f"http://127.0.0.1:{port}"
            # The socket is there already, so this waits until a worker answers, with whatever it is.
            load.run(address, [load.get("/ready", Host="ads.example.com")] * 4 * workers, 4 * workers)
            yield address
        finally:
            server.terminate()
            server.wait(30)
