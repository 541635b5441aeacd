"""The approved copy of an issue, and the exact text that each region gets from it."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from booking.domain.copy_text import AdCopy, markdown
from booking.domain.heading import Heading, Paid, sponsor_name
from booking.domain.region import Region

ITEM_GAP = "\n\n\n"
HOUSE_OPENING = "House ad: "
"""A house ad is marked for readers, and for the feed: nobody paid for it."""
_ITEM_GAPS = re.compile(r"\n(?:[ \t]*\n){2,}")


@dataclass(frozen=True, slots=True)
class ApprovedCopy:
    """All that may run in one issue. The caller gives jobs and events in their order.

    `house` says that the sponsor's place carries the house ad. `label_foot` puts `Sponsored by NAME:` above the
    foot, which the model newsletter leaves unlabelled.
    """

    sponsor: AdCopy | None = None
    events: tuple[AdCopy, ...] = ()
    jobs: tuple[AdCopy, ...] = ()
    house: bool = False
    label_foot: bool = False

    def all(self) -> tuple[AdCopy, ...]:
        return (*((self.sponsor,) if self.sponsor else ()), *self.events, *self.jobs)


@dataclass(frozen=True, slots=True)
class Block:
    """What one region should say: the words of its heading (empty for the foot) and its items."""

    region: Region
    name: str
    items: tuple[str, ...]

    @property
    def body(self) -> str:
        return ITEM_GAP.join(self.items)

    @property
    def wanted(self) -> str:
        """Hash of heading words and items; the same approved copy always gives the same."""
        return hashlib.sha256(f"{self.name}\n\n{self.body}".encode()).hexdigest()


def blocks_for(copy: ApprovedCopy, has_footer: bool) -> dict[Region, Block]:
    """What each region should say; a region without approved copy is left out, so that no heading stands alone."""
    blocks: dict[Region, Block] = {}
    if copy.sponsor:
        name = (HOUSE_OPENING if copy.house else "From our sponsor, ") + copy.sponsor.name
        blocks[Region.SPONSOR] = Block(Region.SPONSOR, name, (markdown(copy.sponsor),))
    if copy.events:
        blocks[Region.EVENT] = Block(Region.EVENT, Paid.EVENT.value, tuple(map(markdown, copy.events)))
    if copy.jobs:
        blocks[Region.JOBS] = Block(Region.JOBS, Paid.JOBS.value, tuple(map(markdown, copy.jobs)))
    if copy.sponsor and has_footer:
        label = f"Sponsored by {copy.sponsor.name}:\n\n" if copy.label_foot and not copy.house else ""
        blocks[Region.FOOT] = Block(Region.FOOT, "", (label + markdown(copy.sponsor),))
    return blocks


def heading_lines(name: str, like: Heading | None) -> str:
    """A heading with these words, in the style of the file's own headings; underlined when the file has none."""
    if like is not None and like.is_atx:
        return f"{like.marks} {name}"
    return f"{name}\n{(like.marks if like else '=') * len(name)}"


def same_heading(heading: Heading, block: Block) -> bool:
    """Whether an existing heading says what the block's should, so that its bytes are kept."""
    if block.region is not Region.SPONSOR:
        return True
    house = heading.name.casefold().startswith(HOUSE_OPENING.casefold())
    return house == block.name.startswith(HOUSE_OPENING) and sponsor_name(heading.name) == sponsor_name(block.name)


def split_items(body: str) -> tuple[str, ...]:
    """The items of a section's body: what stands between gaps of two or more blank lines."""
    body = body.strip("\n")
    return tuple(_ITEM_GAPS.split(body)) if body else ()
