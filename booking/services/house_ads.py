"""House ads: our own words for places that nobody bought. They pass the same checks as copy that is paid for."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from booking.db import db, transaction
from booking.domain.copy_spec import require
from booking.domain.copy_text import tidy
from booking.domain.desk_refusals import HouseAdFrozen
from booking.domain.errors import IssueFrozen, NotFound, SlotSold
from booking.domain.states import Actor, IssueState, PlacementKind
from booking.models import HouseAd, Issue, IssueItem, Placement, Slot
from booking.services import audit, availability
from booking.services.booking_steps import By
from booking.services.places import changed


@dataclass(frozen=True, slots=True)
class AdText:
    """The words of a house ad, as they are typed."""

    name: str
    body: str
    link: str


FROZEN_WITH = (
    sa.select(Issue.number)
    .join(IssueItem, IssueItem.issue_id == Issue.id)
    .where(IssueItem.house_ad_id == sa.bindparam("ad_id"), Issue.state == IssueState.FROZEN)
    .order_by(Issue.number)
    .limit(1)
)


@transaction
def write_ad(text: AdText, by: By) -> int:
    """Add a house ad, offered for empty sponsor slots from now on; returns its id. Raises CopyRefused."""
    ad = HouseAd(name="", body="", link="", active=True)
    _fill(ad, text)
    db.session.add(ad)
    db.session.flush()
    audit.record(Actor.EDITOR, by.user_id, "house-ad.write", f"house ad {ad.id}", f"Wrote “{ad.name}”.", by.now)
    return ad.id


@transaction
def change_ad(ad_id: int, text: AdText, active: bool, by: By) -> None:
    """Change a house ad, or retire it: it then stays in what it ran in.

    Raises NotFound, CopyRefused, and HouseAdFrozen for other words than a frozen issue was made up with.
    """
    ad = db.session.get(HouseAd, ad_id)
    if ad is None:
        raise NotFound("house ad")
    before = (ad.name, ad.body, ad.link)
    _fill(ad, text)
    frozen = db.session.scalar(FROZEN_WITH.params(ad_id=ad_id)) if (ad.name, ad.body, ad.link) != before else None
    if frozen is not None:
        raise HouseAdFrozen(frozen)
    done = "Changed" if active else "Retired"
    ad.active = active
    if not active:
        open_slots = sa.update(Slot).where(Slot.house_ad_id == ad_id, sa.not_(Slot.locked))
        changed(open_slots.values(house_ad_id=None))
    audit.record(Actor.EDITOR, by.user_id, "house-ad.change", f"house ad {ad_id}", f"{done} “{ad.name}”.", by.now)


@transaction
def choose_ad(slot_id: int, ad_id: int | None, by: By) -> None:
    """Let this house ad run in a slot unless it is sold; None leaves it to turns. Raises NotFound, IssueFrozen,
    SlotSold."""
    slot, ad = db.session.get(Slot, slot_id), db.session.get(HouseAd, ad_id) if ad_id else None
    if slot is None:
        raise NotFound("slot")
    if ad_id and (ad is None or not ad.active):
        raise NotFound("house ad")
    mine = sa.update(Slot).where(Slot.id == slot_id, sa.not_(Slot.locked), sa.not_(availability.sold()))
    if not changed(mine.values(house_ad_id=ad_id)):
        db.session.refresh(slot)
        raise IssueFrozen(slot.issue.number) if slot.locked else SlotSold(slot.placement.name, slot.issue.number)
    what = f"the house ad “{ad.name}”" if ad else "no house ad of its own"
    sentence = f"Gave “{slot.placement.name}” {slot.ordinal} of issue {slot.issue.number} {what}."
    audit.record(Actor.EDITOR, by.user_id, "slot.house-ad", f"issue {slot.issue.number}", sentence, by.now)


def _fill(ad: HouseAd, text: AdText) -> None:
    copy = tidy(text.name, text.body, text.link)
    limit = db.session.scalar(sa.select(Placement.copy_limit).where(Placement.kind == PlacementKind.SPONSOR))
    require(PlacementKind.SPONSOR, copy, limit)
    ad.name, ad.body, ad.link = copy.name, copy.body, copy.link
