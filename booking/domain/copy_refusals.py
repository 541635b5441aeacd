"""What the acts about copy refuse, beside what is wrong with the words themselves (`copy_errors`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from booking.domain.errors import Kind, Refusal


@dataclass(eq=False)
class DraftTooLong(Refusal):
    """A draft far beyond any limit of copy: saved drafts are words, not files."""

    says: ClassVar[str] = "This draft is too long to be saved. Shorten it to a few paragraphs."


@dataclass(eq=False)
class AlreadyDecided(Refusal):
    """Somebody else decided about this revision first; `label` is that decision's name."""

    kind: ClassVar[Kind] = "conflict"
    says: ClassVar[str] = "This revision was already decided: {label}. Reload the page to see where it stands."
    label: str


@dataclass(eq=False)
class ReasonMissing(Refusal):
    """What is refused, asked for, given or opened again has a reason; `use` says what becomes of it."""

    says: ClassVar[str] = "Write a reason. {use}"
    use: str = "It is sent to the advertiser."


@dataclass(eq=False)
class NotYoursToAccept(Refusal):
    """Only an edit by the editor can be accepted by the advertiser."""

    kind: ClassVar[Kind] = "conflict"
    says: ClassVar[str] = "There is no edit to accept here. The editor is looking at your own words."


@dataclass(eq=False)
class CopyBelongsElsewhere(Refusal):
    """Weeks that cannot run one copy together: another advertiser's, another placement's, or none at all."""

    says: ClassVar[str] = "These weeks cannot run the same copy. Choose weeks of the same kind that are still booked."


@dataclass(eq=False)
class NoLongerBooked(Refusal):
    """Copy for a place that was paid for once, and was cancelled or could not be kept."""

    kind: ClassVar[Kind] = "conflict"
    says: ClassVar[str] = (
        "The place in issue {issue} is no longer yours, so its copy cannot change. The page of the booking says what "
        "became of it."
    )
    issue: int


@dataclass(eq=False)
class CopyOfItsOwn(Refusal):
    """A week that would lose its approved copy by joining others whose copy is not approved yet."""

    kind: ClassVar[Kind] = "conflict"
    says: ClassVar[str] = (
        "Issue {issue} has approved copy of its own. Leave it out, or add it once the new copy is approved."
    )
    issue: int


@dataclass(eq=False)
class ApprovedCopyChanged(Refusal):
    """Stored copy no longer gives the hash that was approved: nothing of it may run."""

    kind: ClassVar[Kind] = "conflict"
    says: ClassVar[str] = (
        "The stored copy of {name} is not what was approved, so the issue was not touched. "
        "Ask the advertiser to send it again, and tell whoever runs this server."
    )
    name: str


@dataclass(eq=False)
class AdHasClosed(Refusal):
    """A job ad that was approved for an earlier week, and nobody can apply to any more when this one is sent."""

    kind: ClassVar[Kind] = "conflict"
    says: ClassVar[str] = "This job closes before issue {issue} is sent. Send the ad again with a later closing date."
    issue: int


@dataclass(eq=False)
class ArchiveLinkNotUsable(Refusal):
    """Where the sent issue can be read must be a web address, for it is sent to advertisers."""

    says: ClassVar[str] = "“{text}” is not a web address. Paste the address at which the sent issue can be read."
    text: str


@dataclass(eq=False)
class NotYet(Refusal):
    """A paper that comes into being later: `thing` is its name, `when` finishes "It is made ..."."""

    kind: ClassVar[Kind] = "conflict"
    says: ClassVar[str] = "There is no {thing} yet. It is made {when}."
    thing: str
    when: str


@dataclass(eq=False)
class NotSentYet(Refusal):
    """An issue is compared with what was sent only once it was sent."""

    kind: ClassVar[Kind] = "conflict"
    says: ClassVar[str] = "Issue {issue} has not been marked as sent. Do that first, then check what ran."
    issue: int
