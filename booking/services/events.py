"""How far an event of the inbox has come. Acts that fold it mark it themselves, so that both are true or neither."""

from __future__ import annotations

import sqlalchemy as sa

from booking.db import run
from booking.domain.states import EventState
from booking.models import StripeEvent
from booking.prepared import Prepared

SETTLED = (EventState.DONE, EventState.IGNORED)

MARK = Prepared(
    sa.update(StripeEvent)
    .where(StripeEvent.id == sa.bindparam("event"), StripeEvent.state.not_in(SETTLED))
    .values(state=sa.bindparam("to"), error=sa.bindparam("why"))
)


def mark(event_id: str, state: EventState, error: str = "") -> None:
    """Write how an event ended; one that is settled stays as it is. Runs inside an act."""
    run(MARK, {"event": event_id, "to": state, "why": error})
