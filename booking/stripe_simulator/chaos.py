"""Faults on request: rules that each hit the next few events or API requests that match them.

For events: {"target": "events", "action": "duplicate|reorder|delay|drop", "count": 1, "types": ["refund.*"]}. For
requests: {"target": "requests", "action": "error|drop|delay", "when": "before|after", "status": 500, "count": 1,
"method": "POST", "path": "/v1/refunds*", "seconds": 30}; "after" is when the work is done and only the answer is lost.
A delay of a request ends early when the rules are cleared, so that a test can hold one exactly as long as it needs.
"""

from __future__ import annotations

import json
import time
from fnmatch import fnmatchcase

from booking.stripe_simulator.store import Json, Store

ACTIONS = {"events": ("duplicate", "reorder", "delay", "drop"), "requests": ("error", "drop", "delay")}


class BadRule(ValueError):
    """The control plane was given a rule that cannot mean anything."""


def add(store: Store, rule: Json) -> int:
    """Remember a rule; its id. Raises BadRule with a sentence that lists what is possible."""
    target = rule.get("target", "events")
    if target not in ACTIONS:
        raise BadRule(f"target must be one of {', '.join(ACTIONS)}.")
    if rule.get("action") not in ACTIONS[target]:
        raise BadRule(f"action must be one of {', '.join(ACTIONS[target])} for {target}.")
    count = int(rule.get("count", 1))
    with store.transaction():
        store.run(
            "INSERT INTO chaos (target, remaining, rule) VALUES (?, ?, ?)",
            (target, count, json.dumps({"when": "before", **rule})),
        )
        return int(store.rows("SELECT last_insert_rowid() AS id")[0]["id"])


def take(store: Store, target: str, subject: str, when: str | None = None) -> Json | None:
    """The first rule that hits this subject, used up by one; None when nothing is asked for.

    The subject is an event type, or "METHOD /path" of a request.
    """
    with store.transaction():
        for row in store.rows("SELECT * FROM chaos WHERE target = ? AND remaining > 0 ORDER BY id", (target,)):
            rule = json.loads(row["rule"])
            if hits(rule, target, subject) and when in (None, rule["when"]):
                store.run("UPDATE chaos SET remaining = remaining - 1 WHERE id = ?", (row["id"],))
                return {**rule, "id": row["id"], "remaining": row["remaining"] - 1}
    return None


def hits(rule: Json, target: str, subject: str) -> bool:
    """Whether a rule is about this event type or request. Patterns are shell patterns."""
    if target == "events":
        return any(fnmatchcase(subject, pattern) for pattern in rule.get("types", ["*"]))
    return fnmatchcase(subject, f"{rule.get('method', '*')} {rule.get('path', '*')}")


def wait(store: Store, rule: Json) -> None:
    """Let the seconds of a delay pass; clearing the rules (or a reset) ends it early."""
    end = time.monotonic() + float(rule.get("seconds", 30))
    while time.monotonic() < end and store.rows("SELECT 1 FROM chaos WHERE id = ?", (rule["id"],)):
        time.sleep(0.02)


def listed(store: Store) -> list[Json]:
    """Every rule with what is left of it."""
    rows = store.rows("SELECT * FROM chaos ORDER BY id")
    return [{**json.loads(row["rule"]), "id": row["id"], "remaining": row["remaining"]} for row in rows]


def clear(store: Store) -> None:
    """Forget every rule."""
    store.run("DELETE FROM chaos")
