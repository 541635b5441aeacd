"""What cancelling a booking gives back at most, since its buyer moved it to a later issue."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("booking", sa.Column("most_refund", sa.Integer, nullable=True))
