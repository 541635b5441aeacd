"""Keeps the tests on this machine: a connection or look-up that would leave it is refused, and fails the test."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from typing import Any

REACHES = frozenset({"socket.connect", "socket.sendto"})
ASKS = frozenset({"socket.getaddrinfo", "socket.gethostbyname"})
WATCHED = REACHES | ASKS
"""The events that leaving begins with."""

_attempts: list[str] | None = None


class OutsideNetwork(Exception):
    """A test tried to reach something that is not on this machine."""


def is_here(host: object) -> bool:
    """Whether a host name or address means this machine without asking anybody."""
    text = host.decode() if isinstance(host, bytes) else host
    if text in (None, "", "localhost", socket.gethostname()):
        return True
    try:
        address = ip_address(str(text).partition("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    # Every call of `id` is an event too, ten thousand of them in a second: they may cost no more than this.
    if event not in WATCHED or _attempts is None:
        return
    if event in REACHES:
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else None
    else:
        host = arguments[0]
        # An address is not looked up, only parsed; whether it may be reached is decided when it is connected to.
        if isinstance(host, str) and _is_address(host):
            return
    if not is_here(host):
        _attempts.append(f"{event} {host!r}")
        raise OutsideNetwork(f"A test tried to leave this machine: {event} {host!r}.")


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


# An audit hook sees every socket, whoever opened it, where a patched method is missed by who imported it earlier.
sys.addaudithook(_watch)


@contextmanager
def kept_on_this_machine() -> Iterator[list[str]]:
    """Refuse to leave within the block, and give the list of attempts: code under test may have caught the refusal."""
    global _attempts  # noqa: PLW0603 - an audit hook cannot be removed, so what it does must be switched
    attempts: list[str] = []
    _attempts = attempts
    try:
        yield attempts
    finally:
        _attempts = None
