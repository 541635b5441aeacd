"""The parameters that paid links are given, and the editor's order of the jobs in an issue."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    for name in ("utm_source", "utm_medium", "utm_campaign"):
        op.add_column("newsletter", sa.Column(name, sa.String(80), nullable=False, server_default=""))
    op.add_column("booking", sa.Column("position", sa.Integer, nullable=True))
