"""What is refused about money: amounts and currencies, ways to pay, and what goes back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from booking.domain.errors import Kind, Refusal

if TYPE_CHECKING:
    from booking.domain.money import Money


@dataclass(eq=False)
class AmountNotUsable(Refusal):
    """Text that is not an amount of money."""

    says: ClassVar[str] = "“{text}” is not an amount we can use. {hint}"
    text: str
    hint: str = "Write it in figures, like 450 or 12.50."


@dataclass(eq=False)
class CurrencyNotSold(Refusal):
    """A currency that the newsletter does not sell in, or that the app cannot count."""

    says: ClassVar[str] = "We do not sell in “{currency}”. Choose one of the currencies on the rate card."
    currency: str


@dataclass(eq=False)
class MixedCurrencies(Refusal):
    """Two currencies in one sum."""

    says: ClassVar[str] = "{one} and {other} cannot be added up. Book them in two orders, one for each currency."
    one: str
    other: str


@dataclass(eq=False)
class PaymentUnderWay(Refusal):
    """The buyer has paid by a method that takes its time; a second payment would only be sent back."""

    kind: ClassVar[Kind] = "conflict"
    says: ClassVar[str] = (
        "Your bank is still working on the payment. Wait for our mail; there is nothing to do until then."
    )


@dataclass(eq=False)
class NotTrusted(Refusal):
    """Only advertisers that the editor trusts may pay later."""

    kind: ClassVar[Kind] = "conflict"
    says: ClassVar[str] = "This company does not pay by invoice yet. Pay by card, or ask the editor to allow invoices."


@dataclass(eq=False)
class InvoiceTooLate(Refusal):
    """The copy deadline is too near for a bank transfer."""

    kind: ClassVar[Kind] = "conflict"
    says: ClassVar[str] = (
        "The first copy deadline is too near for an invoice to be paid before it. Pay by card instead."
    )


@dataclass(eq=False)
class InvoiceAfterIssue(Refusal):
    """What is not paid when an issue is made up does not run, so nobody can pay for it later."""

    says: ClassVar[str] = "Issue {issue} is sent before that day. Choose a day before it; what is unpaid does not run."
    issue: int


@dataclass(eq=False)
class PaymentPageDown(Refusal):
    """Stripe could not be reached, so there is no payment page to go to."""

    kind: ClassVar[Kind] = "conflict"
    says: ClassVar[str] = "The payment page did not answer. Your hold stands; press Pay again in a minute."


@dataclass(eq=False)
class RefundTooLarge(Refusal):
    """More was asked back than is left of the payment."""

    says: ClassVar[str] = "{asked} is more than the {left} left of this payment. Refund {left} or less."
    asked: Money
    left: Money
