"""What we believe of Stripe's objects: the few facts that decide about slots and money, as small values.

Every status at Stripe is an open set, so none is turned into an enum here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from booking.domain.errors import Refusal

APP = "newsletter-booking"
"""In the metadata of everything we make at Stripe, with the host of our pages as ``site``: an account may be shared
with other programs, and with this one for another newsletter, whose money must not be taken for ours and sent back."""


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
