"""The control plane's hold on time, faults, deliveries and the log of requests."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from booking.stripe_simulator import chaos, deliveries
from booking.stripe_simulator.control_words import NotPossible
from booking.stripe_simulator.forms import decode
from booking.stripe_simulator.settings import Dials
from booking.stripe_simulator.store import Json, public
from booking.stripe_simulator.world import World

TURNABLE = {
    "url": "app_webhook",
    "paused": "paused",
    "payloads": "payloads",
    "secrets": "webhook_secrets",
    "retry_after": "retry_after",
    "sign_with": "sign_with",
    "fee_percent": "fee_percent",
    "tax_percent": "tax_percent",
    "dispute_after": "dispute_after",
    "settle_after": "settle_after",
}
"""Names of the dials on the control plane, and in `Dials`."""


def clock(parts: Any, body: Json) -> Json:
    """`{set}` (since 1970), `{advance}`, `{offset}` (from wall time), in seconds, `{frozen}`; what is due happens."""
    world: World = parts.world
    with world.store.transaction():
        if "frozen" in body:
            world.clock.freeze(bool(body["frozen"]))
        if "set" in body:
            world.clock.set(int(body["set"]))
        if "offset" in body:
            world.clock.set(int(time.time() + float(body["offset"])))
        if "advance" in body:
            world.clock.advance(float(body["advance"]))
    with world.act():
        return {"now": world.now(), "frozen": world.store.setting("clock_frozen") is not None}


def dials(parts: Any, body: Json) -> Json:
    """Turn dials and answer where they all stand. Raises NotPossible for a name that is none."""
    turned: Dials = parts.world.dials
    for name, value in body.items():
        if name not in TURNABLE:
            raise NotPossible(f"There is no dial {name}; there are {', '.join(TURNABLE)}.")
        setattr(turned, TURNABLE[name], tuple(value) if isinstance(value, list) else value)
    parts.postman.wake()
    return {name: getattr(turned, attribute) for name, attribute in TURNABLE.items()}


def pause(parts: Any, body: Json) -> Json:
    """Stop delivering; events wait."""
    return dials(parts, {"paused": True})


def resume(parts: Any, body: Json) -> Json:
    """Deliver again, also what waited."""
    return dials(parts, {"paused": False})


def add_chaos(parts: Any, body: Json) -> Json:
    """Add a fault (chaos.py says which there are)."""
    try:
        return {"id": chaos.add(parts.world.store, body)}
    except chaos.BadRule as refusal:
        raise NotPossible(str(refusal)) from refusal


def list_chaos(parts: Any, body: Json) -> list[Json]:
    """Every fault and how often it will still happen."""
    return chaos.listed(parts.world.store)


def clear_chaos(parts: Any, body: Json) -> Json:
    """No more faults; what was held back goes out."""
    with parts.world.store.transaction():
        chaos.clear(parts.world.store)
        deliveries.release(parts.world)
    parts.postman.wake()
    return {"cleared": True}


def list_deliveries(parts: Any, body: Json) -> list[Json]:
    """The log of deliveries, oldest first."""
    return [deliveries.shown(row) for row in parts.world.store.rows("SELECT * FROM delivery ORDER BY id")]


def resend(parts: Any, body: Json, key: str) -> Json:
    """Deliver one delivery (by number) or every delivery of an event again. `stamp_offset` ages the signature."""
    world: World = parts.world
    ids = (
        [int(key)]
        if key.isdigit()
        else [row["id"] for row in world.store.rows("SELECT id FROM delivery WHERE event = ?", (key,))]
    )
    sent = sum(deliveries.again(world, number, int(body.get("stamp_offset", 0))) for number in ids)
    if not sent:
        raise NotPossible(f"There is no delivery of {key}.")
    parts.postman.wake()
    return {"queued": sent}


def signed(parts: Any, body: Json, key: str) -> Json:
    """The body and the headers of the first delivery of an event (`{payload}`: "snapshot" or "thin"), not sent."""
    rows = parts.world.store.rows("SELECT * FROM delivery WHERE event = ? ORDER BY id", (key,))
    thin = body.get("payload")
    rows = [row for row in rows if thin in (None, "thin" if '"v2.core.event"' in row["payload"] else "snapshot")]
    if not rows:
        raise NotPossible(f"There is no delivery of {key}.")
    row = {**dict(rows[0]), "stamp_offset": int(body.get("stamp_offset", 0))}
    return {"body": row["payload"], "headers": deliveries.headers(parts.world, row)}


def flush(parts: Any, body: Json) -> list[Json]:
    """Deliver everything that waits, now; answers when it is done."""
    done: list[Json] = parts.postman.flush()
    return done


def list_requests(parts: Any, body: Json) -> list[Json]:
    """Every API request since the last reset: method, path, form as sent and nested, status, answer."""
    rows = parts.world.store.rows("SELECT * FROM request_log ORDER BY id")
    return [{**dict(row), "nested": decode(row["form"]), "answer": json.loads(row["answer"])} for row in rows]


def clear_requests(parts: Any, body: Json) -> Json:
    """Empty the log of requests."""
    return {"forgotten": parts.world.store.run("DELETE FROM request_log")}


def state(parts: Any, body: Json) -> Json:
    """The clock, the dials, and every object there is, newest last."""
    world: World = parts.world
    kinds = [row["kind"] for row in world.store.rows("SELECT DISTINCT kind FROM object ORDER BY kind")]
    return {
        "now": world.now(),
        "dials": dials(parts, {}),
        "objects": {kind: [public(entry) for entry in world.store.select(kind)] for kind in kinds if kind != "event"},
    }


def reset(parts: Any, body: Json | None = None) -> Json:
    """Forget everything, wait for deliveries under way, and put clock and dials back."""
    world: World = parts.world
    world.dials.paused = True
    parts.postman.wait_until_idle()
    world.store.clear()
    world.refunds_ahead.clear()
    world.dials = Dials.at_start(world.settings)
    return {"reset": True}


ACTS: dict[tuple[str, str], Callable[..., Any]] = {
    ("GET", "/state"): state,
    ("GET", "/clock"): clock,
    ("POST", "/clock"): clock,
    ("GET", "/dials"): dials,
    ("POST", "/dials"): dials,
    ("POST", "/pause"): pause,
    ("POST", "/resume"): resume,
    ("GET", "/chaos"): list_chaos,
    ("POST", "/chaos"): add_chaos,
    ("DELETE", "/chaos"): clear_chaos,
    ("GET", "/deliveries"): list_deliveries,
    ("POST", "/deliveries/<key>/resend"): resend,
    ("POST", "/events/<key>/resend"): resend,
    ("POST", "/events/<key>/sign"): signed,
    ("POST", "/flush"): flush,
    ("GET", "/requests"): list_requests,
    ("DELETE", "/requests"): clear_requests,
    ("POST", "/reset"): reset,
}
