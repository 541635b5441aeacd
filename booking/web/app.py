"""The Flask app of this program: what Flask would ask for every request and we know beforehand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask


class App(Flask):
    """An app whose handlers are plain functions, every one."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """The handler as it is. Whether it is a coroutine would be asked of each handler in each request."""
        return func
