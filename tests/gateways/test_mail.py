"""Mail is handed to a real SMTP server on this machine, and what it answers decides whether to try again."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from booking import clock
from booking.gateways.mail import Envelope, MailNotSent, MailRefused, MailServer, send
from tests.support.browser import required
from tests.support.servers import PostOffice, receiving_mail

LETTER = Envelope(
    "ada@ledgerline.example",
    "Booked: issue 475 — thank you",
    "Zwölf Zeilen.\n\nhttps://ads.example.com/orders/8KQ2\n",
    "<news-1@ads.example.com>",
    clock.instant("2026-03-02 09:00"),
)


def server(office: PostOffice, **changes: str) -> MailServer:
    return replace(MailServer(office.host, office.port, "The Pager <ads@example.com>", "none"), **changes)  # type: ignore[arg-type]  # all its options are text


def test_a_mail_arrives_as_it_was_written(post_office: PostOffice) -> None:
    send(LETTER, server(post_office))
    [message] = post_office.messages
    assert message["To"] == LETTER.recipient
    assert message["From"] == "The Pager <ads@example.com>"
    assert message["Subject"] == LETTER.subject
    assert message["Message-ID"] == LETTER.message_id
    assert message["Date"] == "Mon, 02 Mar 2026 09:00:00 +0000"
    assert message.get_content_type() == "text/plain"
    assert message.get_content().splitlines() == LETTER.body.splitlines()
    assert post_office.recipients == [LETTER.recipient]


@pytest.mark.parametrize("reply", ["451 later", "421 too many"])
def test_a_server_that_says_later_is_asked_again(post_office: PostOffice, reply: str) -> None:
    post_office.refuse_with = reply
    with pytest.raises(MailNotSent, match=reply[:3]):
        send(LETTER, server(post_office))


def test_a_server_that_says_no_is_believed(post_office: PostOffice) -> None:
    post_office.refuse_with = "554 we do not want this"
    with pytest.raises(MailRefused, match="554 we do not want this"):
        send(LETTER, server(post_office))


@pytest.mark.parametrize(
    "recipient", ["", "two words@example.com", "a@b.example, c@d.example", "a@b\r\nBcc: all@example.com"]
)
def test_what_is_no_address_is_never_sent(post_office: PostOffice, recipient: str) -> None:
    with pytest.raises(MailRefused):
        send(replace(LETTER, recipient=recipient), server(post_office))
    assert post_office.messages == []


def test_a_server_that_is_not_there_is_asked_again() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(MailNotSent):
        send(LETTER, MailServer("127.0.0.1", port, "ads@example.com", "none"))


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_mail_does_not_travel_in_the_open_when_it_must_not(post_office: PostOffice, security: str) -> None:
    with pytest.raises(MailNotSent):
        send(LETTER, server(post_office, security=security))
    assert post_office.messages == []


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for 127.0.0.1 that nobody else has signed, with its key in the same file."""
    openssl = shutil.which("openssl")
    if openssl is None:
        (pytest.fail if required() else pytest.skip)("no openssl here: install your system's openssl package")
    file = tmp_path / "mail.pem"
    made = "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1"
    command = [openssl, *made.split(), "-keyout", "-", "-out", "-"]
    file.write_bytes(subprocess.run(command, check=True, capture_output=True).stdout)
    return file


@pytest.fixture
def secure_office(certificate: Path, request: pytest.FixtureRequest) -> Iterator[PostOffice]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    with receiving_mail(request.param, context) as office:
        yield office


SECURE = pytest.mark.parametrize(
    ("secure_office", "security"), [("starttls", "starttls"), ("tls", "tls")], indirect=["secure_office"]
)


@SECURE
def test_mail_and_password_travel_in_secret(
    secure_office: PostOffice, security: str, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    send(LETTER, server(secure_office, security=security, username="ads", password="fake"))
    assert [message["Subject"] for message in secure_office.messages] == [LETTER.subject]
    assert secure_office.logins == [("ads", "fake")]


@SECURE
def test_a_server_that_cannot_show_who_it_is_gets_neither_mail_nor_password(
    secure_office: PostOffice, security: str
) -> None:
    with pytest.raises(MailNotSent, match="certificate verify failed"):
        send(LETTER, server(secure_office, security=security, username="ads", password="fake"))
    assert (secure_office.messages, secure_office.logins) == ([], [])


def test_a_password_is_not_given_to_a_server_that_cannot_take_it(post_office: PostOffice) -> None:
    with pytest.raises(MailNotSent):
        send(LETTER, server(post_office, username="ads", password="fake"))
    assert post_office.messages == []
