"""Disputes: the bank takes the money back, and perhaps returns it. Early fraud warnings only announce one."""

from __future__ import annotations

from booking.stripe_simulator import balance
from booking.stripe_simulator.dispute_shape import dispute_shape
from booking.stripe_simulator.errors import conflict
from booking.stripe_simulator.events import changed, emit
from booking.stripe_simulator.listing import page_of
from booking.stripe_simulator.metadata import merged
from booking.stripe_simulator.store import Json, public
from booking.stripe_simulator.world import World

OVER = ("won", "lost", "warning_closed")


def open_dispute(world: World, charge: Json, body: Json) -> Json:
    """The buyer's bank disputes a charge. `body` may hold amount (minor units), reason, and inquiry (no money moves).

    Raises StripeError for a charge that is unpaid, disputed already, or without money left.
    """
    left = charge["amount_captured"] - charge["amount_refunded"]
    amount = int(body.get("amount") or left)
    if not charge["paid"] or charge["disputed"] or not 0 < amount <= charge["amount_captured"]:
        raise conflict(f"Charge {charge['id']} cannot be disputed: unpaid, disputed before, or nothing left.")
    inquiry = bool(body.get("inquiry"))
    dispute = world.store.add(dispute_shape(world, charge, amount, body.get("reason", "fraudulent"), inquiry=inquiry))
    charge["_charged_back"] = not inquiry
    before = changed(charge, disputed=True)
    world.store.save(charge)
    emit(world, "charge.updated", charge, before)
    emit(world, "charge.dispute.created", dispute)
    if not inquiry:
        move(world, dispute, -amount, "dispute")
        emit(world, "charge.dispute.funds_withdrawn", dispute)
    return dispute


def move(world: World, dispute: Json, amount: int, category: str) -> None:
    """Take the disputed money, or give it back; the dispute carries its transactions."""
    dispute["balance_transactions"].append(balance.book(world, dispute, amount, "adjustment", category))
    world.store.save(dispute)


def win(world: World, dispute: Json) -> None:
    """The bank decides for the seller: the money comes back."""
    refuse_over(dispute)
    taken = -sum(entry["amount"] for entry in dispute["balance_transactions"])
    before = changed(dispute, status="won" if taken else "warning_closed", is_charge_refundable=True)
    if taken:
        move(world, dispute, taken, "dispute_reversal")
        emit(world, "charge.dispute.funds_reinstated", dispute)
    release(world, dispute)
    world.store.save(dispute)
    emit(world, "charge.dispute.closed", dispute, before)


def lose(world: World, dispute: Json) -> None:
    """The bank decides for the buyer, or the seller gives in: the money stays away."""
    refuse_over(dispute)
    inquiry = dispute["status"].startswith("warning")
    before = changed(dispute, status="warning_closed" if inquiry else "lost")
    if inquiry:
        release(world, dispute)
    world.store.save(dispute)
    emit(world, "charge.dispute.closed", dispute, before)


def review(world: World, dispute: Json) -> None:
    """The evidence is with the bank."""
    refuse_over(dispute)
    status = "warning_under_review" if dispute["status"].startswith("warning") else "under_review"
    before = changed(dispute, status=status)
    world.store.save(dispute)
    emit(world, "charge.dispute.updated", dispute, before)


def refuse_over(dispute: Json) -> None:
    """Raise StripeError for a dispute that is decided."""
    if dispute["status"] in OVER:
        raise conflict(f"This dispute is already closed: its status is `{dispute['status']}`.", "dispute")


def release(world: World, dispute: Json) -> None:
    """Let the charge be refunded again."""
    charge = world.need("charge", dispute["charge"], "charge")
    world.store.save(charge | {"_charged_back": False})


def on_time(world: World, charge: Json) -> None:
    """The card that is disputed later is disputed now."""
    if charge["paid"] and not charge["disputed"] and not charge["refunded"]:
        open_dispute(world, charge, {})


def warn(world: World, charge: Json, body: Json) -> Json:
    """An early fraud warning for a charge; no money moves."""
    warning = world.shape("radar.early_fraud_warning", "issfr_") | {
        "actionable": not charge["refunded"] and not charge["disputed"],
        "charge": charge["id"],
        "fraud_type": body.get("fraud_type", "unauthorized_use_of_card"),
        "payment_intent": charge["payment_intent"],
    }
    world.store.add(warning)
    emit(world, "radar.early_fraud_warning.created", warning)
    return warning


def retrieve(world: World, params: Json, key: str) -> Json:
    """`GET /v1/disputes/{dispute}`."""
    return public(world.need("dispute", key, "dispute", in_path=True))


def update(world: World, params: Json, key: str) -> Json:
    """`POST /v1/disputes/{dispute}`: evidence, which `submit` (the default) sends to the bank."""
    dispute = world.need("dispute", key, "dispute", in_path=True)
    refuse_over(dispute)
    dispute["metadata"] = merged(dispute["metadata"], params)
    if "evidence" in params:
        dispute["evidence"] |= params["evidence"]
        dispute["evidence_details"] |= {"has_evidence": True, "submission_count": int(params.get("submit", True))}
    world.store.save(dispute)
    if "evidence" in params and params.get("submit", True):
        review(world, dispute)
    else:
        emit(world, "charge.dispute.updated", dispute)
    return public(dispute)


def close(world: World, params: Json, key: str) -> Json:
    """`POST /v1/disputes/{dispute}/close`: give in."""
    dispute = world.need("dispute", key, "dispute", in_path=True)
    lose(world, dispute)
    return public(dispute)


def listed(world: World, params: Json) -> Json:
    """`GET /v1/disputes`."""
    return page_of(world, "dispute", "/v1/disputes", params)


def list_warnings(world: World, params: Json) -> Json:
    """`GET /v1/radar/early_fraud_warnings`."""
    return page_of(world, "radar.early_fraud_warning", "/v1/radar/early_fraud_warnings", params)


def retrieve_warning(world: World, params: Json, key: str) -> Json:
    """`GET /v1/radar/early_fraud_warnings/{early_fraud_warning}`."""
    return public(world.need("radar.early_fraud_warning", key, "early_fraud_warning", in_path=True))
