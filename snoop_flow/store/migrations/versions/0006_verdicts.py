"""Marks that settle what several people disagree on."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add a column; no mark made until now settles anything."""
    op.add_column("mark", sa.Column("verdict", sa.Boolean(), server_default=sa.false(), nullable=False))
