"""How often one visitor may ask for what costs us: a mail, a hold, a file of everything that is stored about them."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from flask import Flask, current_app, request
from limits import RateLimitItem, parse
from limits.storage import storage_from_string
from limits.strategies import FixedWindowRateLimiter
from werkzeug.exceptions import TooManyRequests

from booking.web import counting

P = ParamSpec("P")
R = TypeVar("R")

EXTENSION = "rates"
COSTS_NOTHING = ("GET", "HEAD")


class TooOften(TooManyRequests):
    """A visitor asked more often than a view allows. `seconds` later they may again."""

    def __init__(self, limit: RateLimitItem) -> None:
        super().__init__()
        self.seconds = limit.get_expiry()


def register(app: Flask) -> None:
    """Count in the storage that the configuration names; each app has its own counts."""
    address = app.config["RATELIMIT_STORAGE_URI"]
    counts = storage_from_string(f"{counting.SCHEME}://" if address == "memory://" else address)
    app.extensions[EXTENSION] = FixedWindowRateLimiter(counts)


def address() -> str:
    """Where the request comes from, as far as our proxies can be believed."""
    return request.remote_addr or "nowhere"


def at_most(
    rate: str, of: Callable[[], str] = address, *, looking: bool = False
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let a view be asked so often ("30 per hour") by each that `of` tells apart; looking counts if it says so.

    Raises TooOften.
    """
    limit = parse(rate)

    def limited(view: Callable[P, R]) -> Callable[P, R]:
        name = f"{view.__module__}.{view.__qualname__}"

        @functools.wraps(view)
        def counted(*args: P.args, **kwargs: P.kwargs) -> R:
            costs = looking or request.method not in COSTS_NOTHING
            if costs and current_app.config["RATELIMIT_ENABLED"]:
                counts: FixedWindowRateLimiter = current_app.extensions[EXTENSION]
                if not counts.hit(limit, name, of()):
                    raise TooOften(limit)
            return view(*args, **kwargs)

        return counted

    return limited
