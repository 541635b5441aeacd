"""What a placement looks like in an issue: the editor's example, set by the code that feeds copy into issues."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass

from booking.domain.blocks import ApprovedCopy, Block, blocks_for, heading_lines
from booking.domain.copy_text import AdCopy, tidy
from booking.domain.region import Region
from booking.domain.states import PlacementKind
from booking.services.queries.storefront import Surroundings
from booking.web.calendar_rows import Column

REGIONS = {PlacementKind.SPONSOR: Region.SPONSOR, PlacementKind.EVENT: Region.EVENT, PlacementKind.JOB: Region.JOBS}


@dataclass(frozen=True, slots=True)
class Example:
    """One placement with its proof."""

    kind: PlacementKind
    name: str
    description: str
    copy_limit: int
    proof: str


def examples(around: Surroundings, columns: Sequence[Column]) -> list[Example]:
    """A proof for each placement of the calendar that has an example."""
    offered = {column.id for column in columns}
    return [
        Example(
            offer.kind,
            offer.name,
            offer.description,
            offer.copy_limit,
            proof(offer.kind, offer.example),
        )
        for offer in around.offers
        if offer.id in offered
    ]


@functools.lru_cache(maxsize=64)
def proof(kind: PlacementKind, example: str) -> str:
    """The example as it would stand in an issue: its first line is the name, its last the link, between is the body."""
    name, _, rest = example.strip().partition("\n")
    body, _, link = rest.strip().rpartition("\n")
    if not body:
        return example.strip()
    copy = tidy(name, body, link)
    block = _blocks(kind, copy)[REGIONS[kind]]
    return f"{heading_lines(block.name, None)}\n\n{block.body}"


def _blocks(kind: PlacementKind, copy: AdCopy) -> dict[Region, Block]:
    if kind is PlacementKind.SPONSOR:
        return blocks_for(ApprovedCopy(sponsor=copy), has_footer=False)
    ads = (copy,)
    return blocks_for(ApprovedCopy(jobs=ads) if kind is PlacementKind.JOB else ApprovedCopy(events=ads), False)
