"""Every path that the simulator serves: method, path, the parameters it takes, and the act."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from booking.stripe_simulator import (
    balance,
    coupons,
    customers,
    disputes,
    event_log,
    invoice_items,
    invoice_payments,
    invoices,
    payments,
    refunds,
    sessions,
)
from booking.stripe_simulator import params_checkout as p_checkout
from booking.stripe_simulator import params_invoices as p_invoices
from booking.stripe_simulator import params_money as p_money
from booking.stripe_simulator.params import Param, group
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
        ("GET", "/v1/payment_intents/{key}", p_money.INTENT, payments.retrieve_intent),
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
        ("GET", "/v1/events", p_money.EVENT_LIST, event_log.listed),
        ("GET", "/v1/events/{key}", NONE, event_log.retrieve),
        ("GET", "/v2/core/events/{key}", group(), event_log.retrieve_thin),
        ("GET", "/v1/disputes", p_money.DISPUTE_LIST, disputes.listed),
        ("GET", "/v1/disputes/{key}", NONE, disputes.retrieve),
        ("POST", "/v1/disputes/{key}", p_money.DISPUTE_UPDATE, disputes.update),
        ("POST", "/v1/disputes/{key}/close", NONE, disputes.close),
        ("GET", "/v1/radar/early_fraud_warnings", p_money.WARNING_LIST, disputes.list_warnings),
        ("GET", "/v1/radar/early_fraud_warnings/{key}", NONE, disputes.retrieve_warning),
        ("GET", "/v1/coupons", p_money.COUPON_LIST, coupons.listed),
        ("POST", "/v1/coupons", p_money.COUPON_CREATE, coupons.create),
        ("GET", "/v1/coupons/{key}", NONE, coupons.retrieve),
        ("DELETE", "/v1/coupons/{key}", group(), coupons.delete),
        ("GET", "/v1/promotion_codes", p_money.PROMOTION_LIST, coupons.list_promotions),
        ("POST", "/v1/promotion_codes", p_money.PROMOTION_CREATE, coupons.create_promotion),
        ("GET", "/v1/promotion_codes/{key}", NONE, coupons.retrieve_promotion),
        ("POST", "/v1/promotion_codes/{key}", p_money.PROMOTION_UPDATE, coupons.update_promotion),
        ("GET", "/v1/invoiceitems", p_invoices.ITEM_LIST, invoice_items.listed),
        ("POST", "/v1/invoiceitems", p_invoices.ITEM_CREATE, invoice_items.create),
        ("GET", "/v1/invoiceitems/{key}", NONE, invoice_items.retrieve),
        ("DELETE", "/v1/invoiceitems/{key}", group(), invoice_items.delete),
        ("GET", "/v1/invoices", p_invoices.LIST, invoices.listed),
        ("POST", "/v1/invoices", p_invoices.CREATE, invoices.create),
        ("GET", "/v1/invoices/{key}", NONE, invoices.retrieve),
        ("POST", "/v1/invoices/{key}", p_invoices.UPDATE, invoices.update),
        ("DELETE", "/v1/invoices/{key}", group(), invoices.delete),
        ("POST", "/v1/invoices/{key}/finalize", p_invoices.FINALIZE, invoices.finalize),
        ("POST", "/v1/invoices/{key}/send", NONE, invoices.send),
        ("POST", "/v1/invoices/{key}/pay", p_invoices.PAY, invoices.pay),
        ("POST", "/v1/invoices/{key}/void", NONE, invoices.void),
        ("POST", "/v1/invoices/{key}/mark_uncollectible", NONE, invoices.mark_uncollectible),
        ("GET", "/v1/invoices/{key}/lines", p_invoices.LINES, invoices.lines),
        ("GET", "/v1/invoice_payments", p_invoices.PAYMENT_LIST, invoice_payments.listed),
        ("GET", "/v1/balance", NONE, balance.retrieve),
        ("GET", "/v1/balance_transactions", p_money.TRANSACTION_LIST, balance.listed),
        ("GET", "/v1/balance_transactions/{key}", NONE, balance.retrieve_transaction),
    )
)
