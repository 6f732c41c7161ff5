"""Videos: items that are shown but not searched, which are films and their shots."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add a column and an index; what was harvested before is searched as it was."""
    op.add_column("item", sa.Column("searched", sa.Boolean(), server_default=sa.true(), nullable=False))
    unsearched = sa.column("searched", sa.Boolean()).is_(False)
    op.create_index("ix_item_unsearched", "item", ["number"], sqlite_where=unsearched, postgresql_where=unsearched)
