"""A buyer's end of the wire, as cheap as Python gets: requests are written beforehand and answers hardly read.

It shares two cores with what it measures, so it is one thread over bare sockets. Every request has a connection of its
own, as from the proxy that docs/deploy.md sets up. Loopback only; it gives up by itself.
"""

from __future__ import annotations

import selectors
import socket
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from urllib.parse import urlencode, urlsplit

PATIENCE = 60.0
"""Seconds without any answer after which the run is given up."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back for one request, and after how many seconds."""

    status: int
    head: str
    body: bytes
    seconds: float


@dataclass(frozen=True, slots=True)
class Run:
    """All answers in the order of the requests, and the seconds from the first request to the last answer."""

    answers: list[Answer]
    seconds: float

    @property
    def rate(self) -> float:
        """Answers in a second."""
        return len(self.answers) / self.seconds

    @property
    def longest(self) -> float:
        """The longest that one request waited, seconds."""
        return max(answer.seconds for answer in self.answers)

    def statuses(self) -> dict[int, int]:
        """How many answers had each status."""
        found: dict[int, int] = {}
        for answer in self.answers:
            found[answer.status] = found.get(answer.status, 0) + 1
        return found


def get(path: str, **headers: str) -> bytes:
    """A GET as it stands on the wire."""
    return _head("GET", path, headers) + b"\r\n"


def post(path: str, body: bytes | dict[str, str], **headers: str) -> bytes:
    """A POST as it stands on the wire, of a form when `body` is a dict."""
    if isinstance(body, dict):
        body = urlencode(body).encode()
        headers["Content_Type"] = "application/x-www-form-urlencoded"
    headers["Content_Length"] = str(len(body))
    return _head("POST", path, headers) + b"\r\n" + body


def _head(method: str, path: str, headers: dict[str, str]) -> bytes:
    lines = [
        f"{method} {path} HTTP/1.1",
        "Connection: close",
        *(f"{name.replace('_', '-')}: {text}" for name, text in headers.items()),
    ]
    return "".join(f"{line}\r\n" for line in lines).encode()


class _Line:
    """One request on its way over a connection of its own."""

    def __init__(self, address: tuple[str, int], number: int, request: bytes) -> None:
        self.address, self.number, self.received = address, number, b""
        self.began = time.perf_counter()
        self.socket = socket.create_connection(address, PATIENCE)
        self.socket.sendall(request)

    def take(self) -> Answer | None:
        """Read what there is; the answer once it is whole. Raises ConnectionError when the server hung up."""
        part = self.socket.recv(262_144)
        if not part:
            raise ConnectionError("The server hung up in the middle of an answer.")
        self.received += part
        head, found, body = self.received.partition(b"\r\n\r\n")
        if not found or len(body) < _length(head):
            return None
        return Answer(int(head[9:12]), head.decode("latin-1"), body, time.perf_counter() - self.began)


def _length(head: bytes) -> int:
    _, _, rest = head.lower().partition(b"\r\ncontent-length:")
    return int(rest.partition(b"\r\n")[0])


def run(address: str, requests: Sequence[bytes], connections: int) -> Run:
    """Send all requests, so many at a time, the next one as soon as one is answered.

    Raises ConnectionError when the server hangs up and TimeoutError when it says nothing for `PATIENCE`.
    """
    parts = urlsplit(address)
    target = (parts.hostname or "", parts.port or 80)
    answers: dict[int, Answer] = {}
    waiting = iter(enumerate(requests))
    with selectors.DefaultSelector() as selector:
        start = time.perf_counter()
        for number, request in islice(waiting, connections):
            _start(_Line(target, number, request), selector)
        while selector.get_map():
            ready = selector.select(PATIENCE)
            if not ready:
                raise TimeoutError(f"{address} did not answer for {PATIENCE:.0f} s.")
            for key, _ in ready:
                _advance(key.data, answers, waiting, selector)
        seconds = time.perf_counter() - start
    return Run([answers[number] for number in sorted(answers)], seconds)


def _advance(
    line: _Line, answers: dict[int, Answer], waiting: Iterator[tuple[int, bytes]], selector: selectors.BaseSelector
) -> None:
    answer = line.take()
    if answer is None:
        return
    answers[line.number] = answer
    selector.unregister(line.socket)
    line.socket.close()
    following = next(waiting, None)
    if following is not None:
        _start(_Line(line.address, *following), selector)


def _start(line: _Line, selector: selectors.BaseSelector) -> None:
    selector.register(line.socket, selectors.EVENT_READ, line)
