"""The balance: one transaction for each movement, so that it is payments less fees, refunds and lost disputes."""

from __future__ import annotations

from booking.stripe_simulator.errors import missing
from booking.stripe_simulator.listing import page_of
from booking.stripe_simulator.store import Json, public
from booking.stripe_simulator.world import LIVEMODE, World

CATEGORIES = {"charge": "charge", "payment": "charge", "refund": "refund", "payment_refund": "refund"}


def book(world: World, source: Json, amount: int, kind: str, category: str | None = None) -> Json:
    """One movement, in minor units; negative takes away."""
    entry = world.shape("balance_transaction", "txn_")
    del entry["livemode"]
    entry |= {
        "amount": amount,
        "available_on": world.now(),
        "balance_type": "payments",
        "currency": source["currency"],
        "description": source.get("description"),
        "exchange_rate": None,
        "fee": 0,
        "fee_details": [],
        "net": amount,
        "reporting_category": category or CATEGORIES.get(kind, kind),
        "source": source["id"],
        "status": "available",
        "type": kind,
    }
    return world.store.add(entry)


def book_charge(world: World, charge: Json) -> Json:
    """The arrival of a charge, less Stripe's fee if the dial is turned up."""
    entry = book(world, charge, charge["amount"], "payment" if charge["id"].startswith("py_") else "charge")
    fee = round(charge["amount"] * world.dials.fee_percent / 100)
    if fee:
        detail = {"amount": fee, "application": None, "currency": charge["currency"], "type": "stripe_fee"}
        detail["description"] = "Stripe processing fees"
        entry |= {"fee": fee, "fee_details": [detail], "net": entry["amount"] - fee}
        world.store.save(entry)
    return entry


def retrieve(world: World, params: Json) -> Json:
    """`GET /v1/balance`: everything is available at once; nothing is ever pending or paid out."""
    rows = world.store.rows(
        "SELECT json_extract(body, '$.currency') AS currency, sum(json_extract(body, '$.net')) AS net"
        " FROM object WHERE kind = 'balance_transaction' GROUP BY 1 ORDER BY 1"
    )
    sums = {row["currency"]: row["net"] for row in rows} or {"usd": 0}
    available = [{"amount": net, "currency": name, "source_types": {"card": net}} for name, net in sums.items()]
    nothing = [{"amount": 0, "currency": name, "source_types": {"card": 0}} for name in sums]
    return {
        "object": "balance",
        "available": available,
        "livemode": LIVEMODE,
        "pending": nothing,
        "refund_and_dispute_prefunding": {"available": nothing, "pending": nothing},
    }


def listed(world: World, params: Json) -> Json:
    """`GET /v1/balance_transactions`."""
    return page_of(world, "balance_transaction", "/v1/balance_transactions", params)


def retrieve_transaction(world: World, params: Json, key: str) -> Json:
    """`GET /v1/balance_transactions/{id}`."""
    found = world.store.get("balance_transaction", key)
    if found is None:
        raise missing("balance_transaction", key, "id", in_path=True)
    return public(found)
