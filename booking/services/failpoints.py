"""Named places where a test can make the process die. Nothing here is reachable from a request or the environment."""

from __future__ import annotations

from collections.abc import Callable

hooks: dict[str, Callable[[], None]] = {}
"""What a test process does at a name; empty in every other process."""


def reached(name: str) -> None:
    """Say that the code is here. Does nothing unless a test of this process put a hook at the name."""
    if hook := hooks.get(name):
        hook()
