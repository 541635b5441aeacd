"""The life of a booking as the timeline component takes it: booked, copy, review, ran; what is now says by when."""

from __future__ import annotations

from datetime import datetime

from booking.domain.localtime import relative
from booking.domain.states import BookingState, IssueState
from booking.services.queries.portal import BookingLine, CopyStanding
from booking.web.filters import day, short_moment

Point = tuple[str, str, str]
"""(phase, title, text); phase is past, now, wait (for someone else), next or failed."""

OVER = {
    BookingState.LAPSED: ("Hold ended", "Nothing was charged."),
    BookingState.UNPLACED: ("The place was gone", "Your payment goes back in full."),
}


def points(line: BookingLine, now: datetime) -> list[Point]:
    """The points of one booking's timeline."""
    if line.state is BookingState.CANCELLED:
        return [("failed", "Refused" if line.copy is CopyStanding.REFUSED else "Cancelled", _given_back(line))]
    if line.state in OVER:
        return [("failed", *OVER[line.state])]
    if line.state is BookingState.HELD and not _is_kept(line, now):
        return [("failed", *OVER[BookingState.LAPSED])]
    return [_booked(line), _copy(line, now), _review(line), _ran(line)]


def next_step(line: BookingLine, now: datetime) -> str:
    """What the advertiser has to do, as one sentence; empty when there is nothing."""
    if not line.takes_copy:
        return ""
    if line.state is BookingState.HELD:
        return "It is yours when it is paid." if _is_kept(line, now) else ""
    due = f"by {short_moment(line.copy_due)}"
    if line.copy is CopyStanding.MISSING:
        late = line.copy_due <= now
        return "The copy is late. Send it now, if you still can." if late else f"Send your copy {due}."
    if line.copy is CopyStanding.SENT_BACK:
        return f"The editor asks for a change. Answer {due}."
    if line.copy is CopyStanding.EDITED:
        return f"The editor edited your copy. Accept it or answer {due}."
    return ""


def _booked(line: BookingLine) -> Point:
    if line.state is not BookingState.HELD:
        return "past", "Booked", day(line.booked_on)
    return "now", "Held", f"until {short_moment(line.held_until)}" if line.held_until else ""


def _is_kept(line: BookingLine, now: datetime) -> bool:
    return line.held_until is not None and line.held_until > now


def _given_back(line: BookingLine) -> str:
    return f"{line.refunded} refunded or on its way back" if line.refunded else "nothing was refunded"


def _copy(line: BookingLine, now: datetime) -> Point:
    if line.copy is not CopyStanding.MISSING:
        return "past", "Copy sent", "you can still change it" if line.takes_copy else ""
    if not line.takes_copy:
        return "failed", "No copy", "nothing was sent in time"
    phase = "failed" if line.copy_due <= now else "next" if line.state is BookingState.HELD else "now"
    title = "Copy late" if phase == "failed" else f"Copy due {relative(line.copy_due, now)}"
    return phase, title, short_moment(line.copy_due)


def _review(line: BookingLine) -> Point:
    live = "the approved copy stays in" if line.live else ""
    states = {
        CopyStanding.MISSING: ("next", "Approved", "usually within a day"),
        CopyStanding.IN_REVIEW: ("wait", "In review", live or "the editor reads it"),
        CopyStanding.EDITED: ("now", "Edited by the editor", live or "waits for you"),
        CopyStanding.SENT_BACK: ("now", "Changes requested", live or "waits for you"),
        CopyStanding.REFUSED: ("failed", "Refused", live or "not charged"),
        CopyStanding.APPROVED: ("past", "Approved", "runs exactly so"),
    }
    return states[line.copy]


def _ran(line: BookingLine) -> Point:
    if line.state is BookingState.RAN:
        return "past", "Ran", day(line.publishes_on)
    if line.issue_state is IssueState.SENT:
        return "failed", "Did not run", "we will write to you"
    return "next", "Runs", day(line.publishes_on)
