"""The footer's first words are a rule and no setting: nobody read the column."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    # For a time 0001 made the table without the column, so there are databases of both kinds.
    if "footer_starts_with" in {column["name"] for column in sa.inspect(op.get_bind()).get_columns("newsletter")}:
        op.drop_column("newsletter", "footer_starts_with")
