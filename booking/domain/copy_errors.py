"""What the text rules refuse. Each class is one situation that a caller may want to tell from the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from booking.domain.errors import Kind, Refusal

if TYPE_CHECKING:
    from booking.domain.copy_attacks import Problem


@dataclass(eq=False)
class TextRefused(Refusal):
    """Base of this module; `sentence` says what is wrong and what to do."""

    says: ClassVar[str] = "{sentence}"
    sentence: str


@dataclass(eq=False)
class CopyRefused(TextRefused):
    """Copy that may not run: too long, no link, or words that would break the issue. `problems` lists each."""

    problems: tuple[Problem, ...] = ()


@dataclass(eq=False)
class DraftRefused(TextRefused):
    """A draft that cannot be read as an issue. The file is left as it was."""


@dataclass(eq=False)
class FeedRefused(TextRefused):
    """A draft that was read, but into which the approved copy cannot be written exactly. Nothing is written."""

    kind: ClassVar[Kind] = "conflict"


@dataclass(eq=False)
class SentRefused(TextRefused):
    """What was given as the issue as sent cannot be read."""
