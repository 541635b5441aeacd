"""Events: what happened, as a snapshot of the object and as a thin note that only names it."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from booking.stripe_simulator import deliveries
from booking.stripe_simulator.ids import new_id
from booking.stripe_simulator.settings import API_VERSION
from booking.stripe_simulator.store import Json, public
from booking.stripe_simulator.world import World, request_in_hand

PATHS = {
    "checkout.session": "/v1/checkout/sessions",
    "payment_intent": "/v1/payment_intents",
    "charge": "/v1/charges",
    "refund": "/v1/refunds",
    "dispute": "/v1/disputes",
    "customer": "/v1/customers",
    "coupon": "/v1/coupons",
    "promotion_code": "/v1/promotion_codes",
    "invoice": "/v1/invoices",
    "invoiceitem": "/v1/invoiceitems",
    "invoice_payment": "/v1/invoice_payments",
    "radar.early_fraud_warning": "/v1/radar/early_fraud_warnings",
    "product": "/v1/products",
    "price": "/v1/prices",
}
"""Where the object of an event can be fetched."""


def emit(world: World, kind: str, subject: Json, before: Json | None = None) -> Json:
    """Record one event and queue its deliveries. `before` holds the earlier values of the fields that changed."""
    request_id, key = request_in_hand.get()
    event: Json = world.shape("event", "evt_")
    event |= {
        "api_version": API_VERSION,
        "data": {"object": public(subject)},
        "pending_webhooks": 1 if world.dials.app_webhook else 0,
        "request": {"id": request_id, "idempotency_key": key},
        "type": kind,
        "_thin": new_id("evt_test_"),
    }
    if before:
        event["data"]["previous_attributes"] = before
    world.store.add(event)
    for payload in world.dials.payloads:
        body = public(event) if payload == "snapshot" else notification(event)
        deliveries.enqueue(world, event["id"], kind, json.dumps(body))
    return event


def notification(event: Json) -> Json:
    """The thin event that is posted: no data, only what it is about."""
    subject = event["data"]["object"]
    created = datetime.fromtimestamp(event["created"], UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    reason = None
    if event["request"]["id"]:
        reason = {
            "type": "request",
            "request": {"id": event["request"]["id"], "idempotency_key": event["request"]["idempotency_key"] or ""},
        }
    return {
        "id": event["_thin"],
        "object": "v2.core.event",
        "type": f"v1.{event['type']}",
        "created": created,
        "livemode": event["livemode"],
        "context": None,
        "reason": reason,
        "related_object": {
            "id": subject["id"],
            "type": subject["object"],
            "url": f"{PATHS[subject['object']]}/{subject['id']}",
        },
        "snapshot_event": event["id"],
    }


def thin_event(world: World, key: str) -> Json | None:
    """The thin event with this id, as `GET /v2/core/events/{id}` answers it."""
    found = world.store.select("event", "json_extract(body, '$._thin') = ?", (key,))
    return {**notification(found[0]), "changes": None} if found else None


def changed(subject: Json, **values: object) -> Json:
    """Set fields of an object without saving it; the earlier values of those that really changed."""
    before = {name: subject.get(name) for name, value in values.items() if subject.get(name) != value}
    subject.update(values)
    return before
