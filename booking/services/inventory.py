"""The editor decides what is on sale: blocks a slot, puts it back, and sets how many an issue has.

Each is decided by one UPDATE of the slot's own row, as a buyer's claim is, so the two cannot both win.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from booking.db import db, transaction
from booking.domain.errors import IssueFrozen, NotFound, RuleNotUsable, SlotSold
from booking.domain.states import Actor, PlacementKind
from booking.models import Issue, Placement, Slot
from booking.services import audit, availability
from booking.services.booking_steps import By
from booking.services.opening import changeable, new_slot
from booking.services.places import changed
from booking.services.plan import Times, current_prices
from booking.services.taking_back import Ended, close, end_hold

TAKEN_OUT = "Not offered in this issue"
"""The block of a slot that an issue was shrunk by: growing puts exactly these back on sale first."""

MOST_SLOTS = 50
"""More places of one kind in one issue are taken for a slip of the keyboard."""


@transaction
def block(slot_id: int, reason: str, editor_id: int | None, now: datetime) -> None:
    """Take a slot out of sale. A free one is blocked at once; of one that is held, the holder may still finish.

    Raises `SlotSold` for a booked slot, `IssueFrozen` when its issue is closed for changes, `NotFound`.
    """
    slot = _slot(slot_id)
    _withdraw(slot, reason)
    sentence = f"Blocked {_name(slot)}" + (f": {reason}" if reason else ".")
    audit.record(Actor.EDITOR, editor_id, "slot.block", _subject(slot), sentence[:500], now)


def block_now(slot_id: int, reason: str, editor_id: int | None, now: datetime) -> bool:
    """Block a slot and end the hold on it; whether there was one. Whoever had it is told and can no longer pay.

    A payment that is already on its way is refunded when it arrives. Raises as `block` does.
    """
    ended = _block_now(slot_id, reason, editor_id, now)
    if ended is not None:
        close(ended)
    return ended is not None


@transaction
def _block_now(slot_id: int, reason: str, editor_id: int | None, now: datetime) -> Ended | None:
    slot = _slot(slot_id)
    _withdraw(slot, reason)
    ended = end_hold(slot_id, By(Actor.EDITOR, now, editor_id), reason)
    sentence = f"Blocked {_name(slot)}{' and ended the hold on it' if ended else ''}{f': {reason}' if reason else '.'}"
    audit.record(Actor.EDITOR, editor_id, "slot.block", _subject(slot), sentence[:500], now)
    return ended


@transaction
def unblock(slot_id: int, editor_id: int | None, now: datetime) -> None:
    """Put a blocked slot back on sale. Raises `IssueFrozen` and `NotFound`; a slot on sale stays as it is."""
    slot = _slot(slot_id)
    if slot.on_sale:
        return
    if not changed(
        sa.update(Slot).where(Slot.id == slot_id, sa.not_(Slot.locked)).values(on_sale=True, block_reason="")
    ):
        raise _why_not(slot)
    audit.record(Actor.EDITOR, editor_id, "slot.unblock", _subject(slot), f"Put {_name(slot)} back on sale.", now)


@transaction
def set_slots(number: int, kind: PlacementKind, count: int, editor_id: int | None, now: datetime) -> None:
    """Offer exactly `count` places of a kind in one issue: booked, held and free ones together.

    Only free places are taken out. Raises `SlotSold` when more are booked or held, `IssueFrozen`, `NotFound`, and
    `RuleNotUsable` for a count below 0 or above `MOST_SLOTS`.
    """
    if not 0 <= count <= MOST_SLOTS:
        raise RuleNotUsable(f"An issue has 0 to {MOST_SLOTS} places of a kind. Enter a number in that range.")
    issue, placement = changeable(number), _placement(kind)
    offered = _offered(issue, placement, now)
    if count < len(offered):
        _shrink(issue, placement, offered, len(offered) - count, now)
    else:
        _grow(issue, placement, count - len(offered))
    sentence = f"Set issue {number} to {count} of “{placement.name}” (it had {len(offered)})."
    audit.record(Actor.EDITOR, editor_id, "slot.count", f"issue {number}", sentence, now)


def _offered(issue: Issue, placement: Placement, now: datetime) -> list[int]:
    return list(
        db.session.scalars(
            sa.select(Slot.id)
            .where(Slot.issue_id == issue.id, Slot.placement_id == placement.id)
            .where(sa.or_(Slot.on_sale, availability.occupied(now)))
            .order_by(Slot.ordinal.desc())
        )
    )


def _shrink(issue: Issue, placement: Placement, offered: list[int], surplus: int, now: datetime) -> None:
    for slot_id in offered:
        if surplus and changed(
            sa.update(Slot)
            .where(Slot.id == slot_id, availability.free(now))
            .values(on_sale=False, block_reason=TAKEN_OUT)
        ):
            surplus -= 1
    if surplus:
        raise SlotSold(placement.name, issue.number)


def _grow(issue: Issue, placement: Placement, missing: int) -> None:
    mine = (Slot.issue_id == issue.id, Slot.placement_id == placement.id)
    taken_out = db.session.scalars(
        sa.select(Slot.id).where(*mine, sa.not_(Slot.on_sale), Slot.block_reason == TAKEN_OUT).order_by(Slot.ordinal)
    ).all()
    for slot_id in taken_out[:missing]:
        changed(sa.update(Slot).where(Slot.id == slot_id).values(on_sale=True, block_reason=""))
    last = db.session.scalar(sa.select(sa.func.max(Slot.ordinal)).where(*mine)) or 0
    times = Times(issue.publishes_on, issue.sends_at, issue.booking_deadline, issue.copy_deadline)
    for ordinal in range(last + 1, last + 1 + missing - len(taken_out[:missing])):
        slot = new_slot(placement, ordinal, times, current_prices())
        slot.issue_id = issue.id
        db.session.add(slot)


def _withdraw(slot: Slot, reason: str) -> None:
    if not changed(
        sa.update(Slot)
        .where(Slot.id == slot.id, sa.not_(Slot.locked), sa.not_(availability.sold()))
        .values(on_sale=False, block_reason=reason[:200])
    ):
        raise _why_not(slot)


def _slot(slot_id: int) -> Slot:
    slot = db.session.get(Slot, slot_id)
    if slot is None:
        raise NotFound("slot")
    return slot


def _placement(kind: PlacementKind) -> Placement:
    placement = db.session.scalar(sa.select(Placement).where(Placement.kind == kind))
    if placement is None:
        raise NotFound("placement")
    return placement


def _why_not(slot: Slot) -> IssueFrozen | SlotSold:
    db.session.refresh(slot)
    return IssueFrozen(slot.issue.number) if slot.locked else SlotSold(slot.placement.name, slot.issue.number)


def _name(slot: Slot) -> str:
    place = f" {slot.ordinal}" if slot.ordinal > 1 else ""
    return f"“{slot.placement.name}”{place} of issue {slot.issue.number}"


def _subject(slot: Slot) -> str:
    return f"issue {slot.issue.number}"
