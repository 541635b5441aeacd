"""Decides, region by region, what the feed may do: the conflict table, as a table. Nothing that the editor wrote by
hand is replaced, and nothing that they removed comes back, without their choice."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, StrEnum

from booking.domain.blocks import Block
from booking.domain.region import Region
from booking.domain.snapshot import Snapshot


class Choice(StrEnum):
    """What an editor may answer to a conflict."""

    ADOPT = "adopt"
    APPEND = "append"
    REPLACE = "replace"
    KEEP = "keep"
    OVERWRITE = "overwrite"
    INSERT = "insert"
    NOT_RUN = "not_run"

    @property
    def label(self) -> str:
        return CHOICE_LABELS[self]


CHOICE_LABELS = {
    Choice.ADOPT: "Keep the text in the draft and count it as the approved copy",
    Choice.APPEND: "Add the approved ads below what is there",
    Choice.REPLACE: "Replace it with the approved copy",
    Choice.KEEP: "Keep the text in the draft",
    Choice.OVERWRITE: "Overwrite it with the approved copy",
    Choice.INSERT: "Insert it again",
    Choice.NOT_RUN: "Mark it as not run",
}


class ConflictKind(StrEnum):
    """Why the feed asks."""

    HAND_WRITTEN = "hand_written"
    EDITED = "edited"
    REMOVED = "removed"


class Act(Enum):
    """What the feed does with one region. TAKE counts a text that is already the approved copy as written by us."""

    LEAVE = "leave"
    FORGET = "forget"
    INSERT = "insert"
    WRITE = "write"
    APPEND = "append"
    REMOVE = "remove"
    ADOPT = "adopt"
    TAKE = "take"
    KEEP = "keep"
    NOT_RUN = "not run"


SENTENCES = {
    ConflictKind.HAND_WRITTEN: "The draft already has text for the {region} region that the feed did not write.",
    ConflictKind.EDITED: "The {region} region was edited in the draft since the last feed.",
    ConflictKind.REMOVED: "The {region} region was removed from the draft since the last feed.",
}
ANSWERS = {
    ConflictKind.HAND_WRITTEN: {Choice.ADOPT: Act.ADOPT, Choice.APPEND: Act.APPEND, Choice.REPLACE: Act.WRITE},
    ConflictKind.EDITED: {Choice.KEEP: Act.KEEP, Choice.OVERWRITE: Act.WRITE},
    ConflictKind.REMOVED: {Choice.INSERT: Act.INSERT, Choice.NOT_RUN: Act.NOT_RUN},
}


@dataclass(frozen=True, slots=True)
class Conflict:
    """One question to the editor, with the three texts: the last feed's, the draft's, and the approved copy's."""

    region: Region
    kind: ConflictKind
    base: str
    theirs: str
    ours: str

    @property
    def choices(self) -> tuple[Choice, ...]:
        """The answers that fit; only job ads can be added to."""
        answers = ANSWERS[self.kind]
        return tuple(choice for choice in answers if choice is not Choice.APPEND or self.region is Region.JOBS)

    def __str__(self) -> str:
        choices = " or ".join(choice.value.replace("_", " ") for choice in self.choices)
        return f"{SENTENCES[self.kind].format(region=self.region.value)} Choose one of: {choices}."


@dataclass(frozen=True, slots=True)
class Situation:
    """All that the decision about one region depends on.

    `present` is the draft's text there, `ours` the text that the approved copy would give; None for nothing.
    """

    region: Region
    present: str | None
    snapshot: Snapshot | None
    block: Block | None
    ours: str | None

    @property
    def answered(self) -> bool:
        """Whether the last feed dealt with exactly this approved copy."""
        return self.snapshot is not None and self.block is not None and self.snapshot.wanted == self.block.wanted


def decide(situation: Situation, choice: Choice | None) -> Act | Conflict:
    """What to do with a region, or the question to ask when `choice` does not answer it."""
    kind = _conflict_kind(situation)
    if isinstance(kind, Act):
        return kind
    base = situation.snapshot.text if situation.snapshot else ""
    conflict = Conflict(situation.region, kind, base, situation.present or "", situation.ours or "")
    if choice is None or choice not in conflict.choices:
        return conflict
    act = ANSWERS[kind][choice]
    if situation.block is not None:
        return act
    return Act.FORGET if act is Act.KEEP else Act.REMOVE


def _conflict_kind(situation: Situation) -> Act | ConflictKind:
    snapshot, present = situation.snapshot, situation.present
    if snapshot is None or not snapshot.text:
        return _never_written(situation)
    if present is None:
        return ConflictKind.REMOVED if situation.block else Act.FORGET
    if present == snapshot.text:
        return Act.LEAVE if situation.answered else Act.WRITE if situation.block else Act.REMOVE
    if present == snapshot.theirs and situation.answered:
        return Act.LEAVE
    return Act.TAKE if present == situation.ours else ConflictKind.EDITED


def _never_written(situation: Situation) -> Act | ConflictKind:
    """No base, or the editor said that it did not run."""
    if situation.block is None:
        return Act.FORGET
    if situation.present is not None:
        return Act.ADOPT if situation.present == situation.ours else ConflictKind.HAND_WRITTEN
    if situation.snapshot is None:
        return Act.INSERT
    return Act.LEAVE if situation.answered else ConflictKind.REMOVED
