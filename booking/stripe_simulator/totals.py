"""The sums of a session: lines, discounts spread over them to the last cent, and tax.

Tax here is one percentage on top of everything; what Stripe Tax would say can only be seen at Stripe (docs/stripe.md).
"""

from __future__ import annotations

from booking.stripe_simulator.ids import new_id
from booking.stripe_simulator.store import Json

ZERO_DECIMAL = frozenset("bif clp djf gnf jpy kmf krw mga pyg rwf ugx vnd vuv xaf xof xpf".split())
LEAST = 50
"""Stripe's smallest total, in minor units of most currencies."""
MOST = 99_999_999


def off(coupon: Json, subtotal: int) -> int:
    """What a coupon takes off a subtotal; never more than it."""
    if coupon["percent_off"] is not None:
        return min(subtotal, round(subtotal * float(coupon["percent_off"]) / 100))
    return min(subtotal, int(coupon["amount_off"]))


def spread(amount: int, weights: list[int]) -> list[int]:
    """An amount divided in proportion to the weights, exact in the sum (largest remainders first)."""
    total = sum(weights)
    if total == 0:
        return [0] * len(weights)
    shares = [amount * weight // total for weight in weights]
    order = sorted(range(len(weights)), key=lambda at: (-(amount * weights[at] % total), at))
    for at in order[: amount - sum(shares)]:
        shares[at] += 1
    return shares


def work_out(session: Json, coupon: Json | None, discount: Json | None, tax_percent: float, now: int) -> None:
    """Set the session's lines, totals and breakdown anew, for this discount and this tax (percent of 100)."""
    lines = session["_lines"]
    subtotals = [line["amount_subtotal"] for line in lines]
    reduction = off(coupon, sum(subtotals)) if coupon else 0
    rate = tax_rate(tax_percent, now) if tax_percent else None
    for line, less in zip(lines, spread(reduction, subtotals), strict=True):
        taxable = line["amount_subtotal"] - less
        tax = round(taxable * tax_percent / 100)
        line |= {"amount_discount": less, "amount_tax": tax, "amount_total": taxable + tax}
        line["discounts"] = [{"amount": less, "discount": discount}] if discount and less else []
        line["taxes"] = [tax_entry(rate, tax, taxable)] if rate else []
    tax = sum(line["amount_tax"] for line in lines)
    session["amount_subtotal"] = sum(subtotals)
    session["amount_total"] = sum(line["amount_total"] for line in lines)
    session["total_details"] = {"amount_discount": reduction, "amount_shipping": 0, "amount_tax": tax}
    session["_breakdown"] = {
        "discounts": [{"amount": reduction, "discount": discount}] if discount else [],
        "taxes": [tax_entry(rate, tax, sum(subtotals) - reduction)] if rate else [],
    }


def tax_entry(rate: Json, amount: int, taxable: int) -> Json:
    """One tax of a line or of the whole."""
    return {"amount": amount, "rate": rate, "taxability_reason": "standard_rated", "taxable_amount": taxable}


def tax_rate(percent: float, now: int) -> Json:
    """The rate that the simulator's dial stands for."""
    return {
        "id": new_id("txr_"),
        "object": "tax_rate",
        "active": False,
        "country": None,
        "created": now,
        "description": None,
        "display_name": "Tax",
        "effective_percentage": percent,
        "flat_amount": None,
        "inclusive": False,
        "jurisdiction": None,
        "jurisdiction_level": None,
        "livemode": False,
        "metadata": {},
        "percentage": percent,
        "rate_type": "percentage",
        "state": None,
        "tax_type": None,
    }
