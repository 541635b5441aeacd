"""The states of everything that has states, and the only moves between them.

The tables are those of the design: three machines that never share a status field (place, money, copy), and the small
ones around them. They also fill the table `allowed_transition`, so that the database refuses what Python would.
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Final, Self, TypeVar

from booking.domain.errors import WrongState

NONE: Final = "none"
"""The state of a thing before it exists, so that its creation is a move like any other."""


class Labelled(StrEnum):
    """A string enum whose members keep the stored value and the words for people together."""

    label: str

    def __new__(cls, value: str, label: str = "") -> Self:
        """Make the member from its pair; `Enum(value)` finds it by the stored value alone."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member


class Machine(Labelled):
    """What has states that move by table."""

    BOOKING = "booking", "Booking"
    COPY = "copy", "Copy"
    REFUND = "refund", "Refund"
    ISSUE = "issue", "Issue"
    ATTEMPT = "attempt", "Payment attempt"
    EVENT = "event", "Stripe event"
    DISPUTE = "dispute", "Dispute"
    MAIL = "mail", "Mail"


class BookingState(Labelled):
    """Who has the place."""

    HELD = "held", "Held"
    CONFIRMED = "confirmed", "Booked"
    LAPSED = "lapsed", "Hold ended"
    UNPLACED = "unplaced", "Paid, but the place is gone"
    CANCELLED = "cancelled", "Cancelled"
    RAN = "ran", "Ran"


class CopyState(Labelled):
    """Where the newest revision of a creative stands."""

    SUBMITTED = "submitted", "In review"
    APPROVED = "approved", "Approved"
    CHANGES_REQUESTED = "changes_requested", "Changes requested"
    REJECTED = "rejected", "Rejected"


class ReviewDecision(Labelled):
    """What an editor may decide about one exact revision."""

    APPROVED = "approved", "Approve"
    CHANGES_REQUESTED = "changes_requested", "Request changes"
    REJECTED = "rejected", "Reject"


class RefundState(Labelled):
    """How far a refund has come; an unknown outcome stays submitted and is asked again with the same key."""

    REQUESTED = "requested", "Refund requested"
    SUBMITTED = "submitted", "Refund under way"
    SUCCEEDED = "succeeded", "Refunded"
    FAILED = "failed", "Refund failed"


class IssueState(Labelled):
    """How far an issue has come."""

    DRAFT = "draft", "Not on sale"
    OPEN = "open", "On sale"
    FROZEN = "frozen", "Closed for changes"
    SENT = "sent", "Sent"


class AttemptState(Labelled):
    """One try at paying an order through one Checkout Session."""

    OPEN = "open", "Waiting for payment"
    PROCESSING = "processing", "Payment under way"
    PAID = "paid", "Paid"
    EXPIRED = "expired", "Payment page expired"
    CANCELLED = "cancelled", "Payment stopped"
    FAILED = "failed", "Payment failed"


class EventState(Labelled):
    """A Stripe event in the inbox; only `done` and `ignored` mean that nothing is left to do."""

    NEW = "new", "To do"
    DONE = "done", "Done"
    IGNORED = "ignored", "Not ours"
    FAILED = "failed", "Failed, will be tried again"


class DisputeState(Labelled):
    """A card holder's dispute of a payment."""

    OPEN = "open", "Dispute open"
    WON = "won", "Dispute won"
    LOST = "lost", "Dispute lost"


class OutboxState(Labelled):
    """A mail that waits to go out."""

    WAITING = "waiting", "Waiting"
    SENT = "sent", "Sent"
    DEAD = "dead", "Given up"


class PaymentDisposition(Labelled):
    """What became of money that arrived: a fact that is never refused, only filed."""

    APPLIED = "applied", "Applied to its order"
    LATE_APPLIED = "late_applied", "Late, applied to its order"
    DUPLICATE = "duplicate", "Second payment for one order"
    UNPLACED = "unplaced", "Late, the place was gone"
    MISMATCH = "mismatch", "Amount or currency differs"
    ORPHAN = "orphan", "Belongs to no order"


class OutboxKind(Labelled):
    """By which way a message leaves."""

    MAIL = "mail", "Mail"
    WEBHOOK = "webhook", "Webhook"


class FoundState(Labelled):
    """What was found of a booking's copy in the issue as sent."""

    RAN = "ran", "Ran as approved"
    ALTERED = "altered", "Ran altered"
    MISSING = "missing", "Missing"


class Fallback(Labelled):
    """What the buyer wants if the copy is not there by its deadline."""

    RUN_LAST = "run_last", "Run the last approved copy again"
    MOVE = "move", "Move to the next open week"
    CREDIT = "credit", "Credit the amount"


class PlacementKind(Labelled):
    """What is sold in an issue."""

    SPONSOR = "sponsor", "Sponsor"
    EVENT = "event", "Sponsored event"
    JOB = "job", "Job ad"


class OrderPayment(Labelled):
    """How an order is paid for."""

    CARD = "card", "Card"
    INVOICE = "invoice", "Invoice"
    COMPLIMENTARY = "complimentary", "Complimentary"
    MAKE_GOOD = "make_good", "Make-good"


class AttemptKind(Labelled):
    """What Stripe was asked for so that an order gets paid."""

    CHECKOUT = "checkout", "Card payment"
    INVOICE = "invoice", "Invoice"


class ExceptionKind(Labelled):
    """How one date departs from the rule that issues follow."""

    SKIP = "skip", "No issue"
    MOVE = "move", "Moved"
    EXTRA = "extra", "Extra issue"


class Actor(Labelled):
    """Who did something, in events and in the audit log."""

    ADVERTISER = "advertiser", "Advertiser"
    EDITOR = "editor", "Editor"
    SYSTEM = "system", "This app"
    STRIPE = "stripe", "Stripe"


class Role(Labelled):
    """What a signed-in user may see."""

    ADVERTISER = "advertiser", "Advertiser"
    EDITOR = "editor", "Editor"


class LedgerAccount(Labelled):
    """The two sides of every ledger row; `STRIPE` must equal Stripe's own balance."""

    STRIPE = "stripe", "Balance at Stripe"
    RECEIVABLE = "receivable", "Owed by buyers"
    REVENUE = "revenue", "Revenue"
    REFUNDS = "refunds", "Owed back to buyers"
    UNAPPLIED = "unapplied", "Received, not placed"
    DISPUTE = "dispute", "In dispute"
    DISPUTE_LOSS = "dispute_loss", "Lost to disputes"
    FEES = "fees", "Stripe fees"
    BANK = "bank", "Paid out to the bank"


Moves = frozenset[tuple[str, str]]


def _moves(table: Mapping[str, str]) -> Moves:
    return frozenset((old, new) for old, news in table.items() for new in news.split())


TRANSITIONS: Final[Mapping[Machine, Moves]] = {
    # Complimentary bookings and make-goods are confirmed from the start: nobody pays for them.
    Machine.BOOKING: _moves(
        {
            NONE: "held confirmed",
            "held": "confirmed lapsed cancelled",
            "lapsed": "confirmed unplaced",
            "unplaced": "confirmed cancelled",
            # To itself: a booking that moves to another week stays booked, and the move is a step on record.
            "confirmed": "confirmed cancelled ran",
        }
    ),
    # A new revision may follow anything, even one that is still in review.
    Machine.COPY: _moves(
        {
            NONE: "submitted",
            "submitted": "submitted approved changes_requested rejected",
            "approved": "submitted",
            "changes_requested": "submitted",
            "rejected": "submitted",
        }
    ),
    # Stripe reports a bank's late refusal of a refund after its success, and refunds made in its dashboard are news
    # to us in whatever state they are: facts, so they have a move.
    Machine.REFUND: _moves(
        {
            NONE: "requested submitted succeeded failed",
            "requested": "submitted",
            "submitted": "succeeded failed",
            "succeeded": "failed",
        }
    ),
    Machine.ISSUE: _moves({NONE: "draft open", "draft": "open", "open": "frozen", "frozen": "sent open"}),
    # Money can arrive for an attempt that we had given up: also a fact.
    Machine.ATTEMPT: _moves(
        {
            NONE: "open",
            "open": "processing paid expired cancelled failed",
            "processing": "paid failed",
            "expired": "paid",
            "cancelled": "paid",
            "failed": "paid",
        }
    ),
    Machine.EVENT: _moves({NONE: "new", "new": "done ignored failed", "failed": "done ignored"}),
    Machine.DISPUTE: _moves({NONE: "open won lost", "open": "won lost"}),
    Machine.MAIL: _moves({NONE: "waiting", "waiting": "sent dead", "dead": "waiting"}),
}

State = TypeVar("State", bound=str)


def move(machine: Machine, old: str, new: State) -> State:
    """Return `new` if the table of `machine` lists the move from `old`; `old` is `NONE` for a creation.

    Raises `WrongState` on any pair that is not listed, so also when nothing would change.
    """
    if (old, new) not in TRANSITIONS[machine]:
        raise WrongState(machine.value, str(old), str(new))
    return new


def allowed_transitions() -> Iterator[tuple[str, str, str]]:
    """Yield every (machine, from_state, to_state), sorted: the rows of the table `allowed_transition`."""
    for machine, pairs in TRANSITIONS.items():
        for old, new in sorted(pairs):
            yield machine.value, old, new
