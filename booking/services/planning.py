"""The editor opens further issues by hand; the worker keeps the usual number open by itself."""

from __future__ import annotations

from booking.db import transaction
from booking.domain.errors import RuleNotUsable
from booking.domain.states import Actor
from booking.services import audit
from booking.services.booking_steps import By
from booking.services.opening import Opened, bring_in_line
from booking.services.rescheduling import open_count

MOST_AT_ONCE = 104
"""Two years of weeks; more is taken for a slip of the keyboard."""


@transaction
def open_more(count: int, by: By) -> Opened:
    """Put `count` further issues on sale after those that are there. Raises RuleNotUsable."""
    if not 1 <= count <= MOST_AT_ONCE:
        raise RuleNotUsable(f"Open 1 to {MOST_AT_ONCE} issues at once. Enter a number in that range.")
    opened = bring_in_line(by.now, open_count(by.now) + count)
    audit.record(Actor.EDITOR, by.user_id, "issue.open", "calendar", opened.sentence[:500], by.now)
    return opened
