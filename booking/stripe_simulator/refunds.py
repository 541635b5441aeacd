"""Refunds: never above the charge, possibly pending, possibly failing after they had succeeded."""

from __future__ import annotations

from booking.stripe_simulator import balance
from booking.stripe_simulator.errors import conflict, invalid
from booking.stripe_simulator.events import changed, emit
from booking.stripe_simulator.listing import page_of
from booking.stripe_simulator.metadata import merged
from booking.stripe_simulator.store import Json, public
from booking.stripe_simulator.world import World


def create(world: World, params: Json) -> Json:
    """`POST /v1/refunds`. Raises StripeError for a charge without money, too large an amount, or a charged-back one."""
    charge = charge_of(world, params)
    left = charge["amount_captured"] - charge["amount_refunded"]
    amount = params.get("amount", left)
    refuse_impossible(charge, amount, left)
    status = world.refunds_ahead.pop(0) if world.refunds_ahead else "succeeded"
    return public(give_back(world, charge, amount, params, status))


def charge_of(world: World, params: Json) -> Json:
    """The charge that a request names directly or by its PaymentIntent."""
    if ("charge" in params) == ("payment_intent" in params):
        raise invalid(
            "One of the following params should be provided for this request: payment_intent or charge.",
            "payment_intent",
        )
    if "charge" in params:
        return world.need("charge", params["charge"], "charge")
    intent = world.need("payment_intent", params["payment_intent"], "payment_intent")
    charge = world.store.get("charge", intent["latest_charge"] or "")
    if charge is None or not charge["paid"]:
        raise conflict(
            f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund.",
            "payment_intent",
            "payment_intent_unexpected_state",
        )
    return charge


def refuse_impossible(charge: Json, amount: int, left: int) -> None:
    """Raise StripeError unless this much can go back."""
    name = charge["id"]
    if amount < 1 and left > 0:
        raise invalid("This value must be greater than or equal to 1.", "amount", "parameter_invalid_integer")
    if not charge["paid"]:
        raise conflict(f"Charge {name} has not been paid.", "charge", "charge_not_refundable")
    if charge.get("_charged_back"):
        raise conflict(f"Charge {name} has been charged back; cannot issue a refund.", "charge", "charge_disputed")
    if left == 0:
        raise conflict(f"Charge {name} has already been refunded.", code="charge_already_refunded")
    if amount > left:
        raise conflict(
            f"Refund amount ({money(amount)}) is greater than unrefunded amount on charge ({money(left)})", "amount"
        )


def money(amount: int) -> str:
    """An amount as Stripe's sentence shows it."""
    return f"${amount / 100:,.2f}"


def give_back(world: World, charge: Json, amount: int, params: Json, status: str) -> Json:
    """Make the refund, take it off the balance and tell. `status` is succeeded, pending or failed."""
    refund = world.shape("refund", "re_")
    del refund["livemode"]
    refund |= {
        "amount": amount,
        "charge": charge["id"],
        "currency": charge["currency"],
        "destination_details": {"card": {"type": "refund", **REFERENCE}, "type": "card"},
        "metadata": params.get("metadata") or {},
        "payment_intent": charge["payment_intent"],
        "reason": params.get("reason"),
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": "pending" if status == "failed" else status,
        "transfer_reversal": None,
    }
    if refund["status"] == "pending":
        refund["pending_reason"] = "processing"
    kind = "payment_refund" if charge["id"].startswith("py_") else "refund"
    refund["balance_transaction"] = balance.book(world, refund, -amount, kind)["id"]
    world.store.add(refund)
    move_charge(world, charge, amount)
    emit(world, "refund.created", refund)
    if status == "failed":
        fail(world, refund)
    return refund


REFERENCE = {"reference_status": "pending", "reference_type": "acquirer_reference_number"}


def move_charge(world: World, charge: Json, by: int) -> None:
    """Count a refund (or its failure, negative) on the charge, and tell."""
    total = charge["amount_refunded"] + by
    before = changed(charge, amount_refunded=total, refunded=total == charge["amount_captured"])
    world.store.save(charge)
    emit(world, "charge.refunded" if by > 0 else "charge.updated", charge, before)


def succeed(world: World, refund: Json) -> None:
    """A pending refund arrives."""
    tell(world, refund, changed(refund, status="succeeded", pending_reason=None))


def fail(world: World, refund: Json, reason: str = "lost_or_stolen_card") -> None:
    """A refund comes back, also one that had succeeded: the money returns to the balance."""
    if refund["status"] in ("failed", "canceled"):
        raise conflict(f"Refund {refund['id']} has a status of `{refund['status']}`.", "refund")
    entry = balance.book(world, refund, refund["amount"], "refund_failure", "refund_failure")
    before = changed(refund, status="failed", failure_reason=reason, failure_balance_transaction=entry["id"])
    move_charge(world, world.need("charge", refund["charge"], "charge"), -refund["amount"])
    tell(world, refund, {**before, "pending_reason": refund.pop("pending_reason", None)})
    emit(world, "refund.failed", refund)


def on_time(world: World, refund: Json) -> None:
    """A refund that takes its time arrives by itself."""
    if refund["status"] == "pending":
        succeed(world, refund)


def tell(world: World, refund: Json, before: Json) -> None:
    """Keep a changed refund and send both kinds of update event."""
    if refund.get("pending_reason", "") is None:
        del refund["pending_reason"]
    world.store.save(refund)
    for kind in ("refund.updated", "charge.refund.updated"):
        emit(world, kind, refund, {name: value for name, value in before.items() if value is not None})


def retrieve(world: World, params: Json, key: str) -> Json:
    """`GET /v1/refunds/{refund}`."""
    return public(world.need("refund", key, "id", in_path=True))


def update(world: World, params: Json, key: str) -> Json:
    """`POST /v1/refunds/{refund}`: its metadata."""
    refund = world.need("refund", key, "id", in_path=True)
    tell(world, refund, changed(refund, metadata=merged(refund["metadata"], params)))
    return public(refund)


def listed(world: World, params: Json) -> Json:
    """`GET /v1/refunds`."""
    return page_of(world, "refund", "/v1/refunds", params)
