"""Reading Stripe's objects, as plain dicts, into the facts of `stripe_facts`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from booking.gateways.stripe_facts import (
    DisputeFact,
    EventFact,
    InvoiceFact,
    MovementFact,
    PaymentFact,
    RefundFact,
    SessionFact,
)


def event_fact(event: Mapping[str, Any]) -> EventFact:
    """The ids of a snapshot event or of a thin event notification. Raises KeyError or TypeError for anything else."""
    if event["object"] == "v2.core.event":
        related = event.get("related_object") or {}
        created = datetime.fromisoformat(event["created"])
        return EventFact(event["id"], event["type"], str(related.get("id") or ""), bool(event["livemode"]), created)
    if event["object"] != "event":
        raise KeyError("object")
    subject = event["data"]["object"]
    created = datetime.fromtimestamp(event["created"], UTC)
    return EventFact(
        str(event["id"]), str(event["type"]), str(subject.get("id") or ""), bool(event["livemode"]), created
    )


def session_fact(raw: Mapping[str, Any]) -> SessionFact:
    """Read a Checkout Session, expanded or not."""
    intent, invoice = raw.get("payment_intent"), raw.get("invoice")
    details = raw.get("customer_details") or {}
    return SessionFact(
        id=raw["id"],
        url=raw.get("url") or "",
        status=raw.get("status") or "",
        payment_status=raw["payment_status"],
        amount_subtotal=raw.get("amount_subtotal") or 0,
        amount_total=raw.get("amount_total") or 0,
        currency=(raw.get("currency") or "").upper(),
        metadata=raw.get("metadata") or {},
        customer_email=details.get("email") or raw.get("customer_email") or "",
        created=moment(raw["created"]),
        intent_id=identity(intent),
        intent_status=_of(intent, "status"),
        receipt_url=_receipt(intent),
        invoice_url=_of(invoice, "hosted_invoice_url"),
        invoice_pdf=_of(invoice, "invoice_pdf"),
        livemode=bool(raw["livemode"]),
    )


def payment_fact(raw: Mapping[str, Any]) -> PaymentFact:
    """Read a PaymentIntent, expanded or not."""
    return PaymentFact(
        id=raw["id"],
        status=raw["status"],
        amount_received=raw.get("amount_received") or 0,
        currency=raw["currency"].upper(),
        metadata=raw.get("metadata") or {},
        receipt_url=_receipt(raw),
        created=moment(raw["created"]),
    )


def refund_fact(raw: Mapping[str, Any]) -> RefundFact:
    """Read a refund. A missing status is one that waits."""
    return RefundFact(
        id=raw["id"],
        intent_id=identity(raw.get("payment_intent")) or "",
        amount=raw["amount"],
        currency=raw["currency"].upper(),
        status=raw.get("status") or "pending",
        failure=raw.get("failure_reason") or "",
        metadata=raw.get("metadata") or {},
        created=moment(raw["created"]),
    )


def dispute_fact(raw: Mapping[str, Any]) -> DisputeFact:
    """Read a dispute; its balance transactions say what moved."""
    moved = raw.get("balance_transactions") or []
    due = (raw.get("evidence_details") or {}).get("due_by")
    return DisputeFact(
        id=raw["id"],
        intent_id=identity(raw.get("payment_intent")) or "",
        amount=raw["amount"],
        currency=raw["currency"].upper(),
        status=raw["status"],
        reason=raw.get("reason") or "",
        withdrawn=-sum(part["amount"] for part in moved),
        fee=sum(part["fee"] for part in moved),
        respond_by=moment(due) if due else None,
        created=moment(raw["created"]),
    )


def invoice_fact(raw: Mapping[str, Any]) -> InvoiceFact:
    """Read an invoice; its payments carry the PaymentIntent since Stripe allows several."""
    paid = [part for part in (raw.get("payments") or {}).get("data", []) if part.get("status") == "paid"]
    intent = identity((paid[0].get("payment") or {}).get("payment_intent")) if paid else None
    return InvoiceFact(
        id=raw["id"],
        status=raw.get("status") or "",
        amount_subtotal=raw["subtotal"],
        amount_paid=raw["amount_paid"],
        currency=raw["currency"].upper(),
        metadata=raw.get("metadata") or {},
        url=raw.get("hosted_invoice_url") or "",
        pdf=raw.get("invoice_pdf") or "",
        due_at=moment(raw["due_date"]) if raw.get("due_date") else None,
        intent_id=intent,
        created=moment(raw["created"]),
    )


def movement_fact(raw: Mapping[str, Any]) -> MovementFact:
    """Read a balance transaction."""
    return MovementFact(
        id=raw["id"],
        type=raw["type"],
        amount=raw["amount"],
        fee=raw["fee"],
        net=raw["net"],
        currency=raw["currency"].upper(),
        source=identity(raw.get("source")) or "",
    )


def identity(found: Any) -> str | None:
    """The id of an object that Stripe gave as its id, or expanded, or not at all."""
    return str(found["id"]) if isinstance(found, Mapping) else found or None


def moment(seconds: int) -> datetime:
    """An instant from Stripe's seconds since 1970."""
    return datetime.fromtimestamp(seconds, UTC)


def _of(found: Any, field: str) -> str:
    return str(found.get(field) or "") if isinstance(found, Mapping) else ""


def _receipt(intent: Any) -> str:
    return _of(intent.get("latest_charge"), "receipt_url") if isinstance(intent, Mapping) else ""
