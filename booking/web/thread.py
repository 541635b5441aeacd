"""What was said about copy, as the thread component takes it, and differences as the diff component takes them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from booking.domain.copy_diff import Change, Piece
from booking.domain.states import Actor
from booking.services.queries.copy import Revision
from booking.web.filters import short_moment

OPS = {Change.SAME: "equal", Change.ADDED: "insert", Change.REMOVED: "delete"}


@dataclass(frozen=True, slots=True)
class Message:
    """One step of the conversation."""

    author: str
    when: str
    state: str
    body: str
    mine: bool


def pieces(found: Iterable[Piece]) -> list[tuple[str, str]]:
    """The pieces of a difference as (op, text)."""
    return [(OPS[piece.change], piece.text) for piece in found]


def thread(revisions: Iterable[Revision], *, for_editor: bool) -> list[Message]:
    """Every revision and decision as a message, oldest first; `mine` is the reader's side."""
    every = list(revisions)
    return [message for revision in every for message in _messages(revision, for_editor, revision is every[-1])]


def _messages(revision: Revision, for_editor: bool, is_newest: bool) -> Iterator[Message]:
    by_editor = revision.author is Actor.EDITOR
    asked, read = ("edited", "submitted") if for_editor else ("needs", "in_review")
    verb = "edited the copy" if by_editor and revision.number > 1 else "sent copy"
    advertiser = "The advertiser" if for_editor else "You"
    author = "The editor" if by_editor else advertiser
    yield Message(
        f"{author} {verb} (version {revision.number})",
        short_moment(revision.submitted_at),
        (asked if revision.awaits_advertiser else read) if is_newest and not revision.decision else "",
        revision.note,
        by_editor == for_editor,
    )
    decision = revision.decision
    if decision is not None:
        who = "The editor" if decision.by_editor else f"{advertiser} accepted the edit"
        yield Message(
            who, short_moment(decision.at), decision.state.value, decision.reason, decision.by_editor == for_editor
        )
