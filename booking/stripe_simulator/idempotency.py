"""Idempotency keys: same key and body replay the first answer, another body is refused, an unfinished one conflicts.

A key is forgotten after a day, and then makes a second object (https://docs.stripe.com/api/idempotent_requests).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from booking.stripe_simulator.errors import key_in_use, key_reused
from booking.stripe_simulator.forms import Raw
from booking.stripe_simulator.store import Json, Store

KEPT = 24 * 60 * 60
"""Seconds. Stripe keeps a key at least so long; nobody may count on more."""


@dataclass(frozen=True, slots=True)
class Replay:
    """An answer that was given before."""

    status: int
    body: Json
    request_id: str


def fingerprint(method: str, path: str, form: Mapping[str, Raw]) -> str:
    """What must be the same for a key to be used again."""
    return hashlib.sha256(json.dumps([method, path, form], sort_keys=True).encode()).hexdigest()


def begin(store: Store, key: str, mark: str, request_id: str, now: int) -> Replay | None:
    """Claim a key, or answer what it answered. Raises StripeError: 400 for another body, 409 while in flight."""
    with store.transaction():
        store.run("DELETE FROM remembered_key WHERE created <= ?", (now - KEPT,))
        found = store.rows("SELECT * FROM remembered_key WHERE key = ?", (key,))
        if not found:
            values = (key, mark, request_id, now)
            store.run("INSERT INTO remembered_key (key, fingerprint, request_id, created) VALUES (?, ?, ?, ?)", values)
            return None
        row = found[0]
        if row["fingerprint"] != mark:
            raise key_reused(key)
        if row["status"] is None:
            raise key_in_use(key)
        return Replay(row["status"], json.loads(row["body"]), row["request_id"])


def finish(store: Store, key: str, status: int, body: Json) -> None:
    """Keep the answer for the key."""
    store.run("UPDATE remembered_key SET status = ?, body = ? WHERE key = ?", (status, json.dumps(body), key))


def forget(store: Store, key: str) -> None:
    """Let the key be used afresh: nothing was executed under it."""
    store.run("DELETE FROM remembered_key WHERE key = ? AND status IS NULL", (key,))
