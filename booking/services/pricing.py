"""The editor changes a price from a date on: a new row on the rate card, and the same price on the slots it is for."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa

from booking.db import db, transaction
from booking.domain.errors import NotFound, RuleNotUsable
from booking.domain.localtime import local_date, spell_date
from booking.domain.money import MOST, Money
from booking.domain.states import Actor, PlacementKind
from booking.models import Issue, Newsletter, Placement, Rate, Slot
from booking.services import audit


@transaction
def change_price(kind: PlacementKind, amount: int, since: date, editor_id: int | None, now: datetime) -> int:
    """Let a placement cost `amount` (minor units) in issues sent from `since` on; return how many slots that changed.

    It holds until the next row of the rate card. Whoever holds or has booked a slot pays the price on their booking;
    the slot's own price is what its next buyer pays, so sold slots are changed as well. Raises `RuleNotUsable` for
    an amount that cannot be charged or a date that is over, `NotFound` for a kind that is not sold.
    """
    newsletter = db.session.scalars(sa.select(Newsletter)).one()
    if not 0 <= amount <= MOST:
        raise RuleNotUsable(f"A price is {Money(0, newsletter.currency)} to {Money(MOST, newsletter.currency)}.")
    if since < local_date(now, newsletter.zone):
        raise RuleNotUsable(f"{spell_date(since)} is over. A price changes from today or a later date.")
    placement = db.session.scalar(sa.select(Placement).where(Placement.kind == kind))
    if placement is None:
        raise NotFound("placement")
    until = _write(placement, amount, since)
    slots = _apply(placement, amount, since, until)
    sentence = f"“{placement.name}” costs {Money(amount, newsletter.currency)} in issues from {spell_date(since)} on."
    audit.record(Actor.EDITOR, editor_id, "rate.change", kind.value, sentence, now)
    return slots


def _write(placement: Placement, amount: int, since: date) -> date | None:
    """Put the row on the rate card; return from when a later one holds."""
    row = db.session.scalar(sa.select(Rate).where(Rate.placement_id == placement.id, Rate.valid_from == since))
    if row is None:
        db.session.add(Rate(placement_id=placement.id, valid_from=since, amount=amount))
    else:
        row.amount = amount
    db.session.flush()
    return db.session.scalar(
        sa.select(sa.func.min(Rate.valid_from)).where(Rate.placement_id == placement.id, Rate.valid_from > since)
    )


def _apply(placement: Placement, amount: int, since: date, until: date | None) -> int:
    issues = sa.select(Issue.id).where(Issue.publishes_on >= since)
    if until is not None:
        issues = issues.where(Issue.publishes_on < until)
    changed = db.session.scalars(
        sa.update(Slot)
        .where(Slot.placement_id == placement.id, Slot.issue_id.in_(issues))
        .where(sa.not_(Slot.locked), Slot.price != amount)
        .values(price=amount)
        .returning(Slot.id)
        .execution_options(synchronize_session=False)
    )
    return len(changed.all())
