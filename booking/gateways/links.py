"""Asks whether the link of an ad answers, without letting an advertiser make this server talk to its own network.

Every address is resolved here, refused unless it is public, and then connected to as resolved: a name that changes its
answer between the check and the connection (DNS rebinding) gains nothing. A failure is a finding, never an error.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import SplitResult, quote, urljoin, urlsplit

SECONDS = 10.0
"""For the whole check, redirects included."""
MOST_REDIRECTS = 5
REDIRECTS = frozenset({301, 302, 303, 307, 308})
PORTS = {"http": 80, "https": 443}
HEADERS = {"User-Agent": "newsletter-booking link check", "Accept": "*/*", "Connection": "close"}
_AS_WRITTEN = "/?&=%:@!$'()*+,;~"
_EMBEDDED_IN_NAT64 = IPv6Address("64:ff9b::"), 96

Address = IPv4Address | IPv6Address
Permitted = Callable[[Address], bool]


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether the link answers, and one sentence on how, or why not."""

    answers: bool
    finding: str


class _NoAnswer(Exception):
    """The sentence is the finding."""


@dataclass
class _Call:
    """One check under way: what it found, and the socket to close when its time is up."""

    permitted: Permitted
    ends_at: float
    found: Answer | None = None
    open_socket: socket.socket | None = field(default=None, repr=False)

    def seconds_left(self) -> float:
        left = self.ends_at - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


def is_public(address: Address) -> bool:
    """Whether any reader could reach it: not a private, loopback, link-local or reserved address, however wrapped."""
    inner = _embedded(address)
    if inner is not None:
        return is_public(inner)
    return address.is_global and not address.is_multicast and not address.is_reserved


def check(url: str, permitted: Permitted = is_public, seconds: float = SECONDS) -> Answer:
    """Ask for `url` (http or https) with HEAD, then with GET if that was refused, following redirects by hand.

    Takes `seconds` at most, name look-ups included. Never raises for what the other side does.
    """
    call = _Call(permitted, time.monotonic() + seconds)
    # A look-up has no timeout and a server may trickle its answer: only another thread can be left waiting.
    worker = threading.Thread(target=_settle, args=(call, url), name="link-check", daemon=True)
    worker.start()
    worker.join(seconds)
    if call.found is None and call.open_socket is not None:
        with contextlib.suppress(OSError):
            call.open_socket.close()
    return call.found or Answer(False, f"It did not answer within {seconds:g} seconds.")


def _settle(call: _Call, url: str) -> None:
    try:
        call.found = _follow(call, url)
    except _NoAnswer as refusal:
        call.found = Answer(False, str(refusal))
    except TimeoutError:
        pass
    except ssl.SSLError:
        call.found = Answer(False, "Its certificate is not valid, so readers would see a warning.")
    except (OSError, http.client.HTTPException, UnicodeError, ValueError):
        call.found = Answer(False, "It could not be reached.")


def _follow(call: _Call, url: str) -> Answer:
    for _ in range(MOST_REDIRECTS + 1):
        status, location = _ask(call, url, "HEAD")
        if status >= 400:
            status, location = _ask(call, url, "GET")
        if status not in REDIRECTS or not location:
            good = status < 400
            return Answer(good, f"It answers ({status})." if good else f"It answers with an error ({status}).")
        url = urljoin(url, location)
    raise _NoAnswer(f"It redirects more than {MOST_REDIRECTS} times.")


def _ask(call: _Call, url: str, method: str) -> tuple[int, str]:
    parts = urlsplit(url)
    if parts.scheme not in PORTS or not parts.hostname:
        raise _NoAnswer("It leads to something that is not a web page.")
    connection = http.client.HTTPConnection(parts.hostname, parts.port or PORTS[parts.scheme])
    connection.sock = call.open_socket = _connect(call, parts)
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request(method, quote(path, safe=_AS_WRITTEN), headers=HEADERS)
        answer = connection.getresponse()
        return answer.status, answer.headers.get("Location", "")
    finally:
        connection.close()


def _connect(call: _Call, parts: SplitResult) -> socket.socket:
    host = parts.hostname or ""
    address = _resolve(call, host, parts.port or PORTS[parts.scheme])
    plain = socket.create_connection(address, timeout=call.seconds_left())
    plain.settimeout(call.seconds_left())
    if parts.scheme == "http":
        return plain
    try:
        return ssl.create_default_context().wrap_socket(plain, server_hostname=host)
    except BaseException:
        plain.close()
        raise


def _resolve(call: _Call, host: str, port: int) -> tuple[str, int]:
    """The address to connect to. One refused address refuses the name: which one a browser takes is not ours to say."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise _NoAnswer(f"There is no such host as {host}.") from error
    addresses = [ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
    if not addresses or not all(map(call.permitted, addresses)):
        raise _NoAnswer("It leads to a private address that readers cannot reach.")
    return str(addresses[0]), port


def _embedded(address: Address) -> IPv4Address | None:
    if isinstance(address, IPv4Address):
        return None
    prefix, bits = _EMBEDDED_IN_NAT64
    if int(address) >> (128 - bits) == int(prefix) >> (128 - bits):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
