"""The queue of webhook deliveries: what waits, in which order, what became of it, and how a body is signed."""

from __future__ import annotations

import hashlib
import hmac
import sqlite3
from collections.abc import Sequence
from typing import TYPE_CHECKING

from booking.stripe_simulator import chaos
from booking.stripe_simulator.clock import wall
from booking.stripe_simulator.store import Json

if TYPE_CHECKING:
    from booking.stripe_simulator.world import World


def enqueue(world: World, event: str, kind: str, payload: str) -> None:
    """Queue one event, as the present chaos wishes: once, twice, later, in another order, or not at all."""
    rule = chaos.take(world.store, "events", kind)
    action = rule["action"] if rule else None
    copies = int(rule.get("times", 2)) if rule and action == "duplicate" else 1
    delay = float(rule.get("seconds", 5)) if rule and action == "delay" else 0.0
    state = {"drop": "dropped", "reorder": "held"}.get(action or "", "pending")
    for _ in range(copies):
        world.store.run(
            "INSERT INTO delivery (event, type, payload, state, next_at, position, created, rule)"
            " VALUES (?, ?, ?, ?, ?, 0, ?, ?)",
            (event, kind, payload, state, wall() + delay, world.now(), rule["id"] if rule else None),
        )
        world.store.run("UPDATE delivery SET position = id WHERE id = last_insert_rowid()")
    if rule and action == "reorder" and rule["remaining"] == 0:
        release(world, rule["id"])


def release(world: World, rule: int | None = None) -> None:
    """Let go of held deliveries, the last one first. Without a rule: of all that are held."""
    held = world.store.rows(
        "SELECT id, position FROM delivery WHERE state = 'held' AND (rule = ? OR ? IS NULL) ORDER BY id", (rule, rule)
    )
    positions = [row["position"] for row in held]
    for row, position in zip(held, reversed(positions), strict=True):
        world.store.run("UPDATE delivery SET state = 'pending', position = ? WHERE id = ?", (position, row["id"]))


def due(world: World, limit: int = 16) -> list[sqlite3.Row]:
    """Claim deliveries whose time has come, in order; each is given out once until it is reported."""
    with world.store.transaction():
        if world.dials.paused or not world.dials.app_webhook:
            return []
        return claim(world, "state = 'pending' AND next_at <= ?", (wall(),), limit)


def waiting(world: World, at_most: int = 10_000) -> list[sqlite3.Row]:
    """Claim everything that still has to go out, paused, held back and delayed or not."""
    with world.store.transaction():
        release(world)
        return claim(world, "state = 'pending'", (), at_most)


def claim(world: World, where: str, values: Sequence[object], limit: int) -> list[sqlite3.Row]:
    """Mark deliveries as under way and return them, by position."""
    chosen = world.store.rows(
        f"SELECT * FROM delivery WHERE {where} ORDER BY position, id LIMIT ?",
        (*values, limit),
    )
    for row in chosen:
        world.store.run("UPDATE delivery SET state = 'sending' WHERE id = ?", (row["id"],))
    return chosen


def put_back(world: World) -> None:
    """Let whatever was claimed and not reported wait again."""
    world.store.run("UPDATE delivery SET state = 'pending' WHERE state = 'sending'")


def report(world: World, row: sqlite3.Row, status: int | None, error: str | None) -> bool:
    """Write down what the app answered; True when it accepted. Otherwise the next attempt is put on the clock."""
    accepted = status is not None and 200 <= status < 300
    attempts = row["attempts"] + 1
    left = attempts <= len(world.dials.retry_after)
    state = "delivered" if accepted else "pending" if left else "failed"
    pause = 0.0 if accepted or not left else world.dials.retry_after[attempts - 1]
    world.store.run(
        "UPDATE delivery SET state = ?, attempts = ?, next_at = ?, last_status = ?, last_error = ? WHERE id = ?",
        (state, attempts, wall() + pause, status, error, row["id"]),
    )
    return accepted


def again(world: World, key: int, stamp_offset: int = 0) -> int:
    """Queue one delivery again, whatever became of it; `stamp_offset` seconds make its signature stale or early."""
    return world.store.run(
        "UPDATE delivery SET state = 'pending', attempts = 0, next_at = ?, stamp_offset = ? WHERE id = ?",
        (wall(), stamp_offset, key),
    )


def sign(world: World, payload: str, stamp_offset: int = 0) -> str:
    """The `Stripe-Signature` header for a body: a fresh timestamp and one v1 for each secret."""
    moment = wall() if world.dials.sign_with == "wall" else world.now()
    stamp = int(moment) + stamp_offset
    signed = f"{stamp}.{payload}".encode()
    marks = [hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest() for secret in world.dials.webhook_secrets]
    return ",".join([f"t={stamp}", *(f"v1={mark}" for mark in marks)])


def headers(world: World, row: sqlite3.Row | Json) -> dict[str, str]:
    """What is posted beside the body."""
    return {
        "Content-Type": "application/json; charset=utf-8",
        "Stripe-Signature": sign(world, row["payload"], row["stamp_offset"]),
        "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
    }


def shown(row: sqlite3.Row) -> Json:
    """One delivery as the log shows it."""
    return {key: row[key] for key in row.keys() if key not in ("payload", "position", "rule")}  # noqa: SIM118 - sqlite3.Row


def open_for(world: World, event: str) -> int:
    """How many deliveries of an event still have to arrive."""
    rows = world.store.rows(
        "SELECT count(*) AS number FROM delivery WHERE event = ? AND state IN ('pending', 'held', 'sending')", (event,)
    )
    return int(rows[0]["number"])
