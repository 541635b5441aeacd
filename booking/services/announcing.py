"""News for other programs: approved copy that is new or changed, issues that froze or opened again. Like mail, it is
written in the transaction that it tells about and sent after it, again and again until it was heard."""

from __future__ import annotations

import json
import logging
import uuid
from datetime import datetime
from typing import Any

from flask import current_app

from booking.db import insert_new
from booking.domain.states import OutboxKind, OutboxState
from booking.gateways import listener
from booking.gateways.listener import Announcement, NotHeard
from booking.models import OutboxMessage
from booking.services.outbox import LONGEST_ERROR, MOST_TRIES, Claimed, claim, pause, settle

log = logging.getLogger(__name__)


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
        message = claim(OutboxKind.WEBHOOK, now)
        if message is None:
            break
        heard += _attempt(message, now)
    return heard


def _attempt(claimed: Claimed, now: datetime) -> bool:
    news = Announcement(claimed.subject, claimed.message_id, claimed.body)
    try:
        listener.tell(claimed.recipient, current_app.config["WEBHOOK_SECRET"], news, int(now.timestamp()))
    except NotHeard as error:
        log.warning("News %s was not heard: %s", claimed.id, error)
        given_up = claimed.tries >= MOST_TRIES
        then = {"state": OutboxState.DEAD} if given_up else {"next_try_at": now + pause(claimed.tries)}
        settle(claimed.id, {**then, "last_error": str(error)[:LONGEST_ERROR]})
        return False
    settle(claimed.id, {"state": OutboxState.SENT, "sent_at": now, "last_error": ""})
    return True
