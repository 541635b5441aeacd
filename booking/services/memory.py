"""What Stripe is asked to remember of an order, so that it can be told again after a backup without it was restored.

Stripe's metadata has room for 50 keys of 500 characters (https://docs.stripe.com/api/metadata).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from booking.domain.states import Fallback, PlacementKind
from booking.services.ordered import Asked


@dataclass(frozen=True, slots=True)
class RememberedLine:
    """A booking: which slot, its price and discount in minor units, and the fallback chosen."""

    issue: int
    kind: PlacementKind
    ordinal: int
    price: int
    discount: int
    fallback: Fallback


@dataclass(frozen=True, slots=True)
class Remembered:
    """An order as its payment tells it."""

    public_id: str
    company: str
    name: str
    email: str
    vat_number: str
    po_number: str
    ordered_at: datetime
    lines: tuple[RememberedLine, ...]


def remember(order: Asked) -> dict[str, str]:
    """The order as metadata. Bookings are keys of their own: forty of them fit, a year of weeks does too."""
    told = {
        "company": order.company,
        "name": order.buyer_name,
        "email": order.buyer_email,
        "vat": order.vat_number,
        "po": order.po_number,
        "at": order.created_at.isoformat(),
    }
    for number, line in enumerate(order.lines):
        parts = (line.issue, line.kind, line.ordinal, line.price, line.discount, line.fallback)
        told[f"line_{number}"] = ":".join(str(part) for part in parts)
    return {key: value for key, value in told.items() if value}


def recall(metadata: Mapping[str, str]) -> Remembered | None:
    """The order that `remember` told, or None when this metadata does not tell one."""
    try:
        lines = [value.split(":") for key, value in sorted(metadata.items()) if key.startswith("line_")]
        return Remembered(
            public_id=metadata["order"],
            company=metadata["company"],
            name=metadata["name"],
            email=metadata["email"],
            vat_number=metadata.get("vat", ""),
            po_number=metadata.get("po", ""),
            ordered_at=datetime.fromisoformat(metadata["at"]),
            lines=tuple(
                RememberedLine(int(issue), PlacementKind(kind), int(ordinal), int(price), int(discount), Fallback(plan))
                for issue, kind, ordinal, price, discount, plan in lines
            ),
        )
    except (KeyError, ValueError):
        return None
