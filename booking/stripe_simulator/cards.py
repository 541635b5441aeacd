"""The test cards of the hosted page, with Stripe's numbers, and the bank debit that settles later."""

from __future__ import annotations

from dataclasses import dataclass

from booking.stripe_simulator.store import Json


@dataclass(frozen=True, slots=True)
class Card:
    """A way to pay and what comes of it."""

    number: str
    title: str
    code: str | None = None
    """Stripe's error code, when the payment is refused."""
    decline_code: str | None = None
    message: str | None = None
    asks: bool = False
    """True when the bank wants 3-D Secure first."""
    disputed: bool = False
    delayed: bool = False
    method: str = "card"

    @property
    def last4(self) -> str:
        """The digits that Stripe shows."""
        return self.number[-4:]


DECLINED = "Your card was declined."
POOR = "Your card has insufficient funds."

CARDS = {
    card.number: card
    for card in (
        Card("4242424242424242", "Succeeds"),
        Card("4000000000000002", "Is declined", "card_declined", "generic_decline", DECLINED),
        Card("4000000000009995", "Has insufficient funds", "card_declined", "insufficient_funds", POOR),
        Card("4000002500003155", "Asks for 3-D Secure", asks=True),
        Card("4000000000000259", "Pays and is disputed later", disputed=True),
        Card("000123456789", "Bank debit, settles later", delayed=True, method="bank_debit"),
    )
}

BY_NAME = {
    "succeeds": "4242424242424242",
    "declined": "4000000000000002",
    "insufficient_funds": "4000000000009995",
    "three_d_secure": "4000002500003155",
    "disputed": "4000000000000259",
    "bank_debit": "000123456789",
    "pm_card_visa": "4242424242424242",
    "pm_card_chargeDeclined": "4000000000000002",
}
"""Names that the control plane and `invoices.pay` take instead of a number."""


def card_named(text: str) -> Card | None:
    """The card with this number (spaces allowed) or name; None for one that is no test card."""
    plain = text.replace(" ", "").replace("-", "")
    return CARDS.get(BY_NAME.get(text.strip(), plain))


DEBITS: dict[str, tuple[str, Json]] = {
    "usd": (
        "us_bank_account",
        {
            "account_holder_type": "company",
            "account_type": "checking",
            "bank_name": "STRIPE TEST BANK",
            "payment_reference": None,
            "routing_number": "110000000",
        },
    ),
    "eur": ("sepa_debit", {"bank_code": "37040044", "branch_code": "", "country": "DE"}),
    "gbp": ("bacs_debit", {"sort_code": "108800"}),
}
"""The debit of each currency, and what Stripe says of the account."""


def types_for(currency: str) -> list[str]:
    """The payment methods that the simulated account has switched on for a currency."""
    return ["card", DEBITS[currency][0]] if currency in DEBITS else ["card"]


def type_of(card: Card, currency: str) -> str:
    """Stripe's name of the payment method that a card stands for in this currency."""
    return card.method if card.method == "card" else DEBITS.get(currency, ("us_bank_account", {}))[0]


def offered(session: Json) -> list[Card]:
    """The ways to pay that a session allows."""
    allowed = session["payment_method_types"]
    return [card for card in CARDS.values() if type_of(card, session["currency"]) in allowed]


def method_details(card: Card, amount: int, currency: str) -> Json:
    """`payment_method_details` of a charge."""
    if card.delayed:
        kind, account = DEBITS[currency]
        account = {**account, "fingerprint": "simulated", "last4": card.last4, "mandate": "mandate_simulated"}
        return {"type": kind, kind: account}
    three_d_secure = None
    if card.asks:
        three_d_secure = {
            "authentication_flow": "challenge",
            "electronic_commerce_indicator": "05",
            "exemption_indicator": None,
            "result": "authenticated",
            "result_reason": None,
            "transaction_id": "simulated",
            "version": "2.2.0",
        }
    return {"type": "card", "card": card_details(card, amount) | {"three_d_secure": three_d_secure}}


def card_details(card: Card, amount: int) -> Json:
    """What Stripe says of a card that was charged."""
    return {
        "amount_authorized": amount,
        "authorization_code": None,
        "brand": "visa",
        "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass"},
        "country": "US",
        "exp_month": 12,
        "exp_year": 2034,
        "fingerprint": "simulated",
        "funding": "credit",
        "installments": None,
        "last4": card.last4,
        "mandate": None,
        "network": "visa",
        "network_token": {"used": False},
        "network_transaction_id": "104102105105105",
        "regulated_status": "unregulated",
        "wallet": None,
    }
