"""The only module that knows the stripe package. It speaks to Stripe and answers in the small facts of `stripe_facts`.

Every call is made outside a transaction; every call that changes something at Stripe carries an idempotency key.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, TypeVar, cast

import stripe
from flask import Flask, current_app

from booking.gateways.stripe_facts import (
    APP,
    BalanceFact,
    DisputeFact,
    EventFact,
    Forged,
    InvoiceFact,
    MovementFact,
    PaymentFact,
    PaymentsRefused,
    PaymentsUnreachable,
    RefundFact,
    SessionFact,
)
from booking.gateways.stripe_reading import (
    dispute_fact,
    event_fact,
    identity,
    invoice_fact,
    movement_fact,
    payment_fact,
    refund_fact,
    session_fact,
)

T = TypeVar("T")

# Connecting may not take long; Stripe itself answers slow calls within 20 s.
TIMEOUT = (3, 20)
RETRIES = 2
# https://docs.stripe.com/webhooks#verify-events: the library refuses what is older, we what is as far in the future.
TOLERANCE = 300
SESSION_PARTS = ["payment_intent.latest_charge", "invoice"]


class Payments:
    """One account at Stripe, or at the simulator.

    Every method raises `PaymentsUnreachable` when nobody knows what happened (ask again with the same key) and
    `PaymentsRefused` when Stripe said no.
    """

    def __init__(self, key: str, base: str, secrets: tuple[str, ...], *, livemode: bool, site: str = "") -> None:
        # It would write a file into the home directory of the server.
        stripe.enable_telemetry = False
        self.secrets = secrets
        self.livemode = livemode
        self.site = site
        self.client = stripe.StripeClient(
            key,
            base_addresses={"api": base},
            http_client=stripe.RequestsClient(timeout=TIMEOUT),
            max_network_retries=RETRIES,
        )

    def made(self, fact: SessionFact | PaymentFact | InvoiceFact) -> bool:
        """Whether this newsletter asked for it. What was made before sites were told apart names none."""
        return fact.metadata.get("app") == APP and fact.metadata.get("site", self.site) == self.site

    def create_session(self, params: Mapping[str, Any], key: str) -> SessionFact:
        """Open a Checkout Session with frozen parameters; the same key answers with the same session."""
        with translated():
            made = self.client.v1.checkout.sessions.create(cast(Any, dict(params)), {"idempotency_key": key})
        return session_fact(plain(made))

    def session(self, session_id: str) -> SessionFact:
        """A Checkout Session as it is now, with its payment and invoice."""
        with translated():
            found = self.client.v1.checkout.sessions.retrieve(session_id, {"expand": SESSION_PARTS})
        return session_fact(plain(found))

    def expire_session(self, session_id: str) -> None:
        """Close a session that nobody should pay any more; one that is closed already stays as it is."""
        with translated():
            try:
                self.client.v1.checkout.sessions.expire(session_id)
            except stripe.InvalidRequestError as error:
                if error.http_status == 404:
                    raise
                # "Only Checkout Sessions with a status in [open] can be expired": then there is nothing to do.

    def sessions_since(self, since: datetime) -> Iterator[SessionFact]:
        """Every Checkout Session made since then, newest first."""
        parts = [f"data.{part}" for part in SESSION_PARTS]
        return self._since(self.client.v1.checkout.sessions, since, session_fact, parts)

    def session_of(self, intent_id: str) -> SessionFact | None:
        """The Checkout Session that a payment came through; None for one that came another way."""
        with translated():
            found = self.client.v1.checkout.sessions.list({"payment_intent": intent_id, "limit": 1}).data
        return session_fact(plain(found[0])) if found else None

    def payment(self, intent_id: str) -> PaymentFact:
        """A PaymentIntent as it is now."""
        with translated():
            found = self.client.v1.payment_intents.retrieve(intent_id, {"expand": ["latest_charge"]})
        return payment_fact(plain(found))

    def payments_since(self, since: datetime) -> Iterator[PaymentFact]:
        """Every PaymentIntent made since then, newest first."""
        return self._since(self.client.v1.payment_intents, since, payment_fact, ["data.latest_charge"])

    def create_refund(self, intent_id: str, amount: int, key: str, metadata: Mapping[str, str]) -> RefundFact:
        """Send back `amount` minor units of a payment; the same key answers with the same refund."""
        with translated():
            made = self.client.v1.refunds.create(
                {"payment_intent": intent_id, "amount": amount, "metadata": dict(metadata)},
                {"idempotency_key": f"refund-{key}"},
            )
        return refund_fact(plain(made))

    def refunds_of_charge(self, charge_id: str) -> list[RefundFact]:
        """Every refund of a charge, whoever made it."""
        with translated():
            page = self.client.v1.refunds.list({"charge": charge_id, "limit": 100})
            return [refund_fact(plain(found)) for found in page.auto_paging_iter()]

    def refunds_of_payment(self, intent_id: str) -> list[RefundFact]:
        """Every refund of a PaymentIntent, whoever made it."""
        with translated():
            page = self.client.v1.refunds.list({"payment_intent": intent_id, "limit": 100})
            return [refund_fact(plain(found)) for found in page.auto_paging_iter()]

    def refund(self, refund_id: str) -> RefundFact:
        """A refund as it is now."""
        with translated():
            return refund_fact(plain(self.client.v1.refunds.retrieve(refund_id)))

    def refunds_since(self, since: datetime) -> Iterator[RefundFact]:
        """Every refund made since then, newest first."""
        return self._since(self.client.v1.refunds, since, refund_fact)

    def dispute(self, dispute_id: str) -> DisputeFact:
        """A dispute as it is now, with what it took from and gave back to the balance."""
        with translated():
            return dispute_fact(plain(self.client.v1.disputes.retrieve(dispute_id)))

    def disputes_since(self, since: datetime) -> Iterator[DisputeFact]:
        """Every dispute opened since then, newest first."""
        return self._since(self.client.v1.disputes, since, dispute_fact)

    def create_invoice(self, params: Mapping[str, Any], key: str) -> InvoiceFact:
        """Make, fill, finalize and send an invoice from frozen parameters.

        ``params`` has ``customer``, ``invoice`` and ``lines``, each as Stripe's own call takes it. Every step has a
        key of its own made from `key`, so that a crash between two of them is healed by asking again.
        """
        with translated():
            v1 = self.client.v1
            customer = v1.customers.create(cast(Any, params["customer"]), {"idempotency_key": f"{key}-customer"})
            invoice = v1.invoices.create(
                cast(Any, {**params["invoice"], "customer": customer.id}), {"idempotency_key": f"{key}-invoice"}
            )
            for number, line in enumerate(params["lines"]):
                v1.invoice_items.create(
                    cast(Any, {**line, "customer": customer.id, "invoice": invoice.id}),
                    {"idempotency_key": f"{key}-line-{number}"},
                )
            v1.invoices.finalize_invoice(str(invoice.id), {}, {"idempotency_key": f"{key}-finalize"})
            sent = v1.invoices.send_invoice(str(invoice.id), {}, {"idempotency_key": f"{key}-send"})
        return invoice_fact(plain(sent))

    def invoice(self, invoice_id: str) -> InvoiceFact:
        """An invoice as it is now, with what was paid on it."""
        with translated():
            found = self.client.v1.invoices.retrieve(invoice_id, {"expand": ["payments"]})
        return invoice_fact(plain(found))

    def invoices_since(self, since: datetime) -> Iterator[InvoiceFact]:
        """Every invoice made since then, newest first."""
        return self._since(self.client.v1.invoices, since, invoice_fact, ["data.payments"])

    def void_invoice(self, invoice_id: str) -> None:
        """Make an unpaid invoice worthless; a paid one is refused with `PaymentsRefused`."""
        with translated():
            self.client.v1.invoices.void_invoice(invoice_id)

    def intent_of_warning(self, warning_id: str) -> str:
        """The PaymentIntent that an early fraud warning is about."""
        with translated():
            found = plain(self.client.v1.radar.early_fraud_warnings.retrieve(warning_id))
        return identity(found.get("payment_intent")) or ""

    def events_since(self, since: datetime) -> Iterator[EventFact]:
        """Every event since then, newest first; Stripe keeps 30 days (https://docs.stripe.com/api/events)."""
        return self._since(self.client.v1.events, since, event_fact)

    def movements_since(self, since: datetime) -> Iterator[MovementFact]:
        """Every change of the balance since then, newest first."""
        return self._since(self.client.v1.balance_transactions, since, movement_fact)

    def balance(self) -> list[BalanceFact]:
        """What Stripe holds for us now, pending included, by currency."""
        with translated():
            found = plain(self.client.v1.balance.retrieve())
        sums: dict[str, int] = {}
        for part in [*found.get("available", []), *found.get("pending", [])]:
            sums[part["currency"]] = sums.get(part["currency"], 0) + part["amount"]
        return [BalanceFact(currency.upper(), amount) for currency, amount in sorted(sums.items())]

    def verified_event(self, body: bytes, signature: str) -> EventFact:
        """The event that a webhook carries, snapshot or thin; of its contents only the ids are believed.

        Raises `Forged` for a wrong, stale or future signature and for a body that is no event.
        """
        if not any(self._signed(body, signature, secret) for secret in self.secrets):
            raise Forged("The signature fits none of our webhook secrets.")
        try:
            return event_fact(json.loads(body))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise Forged("The body is not an event.") from error

    def _since(
        self, resource: Any, since: datetime, read: Callable[[dict[str, Any]], T], expand: Sequence[str] = ()
    ) -> Iterator[T]:
        asked: dict[str, Any] = {"created": {"gte": int(since.timestamp())}, "limit": 100}
        if expand:
            asked["expand"] = list(expand)
        with translated():
            page = resource.list(asked)
            for found in page.auto_paging_iter():
                yield read(plain(found))

    def _signed(self, body: bytes, signature: str, secret: str) -> bool:
        try:
            stripe.WebhookSignature.verify_header(body, signature, secret, TOLERANCE)
            stamp = next(int(part[2:]) for part in signature.split(",") if part.startswith("t="))
        except (ValueError, stripe.SignatureVerificationError):
            return False
        return stamp <= time.time() + TOLERANCE


def plain(found: Any) -> dict[str, Any]:
    """A StripeObject as a dict: it is none itself, and its ``get`` raises."""
    return cast("dict[str, Any]", found.to_dict(recursive=True))


@contextmanager
def translated() -> Iterator[None]:
    """Stripe's errors as ours: refused when Stripe said no, unreachable when nobody knows."""
    try:
        yield
    except stripe.InvalidRequestError as error:
        raise PaymentsRefused(str(error.user_message or error), code=str(error.code or "")) from error
    except (stripe.AuthenticationError, stripe.PermissionError, stripe.IdempotencyError) as error:
        raise PaymentsRefused(str(error.user_message or error)) from error
    except stripe.APIConnectionError as error:
        raise PaymentsUnreachable("no connection, or no answer in time") from error
    except stripe.StripeError as error:
        raise PaymentsUnreachable(str(error.user_message or error)) from error


def connect(app: Flask) -> None:
    """Give the app its account at Stripe."""
    config = app.config
    app.extensions["payments"] = Payments(
        config["STRIPE_SECRET_KEY"],
        config["STRIPE_API_BASE"],
        tuple(config["STRIPE_WEBHOOK_SECRETS"]),
        livemode=config["STRIPE_LIVEMODE"],
        site=config["SERVER_NAME"],
    )


def payments() -> Payments:
    """The account of the current app."""
    return cast(Payments, current_app.extensions["payments"])
