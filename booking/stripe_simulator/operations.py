"""Every path that the simulator serves: method, path, the parameters it takes, and the act."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from booking.stripe_simulator import balance, customers, payments, refunds, sessions
from booking.stripe_simulator import params_checkout as p_checkout
from booking.stripe_simulator import params_money as p_money
from booking.stripe_simulator.params import Param
from booking.stripe_simulator.store import Json

NONE = p_checkout.ONLY_EXPAND


@dataclass(frozen=True, slots=True)
class Operation:
    """One endpoint. `act` takes the world, the typed parameters and, if the path has a `{key}`, that."""

    method: str
    path: str
    params: Param
    act: Callable[..., Json]


OPERATIONS = tuple(
    Operation(*row)
    for row in (
        ("POST", "/v1/checkout/sessions", p_checkout.CREATE, sessions.create),
        ("GET", "/v1/checkout/sessions", p_checkout.LIST, sessions.listed),
        ("GET", "/v1/checkout/sessions/{key}", NONE, sessions.retrieve),
        ("POST", "/v1/checkout/sessions/{key}", p_checkout.UPDATE, sessions.update),
        ("POST", "/v1/checkout/sessions/{key}/expire", NONE, sessions.expire),
        ("GET", "/v1/checkout/sessions/{key}/line_items", p_checkout.LINE_ITEMS, sessions.line_items),
        ("GET", "/v1/payment_intents", p_money.INTENT_LIST, payments.list_intents),
        ("GET", "/v1/payment_intents/{key}", NONE, payments.retrieve_intent),
        ("GET", "/v1/charges", p_money.CHARGE_LIST, payments.list_charges),
        ("GET", "/v1/charges/{key}", NONE, payments.retrieve_charge),
        ("POST", "/v1/refunds", p_money.REFUND_CREATE, refunds.create),
        ("GET", "/v1/refunds", p_money.REFUND_LIST, refunds.listed),
        ("GET", "/v1/refunds/{key}", NONE, refunds.retrieve),
        ("POST", "/v1/refunds/{key}", p_money.ONLY_METADATA, refunds.update),
        ("GET", "/v1/customers", p_money.CUSTOMER_LIST, customers.listed),
        ("POST", "/v1/customers", p_money.CUSTOMER_CREATE, customers.create),
        ("GET", "/v1/customers/{key}", NONE, customers.retrieve),
        ("POST", "/v1/customers/{key}", p_money.CUSTOMER_UPDATE, customers.update),
        ("GET", "/v1/balance", NONE, balance.retrieve),
        ("GET", "/v1/balance_transactions", p_money.TRANSACTION_LIST, balance.listed),
        ("GET", "/v1/balance_transactions/{key}", NONE, balance.retrieve_transaction),
    )
)
