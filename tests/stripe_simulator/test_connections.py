"""A connection to the simulator stays open from one request to the next, and none is read as part of another."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection, RemoteDisconnected

import pytest

from booking.stripe_simulator import Settings, Simulator

KEY = {"Authorization": "Bearer sk_test_simulator"}


@pytest.fixture
def line(simulator: Simulator) -> Iterator[HTTPConnection]:
    """One connection to the simulator."""
    with closing(HTTPConnection(simulator.base_url.removeprefix("http://"), timeout=10)) as line:
        yield line


def ask(line: HTTPConnection, method: str = "GET", path: str = "/v1/balance", **sent: object) -> int:
    """What is answered on this connection."""
    line.request(method, path, **{"headers": KEY, **sent})  # type: ignore[arg-type]  # As http.client takes it.
    with line.getresponse() as answer:
        answer.read()
        return answer.status


def test_one_connection_takes_one_request_after_another(line: HTTPConnection) -> None:
    assert ask(line) == 200
    first = line.sock
    assert ask(line, "POST", "/v1/customers", body="email=press%40ledgerline.example") == 200
    assert ask(line, path="/v1/customers?limit=1") == 200
    assert first is not None
    assert line.sock is first


def test_a_body_that_nobody_read_is_not_the_next_request(line: HTTPConnection) -> None:
    assert ask(line, "POST", "/nowhere", body="GET /v1/unheard HTTP/1.1\r\n\r\n" * 1000) == 404
    first = line.sock
    assert ask(line) == 200
    assert line.sock is first


def test_what_comes_in_chunks_is_the_last_on_its_connection(line: HTTPConnection) -> None:
    assert ask(line, "POST", "/v1/customers", body=iter([b"name=", b"Ledgerline"]), encode_chunked=True) == 200
    assert line.sock is None


def test_an_open_connection_ends_with_the_simulator() -> None:
    with Simulator(Settings(environment={})) as simulator:
        line = HTTPConnection(simulator.base_url.removeprefix("http://"), timeout=10)
        assert ask(line) == 200
    with closing(line), pytest.raises((RemoteDisconnected, ConnectionError)):
        ask_again_on(line)


def ask_again_on(line: HTTPConnection) -> None:
    """Ask on the connection that there is; one that http.client would make again is another."""
    line.auto_open = 0
    assert line.sock is not None
    ask(line)
