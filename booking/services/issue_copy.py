"""What may run in an issue: the approved copy of its confirmed bookings, in order, and the house ad for an empty
sponsor slot. The feed, the freeze, the desk and the API all ask here, so they cannot disagree. Reads only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from booking.db import db
from booking.domain.blocks import ApprovedCopy
from booking.domain.copy_errors import FeedRefused
from booking.domain.copy_refusals import ApprovedCopyChanged
from booking.domain.copy_text import AdCopy, sha256, tidy
from booking.domain.errors import NotFound
from booking.domain.states import Actor, BookingState, IssueState, PlacementKind
from booking.domain.title_line import title_line
from booking.models import (
    Booking,
    Creative,
    CreativeRevision,
    HouseAd,
    Issue,
    IssueItem,
    Newsletter,
    Slot,
)
from booking.services.withholding import withheld

HOUSE_KEY = "house"
"""Stands in the place of a booking's id."""
LAST = 1_000_000
"""Where jobs without a position go: behind those that have one."""
NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Placed:
    """One ad that may run in one slot: a booking's approved revision, or a house ad."""

    slot_id: int
    kind: PlacementKind
    copy: AdCopy
    sha256: str
    booking_id: int | None = None
    revision_id: int | None = None
    house_ad_id: int | None = None


@dataclass(frozen=True, slots=True)
class Gap:
    """A booked place with nothing to run in it, and why. `waiting_id` is the revision to decide about."""

    booking_id: int
    kind: PlacementKind
    company: str
    reason: str
    waiting_id: int | None = None


@dataclass(frozen=True, slots=True)
class IssueCopy:
    """Everything that may run in one issue, in the order in which it stands, and the booked places without copy.

    `title` is the issue's title line, for hands get its number or date wrong.
    """

    number: int
    ads: tuple[Placed, ...]
    gaps: tuple[Gap, ...]
    title: str = ""
    label_foot: bool = False

    def of(self, kind: PlacementKind) -> tuple[Placed, ...]:
        """The ads of one placement, in order."""
        return tuple(ad for ad in self.ads if ad.kind is kind)

    def approved(self) -> ApprovedCopy:
        """The same for the feed. Raises FeedRefused when two sponsors want the one block."""
        sponsors = self.of(PlacementKind.SPONSOR)
        if len(sponsors) > 1:
            names = " and ".join(ad.copy.name for ad in sponsors)
            raise FeedRefused(f"Issue {self.number} has room for one sponsor and has {names}. Move one of them.")
        return ApprovedCopy(
            sponsor=sponsors[0].copy if sponsors else None,
            events=tuple(ad.copy for ad in self.of(PlacementKind.EVENT)),
            jobs=tuple(ad.copy for ad in self.of(PlacementKind.JOB)),
            house=bool(sponsors) and sponsors[0].house_ad_id is not None,
            label_foot=self.label_foot,
        )


def issue_numbered(number: int, *, lock: bool = False) -> Issue:
    """The issue of this number. Raises NotFound."""
    asked = sa.select(Issue).where(Issue.number == number)
    issue = db.session.scalars(asked.with_for_update() if lock else asked).one_or_none()
    if issue is None:
        raise NotFound("issue")
    return issue


def copy_for(issue: Issue) -> IssueCopy:
    """What may run in the issue: while it is open what is approved now, from its freeze on what it froze with.

    Raises ApprovedCopyChanged when stored words no longer give the approved hash.
    """
    if issue.state in (IssueState.FROZEN, IssueState.SENT):
        return _issue_copy(issue, _frozen(issue), ())
    return approved_now(issue)


def approved_now(issue: Issue) -> IssueCopy:
    """What the issue would carry if it froze at this moment. Raises ApprovedCopyChanged."""
    ads: list[tuple[tuple[object, ...], Placed]] = []
    gaps: list[Gap] = []
    house = _house_ads()
    for slot, booking, disputed in _slots(issue):
        if booking is None:
            ads.extend(_house(slot, house, issue.number))
        elif (reason := _why_not(booking, disputed)) is None:
            ads.append((_rank(slot, booking), _placed(slot, booking)))
        else:
            gaps.append(Gap(booking.id, slot.placement.kind, booking.order.company, reason, _waiting(booking)))
    ads.sort(key=lambda ranked: ranked[0])
    return _issue_copy(issue, tuple(ad for _, ad in ads), tuple(gaps))


def _issue_copy(issue: Issue, ads: tuple[Placed, ...], gaps: tuple[Gap, ...]) -> IssueCopy:
    newsletter = db.session.execute(sa.select(Newsletter.name, Newsletter.label_foot)).one()
    title = title_line(newsletter.name, issue.number, issue.publishes_on)
    return IssueCopy(issue.number, ads, gaps, title, newsletter.label_foot)


def _slots(issue: Issue) -> Sequence[tuple[Slot, Booking | None, bool]]:
    """Every slot with its confirmed booking, if it has one, and whether that booking's payment is in dispute."""
    rows = db.session.execute(
        sa.select(Slot, Booking, withheld())
        .outerjoin(
            Booking,
            sa.and_(Booking.id == Slot.booking_id, Booking.state == BookingState.CONFIRMED, Slot.held_until.is_(None)),
        )
        .where(Slot.issue_id == issue.id)
        .options(
            joinedload(Slot.placement),
            joinedload(Slot.house_ad),
            joinedload(Booking.order),
            joinedload(Booking.creative).joinedload(Creative.approved).joinedload(CreativeRevision.review),
            joinedload(Booking.creative).joinedload(Creative.current).joinedload(CreativeRevision.review),
        )
    ).all()
    return [(slot, booking, disputed) for slot, booking, disputed in rows]


def _why_not(booking: Booking, disputed: bool) -> str | None:
    if disputed:
        return "The payment is disputed, so the copy is withheld."
    creative = booking.creative
    if creative is not None and creative.approved is not None:
        return None
    current = creative.current if creative is not None else None
    if current is None:
        return "No copy yet."
    if current.review is not None:
        return "You asked for a change."
    return "Your edit waits for their yes." if current.author is Actor.EDITOR else "The copy is not approved."


def _waiting(booking: Booking) -> int | None:
    """The newest revision, while nobody has decided about it and nothing else is approved."""
    creative = booking.creative
    if creative is None or creative.approved_revision_id or creative.current is None or creative.current.review:
        return None
    return creative.current_revision_id


def _placed(slot: Slot, booking: Booking) -> Placed:
    creative = booking.creative
    assert creative is not None
    assert creative.approved is not None
    revision = creative.approved
    return Placed(slot.id, slot.placement.kind, _intact(revision, booking.id), revision.sha256, booking.id, revision.id)


def _rank(slot: Slot, booking: Booking) -> tuple[object, ...]:
    creative = booking.creative
    review = creative.approved.review if creative is not None and creative.approved is not None else None
    position = LAST if booking.position is None else booking.position
    return (slot.placement.position, slot.placement.id, position, review.at if review else NEVER, booking.id)


def _intact(revision: CreativeRevision, booking_id: int) -> AdCopy:
    copy = AdCopy(revision.name, revision.body, revision.final_link, str(booking_id))
    if sha256(copy) != revision.sha256:
        raise ApprovedCopyChanged(revision.name)
    return copy


def _house_ads() -> Sequence[HouseAd]:
    return db.session.scalars(sa.select(HouseAd).where(HouseAd.active).order_by(HouseAd.id)).all()


def _house(slot: Slot, active: Sequence[HouseAd], number: int) -> Iterable[tuple[tuple[object, ...], Placed]]:
    """The slot's own house ad; else, on an unsold sponsor slot, the active ones in turn. A blocked slot stays empty."""
    ad = slot.house_ad
    if ad is None and active and slot.on_sale and slot.placement.kind is PlacementKind.SPONSOR:
        ad = active[number % len(active)]
    if ad is None:
        return
    copy = house_copy(ad)
    rank = (slot.placement.position, slot.placement.id, LAST, NEVER, 0)
    yield rank, Placed(slot.id, slot.placement.kind, copy, sha256(copy), house_ad_id=ad.id)


def house_copy(ad: HouseAd) -> AdCopy:
    """A house ad as the feed knows it."""
    return tidy(ad.name, ad.body, ad.link, HOUSE_KEY)


def _frozen(issue: Issue) -> tuple[Placed, ...]:
    rows = db.session.execute(
        sa.select(IssueItem, Slot, CreativeRevision, HouseAd)
        .join(Slot, Slot.id == IssueItem.slot_id)
        .outerjoin(CreativeRevision, CreativeRevision.id == IssueItem.revision_id)
        .outerjoin(HouseAd, HouseAd.id == IssueItem.house_ad_id)
        .where(IssueItem.issue_id == issue.id)
        .order_by(IssueItem.position)
        .options(joinedload(Slot.placement))
    ).all()
    return tuple(_from_item(item, slot, revision, house) for item, slot, revision, house in rows)


def _from_item(item: IssueItem, slot: Slot, revision: CreativeRevision | None, house: HouseAd | None) -> Placed:
    if revision is not None:
        copy = AdCopy(revision.name, revision.body, revision.final_link, str(item.booking_id))
    else:
        assert house is not None
        copy = house_copy(house)
    if sha256(copy) != item.sha256:
        raise ApprovedCopyChanged(copy.name)
    return Placed(slot.id, slot.placement.kind, copy, item.sha256, item.booking_id, item.revision_id, item.house_ad_id)
