"""Static files: addresses that change with their content, so that browsers keep them for ever, and sent packed."""

from __future__ import annotations

import functools
import gzip
from hashlib import sha256
from pathlib import Path
from typing import Any

from flask import Flask, Response, request, url_for

FOR_EVER = "public, max-age=31536000, immutable"
PACKED = (".css", ".js", ".svg")
"""What gains by packing. Pages are not packed: with secrets beside typed text, their length would tell (BREACH)."""


def register(app: Flask) -> None:
    """Put the content's hash into every address of a static file, and say how long to keep what is asked for by it."""

    @app.url_defaults
    def with_hash(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static":
            values.setdefault("v", version(app, values["filename"]))

    def address(_mounted_at: str, filename: str) -> str:
        return url_for("static", filename=filename)

    remembered = functools.lru_cache(maxsize=64)(address)

    @app.template_global()
    def asset(filename: str) -> str:
        """The address of a static file. Every page names seven: working them out took a tenth of its time."""
        return (address if app.debug else remembered)(request.script_root, filename)

    @app.after_request
    def keep(response: Response) -> Response:
        if request.endpoint == "static" and response.status_code in (200, 304):
            named = request.args.get("v")
            current = named and named == version(app, (request.view_args or {})["filename"])
            response.headers["Cache-Control"] = FOR_EVER if current else "no-cache"
            pack(Path(app.static_folder or "") / (request.view_args or {})["filename"], response)
        return response


def version(app: Flask, filename: str) -> str:
    """The short hash of a static file's content; empty for a file that does not exist."""
    path = Path(app.static_folder or "") / filename
    try:
        changed = path.stat().st_mtime_ns
    except OSError:
        return ""
    return _hash(path, changed)


def pack(path: Path, response: Response) -> None:
    """Send a text file as gzip to whoever takes it: the styles and the script shrink to a quarter."""
    if path.suffix not in PACKED:
        return
    response.vary.add("Accept-Encoding")
    if response.status_code != 200 or request.accept_encodings.quality("gzip") <= 0:
        return
    response.direct_passthrough = False
    # Read, so that the open file is closed with the response.
    response.get_data()
    response.set_data(_gzipped(path, path.stat().st_mtime_ns))
    response.headers["Content-Encoding"] = "gzip"
    response.set_etag(response.get_etag()[0] or "", weak=True)


@functools.lru_cache(maxsize=64)
def _gzipped(path: Path, _changed: int) -> bytes:
    return gzip.compress(path.read_bytes(), mtime=0)


@functools.lru_cache(maxsize=256)
def _hash(path: Path, _changed: int) -> str:
    return sha256(path.read_bytes()).hexdigest()[:10]
