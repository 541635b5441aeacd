"""The moves a booking may make, where the foreign key of booking_event can see them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

MOVES = {
    "none": "held confirmed",
    "held": "confirmed lapsed cancelled",
    "lapsed": "confirmed unplaced",
    "unplaced": "confirmed cancelled",
    "confirmed": "confirmed cancelled ran",
}


def upgrade() -> None:
    table = sa.table("allowed_transition", sa.column("from_state", sa.String), sa.column("to_state", sa.String))
    op.bulk_insert(
        table,
        [{"from_state": old, "to_state": new} for old, news in MOVES.items() for new in news.split()],
    )
