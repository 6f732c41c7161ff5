"""An index on the units that are still to be done, so that counting them reads no unit."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add an index."""
    is_open = sa.text("finished_at IS NULL")
    columns = ["job_id", "number", "finished_at"]
    op.create_index("ix_unit_open", "unit", columns, sqlite_where=is_open, postgresql_where=is_open)
