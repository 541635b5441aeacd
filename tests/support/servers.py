"""Real servers on loopback for tests that need one: the app itself, and an SMTP server that keeps what it is sent."""

from __future__ import annotations

import threading
from asyncio import Server
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from aiosmtpd.controller import Controller
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wsgi import ClosingIterator


class _Quiet(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing: a failing test is to show its own words."""


def _whole(app: WSGIApplication) -> WSGIApplication:
    """The app with each answer read and closed at once: the server leaves it open when a browser hangs up early."""

    def answer(environment: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        with closing(ClosingIterator(app(environment, start_response))) as parts:
            return [b"".join(parts)]

    return answer


@contextmanager
def serving(app: WSGIApplication) -> Iterator[str]:
    """Serve a WSGI app on a free port in a thread of this process; gives its address without a final slash."""
    server = make_server("127.0.0.1", 0, _whole(app), threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, name="live-server")
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _AnyPort(Controller):
    def _trigger_server(self) -> None:
        # aiosmtpd greets the port it was asked for; port 0 became another one.
        assert isinstance(self.server, Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@dataclass(slots=True)
class PostOffice:
    """What an SMTP server was sent. Put an SMTP reply such as `451 later` into `refuse_with` to refuse everything.

    One in `refuse_recipients_with` refuses before the mail is handed over, as for an unknown mailbox.
    """

    host: str = "127.0.0.1"
    port: int = 0
    messages: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    refuse_with: str | None = None
    refuse_recipients_with: str | None = None

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:
        """Take a recipient, or refuse them."""
        if self.refuse_recipients_with is not None:
            return self.refuse_recipients_with
        envelope.rcpt_tos.append(address)
        return "250 known"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        """Keep one message."""
        if self.refuse_with is not None:
            return self.refuse_with
        self.messages.append(message_from_bytes(envelope.content, policy=policy.default))
        self.recipients.extend(envelope.rcpt_tos)
        return "250 kept"


@contextmanager
def receiving_mail() -> Iterator[PostOffice]:
    """An SMTP server on a free port, without TLS or a password."""
    office = PostOffice()
    controller = _AnyPort(office, hostname=office.host, port=0)
    controller.start()
    try:
        office.port = controller.port
        yield office
    finally:
        controller.stop()
