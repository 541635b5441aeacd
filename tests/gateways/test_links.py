"""The link check, against real servers on loopback: the test permits loopback, the program never does."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from threading import Thread

import pytest
from werkzeug.wrappers import Request, Response

from booking.gateways import links
from tests.support.servers import serving


def anywhere(_address: links.Address) -> bool:
    return True


@Request.application
def site(request: Request) -> Response:
    """A sponsor's site with every kind of answer."""
    if request.path == "/no-head":
        return Response(status=405 if request.method == "HEAD" else 200)
    if request.path == "/gone":
        return Response(status=404)
    if request.path == "/moved":
        return Response(status=302, headers={"Location": "/here?a=b"})
    if request.path == "/round":
        return Response(status=302, headers={"Location": "/round"})
    if request.path == "/to":
        return Response(status=301, headers={"Location": request.args["url"]})
    return Response("hello")


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with serving(site) as address:
        yield address


@contextmanager
def silent_server() -> Iterator[str]:
    """Accepts and then says one byte a tenth of a second, for ever."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def trickle() -> None:
            connection, _ = server.accept()
            with connection:
                try:
                    for _ in range(200):
                        connection.sendall(b"H")
                        time.sleep(0.1)
                except OSError:
                    return

        thread = Thread(target=trickle, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"


@pytest.mark.parametrize("path", ["/", "/no-head", "/moved", "/caf\u00e9?q=\u00fc"])
def test_a_link_that_answers_is_fine(address: str, path: str) -> None:
    assert links.check(address + path, anywhere) == links.Answer(True, "It answers (200).")


def test_an_error_page_is_reported_with_its_status(address: str) -> None:
    assert links.check(f"{address}/gone", anywhere) == links.Answer(False, "It answers with an error (404).")


def test_a_redirect_in_a_circle_ends(address: str) -> None:
    assert links.check(f"{address}/round", anywhere).finding == "It redirects more than 5 times."


@pytest.mark.parametrize("target", ["ftp://127.0.0.1/x", "javascript:alert(1)", "file:///etc/passwd"])
def test_a_redirect_to_another_scheme_is_not_followed(address: str, target: str) -> None:
    assert not links.check(f"{address}/to?url={target}", anywhere).answers


def test_loopback_is_refused_after_resolution(address: str) -> None:
    found = links.check(address)
    assert found == links.Answer(False, "It leads to a private address that readers cannot reach.")


def test_a_name_of_this_machine_is_refused_too(address: str) -> None:
    assert not links.check(address.replace("127.0.0.1", "localhost")).answers


def test_a_redirect_to_a_private_address_is_refused(address: str) -> None:
    def all_but_ten(candidate: links.Address) -> bool:
        return candidate not in (ip_address("10.0.0.1"), ip_address("169.254.169.254"))

    for target in ("http://10.0.0.1/", "http://169.254.169.254/latest/meta-data/"):
        found = links.check(f"{address}/to?url={target}", all_but_ten)
        assert found == links.Answer(False, "It leads to a private address that readers cannot reach.")


def test_a_server_that_trickles_is_given_up_in_time() -> None:
    with silent_server() as url:
        found = links.check(url, anywhere, seconds=0.5)
    assert found == links.Answer(False, "It did not answer within 0.5 seconds.")


def test_nobody_listening_is_a_finding() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert links.check(f"http://127.0.0.1:{port}/", anywhere) == links.Answer(False, "It could not be reached.")


@pytest.mark.parametrize(
    "url", ["", "http://", "https://[", "http://a b/", "http://127.0.0.1:99999/", "mailto:a@b.example"]
)
def test_what_is_no_address_is_a_finding_and_no_error(url: str) -> None:
    assert not links.check(url, anywhere).answers


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0", "100.64.0.1", "224.0.0.1",
        "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "ff02::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1",
        "64:ff9b::a00:1", "2002:7f00:1::", "::ffff:10.0.0.1",
    ],
)  # fmt: skip
def test_addresses_of_no_reader_are_not_public(address: str) -> None:
    assert not links.is_public(ip_address(address))


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "::ffff:93.184.215.14"])
def test_addresses_of_the_internet_are_public(address: str) -> None:
    assert links.is_public(ip_address(address))
