"""What we believe of Stripe's objects: the few facts that decide about slots and money, as small values.

The functions read plain dicts. Every status at Stripe is an open set, so none is turned into an enum here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from booking.domain.errors import Refusal

APP = "newsletter-booking"
"""In the metadata of everything we make at Stripe: an account may be shared with other programs."""


BANK_SAID_NO = ("requires_payment_method", "canceled")
"""A session whose delayed payment failed stays complete and unpaid for ever; only its PaymentIntent tells."""


class PaymentsUnreachable(Exception):
    """Nobody knows whether it happened. Ask again with the same key."""


@dataclass(eq=False)
class PaymentsRefused(Refusal):
    """Stripe said no; ``sentence`` is its reason and ``code`` its short name for it."""

    says = "Stripe refused: {sentence}"
    sentence: str
    code: str = ""


class Forged(Exception):
    """A webhook that Stripe did not send just now."""


@dataclass(frozen=True, slots=True)
class SessionFact:
    """A Checkout Session. Amounts in minor units."""

    id: str
    url: str
    status: str
    payment_status: str
    amount_subtotal: int
    amount_total: int
    currency: str
    metadata: Mapping[str, str]
    customer_email: str
    created: datetime
    intent_id: str | None
    intent_status: str
    receipt_url: str
    invoice_url: str
    invoice_pdf: str
    livemode: bool

    @property
    def ours(self) -> bool:
        """Whether this app made it."""
        return self.metadata.get("app") == APP

    @property
    def settled(self) -> bool:
        """Whether the money is there. Complete is not enough: a bank debit completes days before it pays."""
        return self.status == "complete" and self.payment_status in ("paid", "no_payment_required")

    @property
    def waiting_for_bank(self) -> bool:
        """Whether the buyer is done and the money is not there yet, but may still come."""
        return self.status == "complete" and self.payment_status == "unpaid" and self.intent_status not in BANK_SAID_NO


@dataclass(frozen=True, slots=True)
class PaymentFact:
    """A PaymentIntent."""

    id: str
    status: str
    amount_received: int
    currency: str
    metadata: Mapping[str, str]
    receipt_url: str
    created: datetime

    @property
    def ours(self) -> bool:
        """Whether this app asked for it."""
        return self.metadata.get("app") == APP


@dataclass(frozen=True, slots=True)
class RefundFact:
    """A refund, whoever made it."""

    id: str
    intent_id: str
    amount: int
    currency: str
    status: str
    failure: str
    metadata: Mapping[str, str]
    created: datetime


@dataclass(frozen=True, slots=True)
class DisputeFact:
    """A dispute. ``withdrawn`` is what it has taken from our balance by now (0 when given back), fees excluded."""

    id: str
    intent_id: str
    amount: int
    currency: str
    status: str
    reason: str
    withdrawn: int
    fee: int
    respond_by: datetime | None
    created: datetime


@dataclass(frozen=True, slots=True)
class InvoiceFact:
    """An invoice that we sent."""

    id: str
    status: str
    amount_subtotal: int
    amount_paid: int
    currency: str
    metadata: Mapping[str, str]
    url: str
    pdf: str
    due_at: datetime | None
    intent_id: str | None
    created: datetime

    @property
    def ours(self) -> bool:
        """Whether this app made it."""
        return self.metadata.get("app") == APP


@dataclass(frozen=True, slots=True)
class EventFact:
    """That something happened, and to what. What it is now is asked anew."""

    id: str
    type: str
    object_id: str
    livemode: bool
    created: datetime


@dataclass(frozen=True, slots=True)
class MovementFact:
    """One change of Stripe's balance. ``net`` is what it added, fee taken off."""

    id: str
    type: str
    amount: int
    fee: int
    net: int
    currency: str
    source: str


@dataclass(frozen=True, slots=True)
class BalanceFact:
    """What Stripe holds in one currency, minor units."""

    currency: str
    amount: int


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
