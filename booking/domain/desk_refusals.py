"""What the acts of the desk refuse: pages that grew old, and weeks that a booking cannot move to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from booking.domain.errors import Kind, Refusal

if TYPE_CHECKING:
    from booking.domain.money import Money


@dataclass(eq=False)
class RefundChanged(Refusal):
    """The refund that the page showed is not the refund any more: a day passed, or money went back meanwhile."""

    kind: ClassVar[Kind] = "conflict"
    says: ClassVar[str] = "Cancelling now gives back {now}, not {shown}. Read the new amount below, then decide."
    shown: Money
    now: Money


@dataclass(eq=False)
class HouseAdFrozen(Refusal):
    """Other words for a house ad that stands in an issue which is made up already."""

    kind: ClassVar[Kind] = "conflict"
    says: ClassVar[str] = "Issue {issue} is frozen with this ad as it was. Write a new ad, or open the issue again."
    issue: int


@dataclass(eq=False)
class DearerWeek(Refusal):
    """A buyer moves to a week that costs more than the one they bought."""

    kind: ClassVar[Kind] = "conflict"
    says: ClassVar[str] = "Issue {issue} costs more than the week you booked. Choose one at the same price or less."
    issue: int


@dataclass(eq=False)
class TooLateToMove(Refusal):
    """A buyer moves a week whose place could not be sold to anybody else any more."""

    kind: ClassVar[Kind] = "conflict"
    says: ClassVar[str] = (
        "The booking deadline of issue {issue} has passed, so it cannot be moved here. Ask the editor."
    )
    issue: int


@dataclass(eq=False)
class SameIssue(Refusal):
    """A move to where the booking is already."""

    says: ClassVar[str] = "The booking is in issue {issue} already. Choose another issue."
    issue: int


@dataclass(eq=False)
class SettingsChanged(Refusal):
    """Somebody saved these settings after the page was loaded."""

    kind: ClassVar[Kind] = "conflict"
    says: ClassVar[str] = (
        "These settings were changed since you opened the page. What you typed is below and not saved: "
        "open the page again in another window to compare, then save once more."
    )


@dataclass(eq=False)
class NothingPaid(Refusal):
    """A refund of an order that nothing was paid for."""

    kind: ClassVar[Kind] = "conflict"
    says: ClassVar[str] = "Nothing was paid for this order, so nothing can be refunded."


@dataclass(eq=False)
class InDispute(Refusal):
    """A refund of a payment that the bank is about to take back: the buyer would get it twice."""

    kind: ClassVar[Kind] = "conflict"
    says: ClassVar[str] = (
        "The bank has this payment in dispute. A refund now could pay the buyer twice; wait for the bank’s decision."
    )
