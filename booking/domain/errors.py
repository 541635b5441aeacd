"""Everything the app refuses, each with one English sentence that says what to do.

The web layer turns `kind` into a status and the sentence into the page, so a rule never needs to know about either.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from booking.domain.money import Money

Kind = Literal["invalid", "conflict", "missing", "forbidden"]


@dataclass(eq=False)
class Refusal(Exception):
    """Base of every refusal; `str()` is the sentence for the person who asked.

    `kind` is one of "invalid" (422), "conflict" (409), "missing" (404) and "forbidden" (403). `says` is the sentence,
    with the fields of the class as its blanks.
    """

    kind: ClassVar[Kind] = "invalid"
    says: ClassVar[str] = "This cannot be done."

    def __post_init__(self) -> None:
        # Exceptions are rebuilt from `args` when they cross a process; without this, keyword fields would be lost.
        self.args = tuple(getattr(self, field.name) for field in fields(self))

    def __str__(self) -> str:
        return self.says.format_map(vars(self))


# Slots and holds


@dataclass(eq=False)
class SlotTaken(Refusal):
    """Somebody else holds or has booked the slot. `placement` is its label ("Sponsor")."""

    kind: ClassVar[Kind] = "conflict"
    says: ClassVar[str] = "{placement}, issue {issue}, has just gone to someone else. Choose another week."
    placement: str
    issue: int


@dataclass(eq=False)
class SlotClosed(Refusal):
    """The slot is not for sale now: `reason` finishes the sentence "... cannot be booked: "."""

    kind: ClassVar[Kind] = "conflict"
    says: ClassVar[str] = "{placement}, issue {issue}, cannot be booked: {reason}. Choose a later week."
    placement: str
    issue: int
    reason: str = "its booking deadline has passed"


@dataclass(eq=False)
class SlotSold(Refusal):
    """The editor wants to block or remove a slot that somebody has booked or holds."""

    kind: ClassVar[Kind] = "conflict"
    says: ClassVar[str] = "{placement}, issue {issue}, is booked. Cancel or move that booking first."
    placement: str
    issue: int


@dataclass(eq=False)
class UnknownSlot(Refusal):
    """A slot that does not exist was asked for."""

    kind: ClassVar[Kind] = "missing"
    says: ClassVar[str] = "One of the chosen weeks is not on the calendar any more. Choose again from the calendar."


@dataclass(eq=False)
class PriceChanged(Refusal):
    """The price that the buyer saw is no longer the price."""

    kind: ClassVar[Kind] = "conflict"
    says: ClassVar[str] = (
        "{placement}, issue {issue}, now costs {new} instead of {old}. Check the new total and hold it again."
    )
    placement: str
    issue: int
    old: Money
    new: Money


@dataclass(eq=False)
class NothingChosen(Refusal):
    """An order without a slot."""

    says: ClassVar[str] = "Choose at least one week."


@dataclass(eq=False)
class TooManyChosen(Refusal):
    """More slots than one order may hold."""

    says: ClassVar[str] = "You chose {chosen} slots. One order has room for {limit}; book the others in a second order."
    chosen: int
    limit: int


@dataclass(eq=False)
class HoldLapsed(Refusal):
    """The hold ran out before the buyer came back."""

    kind: ClassVar[Kind] = "conflict"
    says: ClassVar[str] = (
        "Your hold has run out and nothing was charged. Choose the weeks again if they are still open."
    )


@dataclass(eq=False)
class HoldCannotBeExtended(Refusal):
    """A hold is extended once, and never past its hard limit."""

    kind: ClassVar[Kind] = "conflict"
    says: ClassVar[str] = (
        "This hold was already extended once. Pay before it runs out, or choose the weeks again later."
    )


@dataclass(eq=False)
class CoolingOff(Refusal):
    """The buyer held this slot so long or so often that others get a turn first."""

    kind: ClassVar[Kind] = "conflict"
    says: ClassVar[str] = (
        "You held {placement}, issue {issue}, a short while ago. "
        "You can hold it again in {minutes} minutes, or choose another week now."
    )
    placement: str
    issue: int
    minutes: int


# Issues, states and copy


@dataclass(eq=False)
class IssueFrozen(Refusal):
    """The issue is being made up; its places and copy stand."""

    kind: ClassVar[Kind] = "conflict"
    says: ClassVar[str] = "Issue {issue} is closed for changes. Choose a later issue, or ask the editor."
    issue: int


@dataclass(eq=False)
class IssueSent(Refusal):
    """The issue is out and cannot change any more."""

    kind: ClassVar[Kind] = "conflict"
    says: ClassVar[str] = "Issue {issue} has been sent and cannot change. Choose a later issue."
    issue: int


@dataclass(eq=False)
class WrongState(Refusal):
    """A move that the table in `states` does not list; `old` and `new` are stored values, `machine` says of what."""

    kind: ClassVar[Kind] = "conflict"
    says: ClassVar[str] = "This {machine} cannot go from {old} to {new}. Reload the page to see where it stands."
    machine: str
    old: str
    new: str


@dataclass(eq=False)
class StaleRevision(Refusal):
    """The copy moved on after the page was loaded; `seen` is the sha256 of the revision that was on the page."""

    kind: ClassVar[Kind] = "conflict"
    says: ClassVar[str] = "The copy changed while you were looking at it. Read the newest version below, then decide."
    seen: str


# People


@dataclass(eq=False)
class NotFound(Refusal):
    """There is no such thing, or it belongs to someone else: both answers are the same, so ids cannot be probed."""

    kind: ClassVar[Kind] = "missing"
    says: ClassVar[str] = "There is no such {thing} here. Check the address, or start from your bookings."
    thing: str = "page"


@dataclass(eq=False)
class NotAllowed(Refusal):
    """The person is known but has the wrong role."""

    kind: ClassVar[Kind] = "forbidden"
    says: ClassVar[str] = "Only the {role} can do this. Sign in with another address if that is you."
    role: str = "editor"


@dataclass(eq=False)
class LinkUsed(Refusal):
    """A sign-in link works once."""

    kind: ClassVar[Kind] = "conflict"
    says: ClassVar[str] = "This sign-in link was already used. Ask for a new one; it arrives within a minute."


@dataclass(eq=False)
class LinkExpired(Refusal):
    """A sign-in link that is too old, or was never ours."""

    kind: ClassVar[Kind] = "conflict"
    says: ClassVar[str] = "This sign-in link is too old. Ask for a new one; it works for {minutes} minutes."
    minutes: int = 15


# The editor's settings


@dataclass(eq=False)
class RuleNotUsable(Refusal):
    """A schedule, deadline, discount or cancellation rule that contradicts itself; `sentence` says what to change."""

    says: ClassVar[str] = "{sentence}"
    sentence: str
