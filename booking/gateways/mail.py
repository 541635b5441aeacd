"""Sending one mail over SMTP, and telling a refusal that is final from one that is worth another try."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime

TIMEOUT = 30.0
"""Seconds for each step of the conversation; a claim of a mail lasts longer than all of them together."""


class MailNotSent(Exception):
    """The server could not be reached or said "later"; trying again may help."""


class MailRefused(Exception):
    """The server will never take this mail, such as for an address that does not exist."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed over. `security` is starttls, tls or none; without a user name nobody logs in."""

    host: str
    port: int
    sender: str
    security: str = "starttls"
    username: str = ""
    password: str = ""


@dataclass(frozen=True, slots=True)
class Envelope:
    """One mail, ready to send."""

    recipient: str
    subject: str
    body: str
    message_id: str
    written_at: datetime


def send(envelope: Envelope, server: MailServer) -> None:
    """Hand one mail over. Raises MailNotSent or MailRefused, each with the server's own words where it has any."""
    try:
        message = _composed(envelope, server.sender)
    except ValueError as error:
        raise MailRefused(f"This is not one address: {error}") from error
    try:
        with _connection(server) as smtp:
            smtp.send_message(message)
    except smtplib.SMTPRecipientsRefused as error:
        code, words = next(iter(error.recipients.values()))
        raise _failure(code, words) from error
    except smtplib.SMTPDataError as error:
        raise _failure(error.smtp_code, error.smtp_error) from error
    # A wrong password or sender is ours to mend: the mail itself is fine and waits.
    except (smtplib.SMTPException, OSError) as error:
        raise MailNotSent(str(error) or type(error).__name__) from error


def _composed(envelope: Envelope, sender: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = sender
    message["To"] = envelope.recipient
    # The header is parsed leniently: "two words@host" would be quoted, and a comma would make two recipients.
    if [address.addr_spec for address in message["To"].addresses] != [envelope.recipient]:
        raise ValueError(envelope.recipient)
    message["Subject"] = envelope.subject
    message["Date"] = format_datetime(envelope.written_at)
    message["Message-ID"] = envelope.message_id
    # RFC 3834: keeps out-of-office answers away.
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(envelope.body)
    return message


@contextmanager
def _connection(server: MailServer) -> Iterator[smtplib.SMTP]:
    smtp: smtplib.SMTP
    if server.security == "tls":
        context = ssl.create_default_context()
        smtp = smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT, context=context)
    else:
        smtp = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT)
    with smtp:
        if server.security == "starttls":
            smtp.starttls(context=ssl.create_default_context())
        if server.username:
            smtp.login(server.username, server.password)
        yield smtp


def _failure(code: int, words: bytes | str) -> MailNotSent | MailRefused:
    said = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    kind = MailRefused if code >= 500 else MailNotSent
    return kind(f"{code} {said}")
