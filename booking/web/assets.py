"""Addresses of static files that change with their content, so that browsers may keep each of them for ever."""

from __future__ import annotations

import functools
from hashlib import sha256
from pathlib import Path
from typing import Any

from flask import Flask, Response, request

FOR_EVER = "public, max-age=31536000, immutable"


def register(app: Flask) -> None:
    """Put the content's hash into every address of a static file, and say how long to keep what is asked for by it."""

    @app.url_defaults
    def with_hash(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static":
            values.setdefault("v", version(app, values["filename"]))

    @app.after_request
    def keep(response: Response) -> Response:
        if request.endpoint == "static" and response.status_code in (200, 304):
            named = request.args.get("v")
            current = named and named == version(app, (request.view_args or {})["filename"])
            response.headers["Cache-Control"] = FOR_EVER if current else "no-cache"
        return response


def version(app: Flask, filename: str) -> str:
    """The short hash of a static file's content; empty for a file that does not exist."""
    path = Path(app.static_folder or "") / filename
    try:
        changed = path.stat().st_mtime_ns
    except OSError:
        return ""
    return _hash(path, changed)


@functools.lru_cache(maxsize=256)
def _hash(path: Path, _changed: int) -> str:
    return sha256(path.read_bytes()).hexdigest()[:10]
