"""News for other programs: approved copy that is new or changed, issues that froze or opened again. Like mail, it is
written in the transaction that it tells about and sent after it, again and again until it was heard."""

from __future__ import annotations

import json
import logging
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import current_app

from booking.db import db, insert_new, transaction
from booking.domain.states import OutboxKind, OutboxState
from booking.gateways import listener
from booking.gateways.listener import Announcement, NotHeard
from booking.models import OutboxMessage
from booking.services.outbox import CLAIM, MOST_TRIES, pause

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Claimed:
    row: int
    tries: int
    url: str
    news: Announcement


def announce(event: str, data: dict[str, Any], dedupe_key: str, now: datetime) -> None:
    """Write one piece of news, if another program wants it. Commits nothing: it belongs to the act it tells about."""
    url = current_app.config["WEBHOOK_URL"]
    if not url:
        return
    news = {"event": event, "at": now.isoformat(), "data": data}
    insert_new(
        OutboxMessage,
        dedupe_key=f"webhook:{dedupe_key}",
        kind=OutboxKind.WEBHOOK,
        recipient=url,
        subject=event,
        body=json.dumps(news, ensure_ascii=False, sort_keys=True),
        message_id=str(uuid.uuid4()),
        state=OutboxState.WAITING,
        secret=False,
        created_at=now,
        next_try_at=now,
        tries=0,
        last_error="",
    )


def deliver_news(now: datetime, limit: int = 50) -> int:
    """Send up to `limit` pieces of news that are due, in their order; returns how many were heard."""
    heard = 0
    for _ in range(limit):
        claimed = _claim(now)
        if claimed is None:
            break
        heard += _attempt(claimed, now)
    return heard


def _attempt(claimed: _Claimed, now: datetime) -> bool:
    try:
        listener.tell(claimed.url, current_app.config["WEBHOOK_SECRET"], claimed.news, int(now.timestamp()))
    except NotHeard as error:
        log.warning("News %s was not heard: %s", claimed.row, error)
        _try_later(claimed, now, str(error))
        return False
    _settle(claimed.row, {"state": OutboxState.SENT, "sent_at": now, "last_error": ""})
    return True


def _try_later(claimed: _Claimed, now: datetime, error: str) -> None:
    if claimed.tries >= MOST_TRIES:
        _settle(claimed.row, {"state": OutboxState.DEAD, "last_error": error[:400]})
    else:
        _settle(claimed.row, {"next_try_at": now + pause(claimed.tries), "last_error": error[:400]})


@transaction
def _claim(now: datetime) -> _Claimed | None:
    due = sa.and_(
        OutboxMessage.kind == OutboxKind.WEBHOOK,
        OutboxMessage.state == OutboxState.WAITING,
        OutboxMessage.next_try_at <= now,
        sa.or_(OutboxMessage.claimed_until.is_(None), OutboxMessage.claimed_until <= now),
    )
    first = sa.select(OutboxMessage.id).where(due).order_by(OutboxMessage.id).limit(1)
    row = db.session.execute(
        sa.update(OutboxMessage)
        # `due` again: of two workers that found the same row, the second is to see that the first has taken it.
        .where(OutboxMessage.id == first.scalar_subquery(), due)
        .values(claimed_until=now + CLAIM, tries=OutboxMessage.tries + 1)
        .returning(
            OutboxMessage.id,
            OutboxMessage.tries,
            OutboxMessage.recipient,
            OutboxMessage.subject,
            OutboxMessage.message_id,
            OutboxMessage.body,
        )
    ).one_or_none()
    if row is None:
        return None
    return _Claimed(row.id, row.tries, row.recipient, Announcement(row.subject, row.message_id, row.body))


@transaction
def _settle(row: int, values: dict[str, Any]) -> None:
    db.session.execute(sa.update(OutboxMessage).where(OutboxMessage.id == row).values(claimed_until=None, **values))
