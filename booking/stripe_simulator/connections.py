"""Serves a WSGI program over connections that stay open, as Stripe's do: its client makes one and asks again on it.

Werkzeug's own server closes each connection, because it does not know where a body ends that nobody read. This one
reads each body to its end.
"""

from __future__ import annotations

import logging
import socket
from contextlib import suppress
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler
from werkzeug.test import run_wsgi_app
from werkzeug.wsgi import LimitedStream, get_content_length

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

BODILESS = (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED)


class Keeping(WSGIRequestHandler):
    """Answers one request after another on a connection. What comes in chunks is left to werkzeug, which closes it."""

    # An answer is written in two parts. The second would wait until the first is acknowledged, which takes 40 ms.
    disable_nagle_algorithm = True

    def run_wsgi(self) -> None:
        """Answer one request, whole; the next one begins where its body ends."""
        environ = self.make_environ()
        length = get_content_length(environ)
        if length is None and "HTTP_TRANSFER_ENCODING" in environ:
            super().run_wsgi()
            return
        body = LimitedStream(environ["wsgi.input"], length or 0)
        environ["wsgi.input"] = body
        parts, status, headers = run_wsgi_app(self.server.app, environ, buffered=True)
        body.exhaust()
        answer = b"".join(parts)
        code, _, reason = status.partition(" ")
        if int(code) not in BODILESS:
            headers.setdefault("Content-Length", str(len(answer)))
        self.send_response(int(code), reason)
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:  # noqa: ARG002 - werkzeug passes it
        """One line for the log of whoever wants it, instead of one to the terminal."""
        logging.getLogger(__name__).debug("%s %s %s", self.command, self.path, code)


class KeepingServer(ThreadedWSGIServer):
    """A thread for each connection; closing the server ends those that are still open."""

    def __init__(self, host: str, port: int, app: WSGIApplication) -> None:
        self._open: set[socket.socket] = set()
        super().__init__(host, port, app, Keeping)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Remember a connection, and serve it in a thread."""
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Forget a connection that has ended."""
        self._open.discard(request)
        super().shutdown_request(request)

    def server_close(self) -> None:
        """Let go of the port, and of whoever is still connected."""
        super().server_close()
        for connection in list(self._open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
