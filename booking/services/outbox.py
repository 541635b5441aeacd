"""Mail leaves from here only: written in the transaction that it tells about, sent after it, once for each news.

A crash between the server's yes and our mark repeats one mail, with the same Message-ID, so that it can be told.
"""

from __future__ import annotations

import logging
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
from blinker import Signal
from flask import current_app

from booking.db import after_commit, db, insert_new, transaction
from booking.domain.states import OutboxKind, OutboxState
from booking.gateways import mail as smtp
from booking.models import OutboxMessage

log = logging.getLogger(__name__)

CLAIM = timedelta(minutes=5)
"""How long one worker has a mail to itself; longer than any SMTP conversation may take."""

FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=6)
MOST_TRIES = 14
"""With pauses that double from one minute to six hours this is a day and a half, longer than a mail server is down."""

LONGEST_ERROR = 400
"""Characters kept of what a server said."""

posted = Signal("A mail was written and committed; sent with the app, so that a worker can be woken.")


@dataclass(frozen=True, slots=True)
class Mail:
    """One letter. A secret one opens a door (a sign-in link): its text is removed once it is sent."""

    to: str
    subject: str
    body: str
    secret: bool = False


def post(mail: Mail, dedupe_key: str, now: datetime) -> None:
    """Write a mail to be sent after the commit; a key that was used before is the same news, and nothing is written.

    Commits nothing: it belongs to the act that it tells about. A recipient who was erased gets none.
    """
    if not mail.to:
        return
    host = urlsplit(current_app.config["BASE_URL"]).hostname
    insert_new(
        OutboxMessage,
        dedupe_key=dedupe_key,
        kind=OutboxKind.MAIL,
        recipient=mail.to,
        # A subject is one line, however many an advertiser's name may have.
        subject=" ".join(mail.subject.split())[:200],
        body=mail.body,
        message_id=f"<{uuid.uuid4()}@{host}>",
        secret=mail.secret,
        created_at=now,
        next_try_at=now,
    )
    after_commit(_tell)


def _tell() -> None:
    posted.send(current_app._get_current_object())  # type: ignore[attr-defined]  # a proxy


def deliver(now: datetime, limit: int = 50) -> int:
    """Send up to `limit` mails that are due; returns how many went out. Whatever fails is tried again later."""
    sent = 0
    for _ in range(limit):
        message = claim(OutboxKind.MAIL, now)
        if message is None:
            break
        sent += _attempt(message, now)
    return sent


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message that this worker has to itself for as long as `CLAIM`; `tries` counts this one."""

    id: int
    tries: int
    secret: bool
    recipient: str
    subject: str
    body: str
    message_id: str
    created_at: datetime


@transaction
def claim(kind: OutboxKind, now: datetime) -> Claimed | None:
    """Take the next message of a kind that is due, None when there is none. Of two workers only one gets it."""
    due = sa.and_(
        OutboxMessage.kind == kind,
        OutboxMessage.state == OutboxState.WAITING,
        OutboxMessage.next_try_at <= now,
        sa.or_(OutboxMessage.claimed_until.is_(None), OutboxMessage.claimed_until <= now),
    )
    first = sa.select(OutboxMessage.id).where(due).order_by(OutboxMessage.next_try_at, OutboxMessage.id).limit(1)
    row = db.session.execute(
        sa.update(OutboxMessage)
        # `due` again: two workers may find the same message, and the second is to see that the first has taken it.
        .where(OutboxMessage.id == first.scalar_subquery(), due)
        .values(claimed_until=now + CLAIM, tries=OutboxMessage.tries + 1)
        .returning(
            OutboxMessage.id,
            OutboxMessage.tries,
            OutboxMessage.secret,
            OutboxMessage.recipient,
            OutboxMessage.subject,
            OutboxMessage.body,
            OutboxMessage.message_id,
            OutboxMessage.created_at,
        )
    ).one_or_none()
    return None if row is None else Claimed(**row._mapping)


def _attempt(claimed: Claimed, now: datetime) -> bool:
    server = _server()
    try:
        if server.host:
            smtp.send(_envelope(claimed), server)
    except smtp.MailNotSent as error:
        _put_back(claimed, now, str(error))
        return False
    except smtp.MailRefused as error:
        _give_up(claimed.id, str(error))
        return False
    values = {"state": OutboxState.SENT, "sent_at": now, "last_error": ""}
    # Kept where no server is set: the development pages show it instead.
    if claimed.secret and server.host:
        values["body"] = "The text was removed after sending, because it opened a door."
    settle(claimed.id, values)
    return True


def _envelope(claimed: Claimed) -> smtp.Envelope:
    return smtp.Envelope(claimed.recipient, claimed.subject, claimed.body, claimed.message_id, claimed.created_at)


def _server() -> smtp.MailServer:
    config = current_app.config
    return smtp.MailServer(
        host=config["MAIL_HOST"],
        port=config["MAIL_PORT"],
        sender=config["MAIL_SENDER"],
        security=config["MAIL_SECURITY"],
        username=config["MAIL_USERNAME"],
        password=config["MAIL_PASSWORD"],
    )


def _put_back(claimed: Claimed, now: datetime, error: str) -> None:
    if claimed.tries >= MOST_TRIES:
        _give_up(claimed.id, error)
        return
    until = now + pause(claimed.tries)
    log.warning("Mail %s waits until %s: %s", claimed.id, until, error)
    settle(claimed.id, {"next_try_at": until, "last_error": error[:LONGEST_ERROR]})


def pause(tries: int) -> timedelta:
    """How long to wait after this many tries: one minute, doubled each time, at most six hours."""
    return min(FIRST_PAUSE * (1 << (tries - 1)), LONGEST_PAUSE)


def _give_up(message: int, error: str) -> None:
    log.error("Mail %s cannot be delivered: %s", message, error)
    settle(message, {"state": OutboxState.DEAD, "last_error": error[:LONGEST_ERROR]})


@transaction
def settle(message: int, values: dict[str, Any]) -> None:
    """Write down what became of a claimed message, and let it go."""
    db.session.execute(sa.update(OutboxMessage).where(OutboxMessage.id == message).values(claimed_until=None, **values))
