"""Real servers on loopback for tests that need one: the app itself, and an SMTP server that keeps what it is sent."""

from __future__ import annotations

import socket
import ssl
import threading
from asyncio import Server
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any
from wsgiref.types import WSGIApplication

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from booking.stripe_simulator.connections import KeepingServer


@contextmanager
def serving(app: WSGIApplication) -> Iterator[str]:
    """Serve a WSGI app on a free port in a thread of this process; gives its address without a final slash."""
    server = KeepingServer("127.0.0.1", 0, app)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, name="live-server")
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def client_context() -> ssl.SSLContext:
    """What a client trusts that does not ask who it speaks to."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


class _AnyPort(Controller):
    def _trigger_server(self) -> None:
        # aiosmtpd greets the port it was asked for; port 0 became another one.
        assert isinstance(self.server, Server)
        self.port = self.server.sockets[0].getsockname()[1]
        if self.ssl_context is None:
            super()._trigger_server()
            return
        # It greets with the server's own side of TLS, which cannot be the client's.
        plain = socket.create_connection((self.hostname, self.port), timeout=10)
        with client_context().wrap_socket(plain, server_hostname=self.hostname) as greeted:
            greeted.recv(1024)


@dataclass
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
    logins: list[tuple[str, str]] = field(default_factory=list)

    def let_in(self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, given: LoginPassword) -> AuthResult:
        """Let anybody in, and remember with what."""
        self.logins.append((given.login.decode(), given.password.decode()))
        return AuthResult(success=True)

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
def receiving_mail(security: str = "none", context: ssl.SSLContext | None = None) -> Iterator[PostOffice]:
    """An SMTP server on a free port. Without TLS it takes no password; with it, in either way, it takes any."""
    office = PostOffice()
    takes = {"authenticator": office.let_in, "auth_require_tls": security == "starttls"}
    ways: dict[str, dict[str, Any]] = {
        "none": {},
        "starttls": {**takes, "tls_context": context, "require_starttls": True},
        "tls": {**takes, "ssl_context": context},
    }
    controller = _AnyPort(office, hostname=office.host, port=0, **ways[security])
    controller.start()
    try:
        office.port = controller.port
        yield office
    finally:
        controller.stop()
