"""Predictions that were proposed below the threshold."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add a column; what is there was proposed at or above its threshold."""
    op.add_column("prediction", sa.Column("uncertain", sa.Boolean(), server_default=sa.false(), nullable=False))
