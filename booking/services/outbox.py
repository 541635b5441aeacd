"""Mail leaves from here only: written in the transaction that it tells about, sent after it, once for each news.

A crash between the server's yes and our mark repeats one mail, with the same Message-ID, so that it can be told.
"""

from __future__ import annotations

import logging
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import sqlalchemy as sa
from blinker import Signal
from flask import current_app
from sqlalchemy.orm import Session

from booking.db import db, insert_new, transaction
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
    db.session.info["posted"] = True


@sa.event.listens_for(db.session, "after_commit")
def _tell(session: Session) -> None:
    if session.info.pop("posted", False):
        posted.send(current_app._get_current_object())  # type: ignore[attr-defined]  # a proxy


@sa.event.listens_for(db.session, "after_rollback")
def _forget(session: Session) -> None:
    session.info.pop("posted", None)


def deliver(now: datetime, limit: int = 50) -> int:
    """Send up to `limit` mails that are due; returns how many went out. Whatever fails is tried again later."""
    sent = 0
    for _ in range(limit):
        claimed = _claim(now)
        if claimed is None:
            break
        sent += _attempt(claimed, now)
    return sent


@dataclass(frozen=True, slots=True)
class _Claimed:
    id: int
    tries: int
    secret: bool
    envelope: smtp.Envelope


@transaction
def _claim(now: datetime) -> _Claimed | None:
    due = sa.and_(
        OutboxMessage.kind == OutboxKind.MAIL,
        OutboxMessage.state == OutboxState.WAITING,
        OutboxMessage.next_try_at <= now,
        sa.or_(OutboxMessage.claimed_until.is_(None), OutboxMessage.claimed_until <= now),
    )
    first = sa.select(OutboxMessage.id).where(due).order_by(OutboxMessage.next_try_at, OutboxMessage.id).limit(1)
    row = db.session.execute(
        sa.update(OutboxMessage)
        # `due` again: two workers may find the same mail, and the second is to see that the first has taken it.
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
    if row is None:
        return None
    envelope = smtp.Envelope(row.recipient, row.subject, row.body, row.message_id, row.created_at)
    return _Claimed(row.id, row.tries, row.secret, envelope)


def _attempt(claimed: _Claimed, now: datetime) -> bool:
    server = _server()
    try:
        if server.host:
            smtp.send(claimed.envelope, server)
    except smtp.MailNotSent as error:
        _put_back(claimed, now, str(error))
        return False
    except smtp.MailRefused as error:
        _give_up(claimed.id, str(error))
        return False
    # Kept where no server is set: the development pages show it instead.
    _mark_sent(claimed.id, now, forget=claimed.secret and bool(server.host))
    return True


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


@transaction
def _mark_sent(message: int, now: datetime, forget: bool) -> None:
    values = {"state": OutboxState.SENT, "sent_at": now, "claimed_until": None, "last_error": ""}
    if forget:
        values["body"] = "The text was removed after sending, because it opened a door."
    db.session.execute(sa.update(OutboxMessage).where(OutboxMessage.id == message).values(values))


def _put_back(claimed: _Claimed, now: datetime, error: str) -> None:
    if claimed.tries >= MOST_TRIES:
        _give_up(claimed.id, error)
    else:
        _wait(claimed.id, now + pause(claimed.tries), error)


def pause(tries: int) -> timedelta:
    """How long to wait after this many tries: one minute, doubled each time, at most six hours."""
    return min(FIRST_PAUSE * (1 << (tries - 1)), LONGEST_PAUSE)


@transaction
def _wait(message: int, until: datetime, error: str) -> None:
    log.warning("Mail %s waits until %s: %s", message, until, error)
    values = {"claimed_until": None, "next_try_at": until, "last_error": error[:400]}
    db.session.execute(sa.update(OutboxMessage).where(OutboxMessage.id == message).values(values))


@transaction
def _give_up(message: int, error: str) -> None:
    log.error("Mail %s cannot be delivered: %s", message, error)
    values = {"claimed_until": None, "state": OutboxState.DEAD, "last_error": error[:400]}
    db.session.execute(sa.update(OutboxMessage).where(OutboxMessage.id == message).values(values))
