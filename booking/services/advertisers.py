"""What the editor knows and decides about an advertiser: notes, trust to pay later, leave to be named."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import sqlalchemy as sa

from booking.db import db, transaction
from booking.domain.desk_refusals import SettingsChanged
from booking.domain.errors import NotFound
from booking.domain.states import Actor
from booking.models import Advertiser
from booking.services import audit
from booking.services.booking_steps import By
from booking.services.queries.settings import fingerprint


@dataclass(frozen=True, slots=True)
class Known:
    """What the editor's form holds about an advertiser."""

    notes: str
    may_pay_by_invoice: bool
    may_be_named: bool


@transaction
def write_known(advertiser_id: int, seen: str, new: Known, by: By) -> None:
    """Save what the editor knows. `seen` is the fingerprint of what the page showed.

    Raises NotFound, and SettingsChanged when somebody else saved meanwhile.
    """
    who = db.session.scalars(
        sa.select(Advertiser).where(Advertiser.id == advertiser_id).with_for_update()
    ).one_or_none()
    if who is None:
        raise NotFound("advertiser")
    now = Known(who.notes, who.may_pay_by_invoice, who.may_be_named)
    if fingerprint(now) != seen and now != new:
        raise SettingsChanged
    for name, value in asdict(new).items():
        setattr(who, name, value)
    said = [_trust(new)] if new.may_pay_by_invoice != now.may_pay_by_invoice else []
    said += [_named(new)] if new.may_be_named != now.may_be_named else []
    said += ["wrote notes"] if new.notes != now.notes else []
    if said:
        # Notes may name people, so what they say stays out of the log.
        sentence = f"About {who.name}: {', '.join(said)}."
        audit.record(Actor.EDITOR, by.user_id, "advertiser.change", f"advertiser {advertiser_id}", sentence, by.now)


def _trust(new: Known) -> str:
    return "may pay by invoice" if new.may_pay_by_invoice else "may no longer pay by invoice"


def _named(new: Known) -> str:
    return "may be named" if new.may_be_named else "is not to be named"
