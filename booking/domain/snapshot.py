"""What the last feed wrote into one region: the base of the three-way comparison, and what cancelling puts back.
A hand-made JSON value, because it is stored for months and read by the next release."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from booking.domain.copy_errors import FeedRefused
from booking.domain.region import Region


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One region after a feed. All text has LF newlines.

    `text` is the region's own text, from its heading to its last written line; empty once the editor has said that it
    did not run. `lead` and `trail` are the newlines that belong to it. `before` is the text that the feed replaced,
    empty when it inserted; `kept` says that `before` still stands at the top of `text`. `wanted` is the hash of the
    approved copy that this answers; `theirs` is the edited text that the editor chose to keep for it, so that the same
    question is not asked twice.
    """

    text: str
    lead: str = ""
    trail: str = ""
    before: str = ""
    kept: bool = False
    wanted: str = ""
    theirs: str = ""

    @property
    def hangs(self) -> bool:
        """Whether the block was put at an end, with its gap above it, rather than before something, with it below."""
        return len(self.lead) > len(self.trail)

    def dump(self) -> bytes:
        """Bytes for the database; `Snapshot.load` reads them back."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True).encode()

    @classmethod
    def load(cls, stored: str | bytes) -> Snapshot:
        """Read what `dump` wrote. Raises FeedRefused when it is something else."""
        try:
            return cls(**json.loads(stored))
        except (TypeError, ValueError) as error:
            raise FeedRefused("What the last feed wrote cannot be read back. Feed a fresh draft.") from error


def load_all(base: Mapping[Region, str | bytes]) -> dict[Region, Snapshot]:
    """Every stored snapshot, read."""
    return {Region(region): Snapshot.load(stored) for region, stored in base.items()}


def dump_all(snapshots: Mapping[Region, Snapshot]) -> dict[Region, bytes]:
    """Every snapshot, ready to be stored."""
    return {region: snapshot.dump() for region, snapshot in snapshots.items()}
