"""What the card of a class says: licence, intended use, known limits, and whose classes it came from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add four columns; of classes of before nobody said anything."""
    for name in ("licence", "intended_use", "limits"):
        op.add_column("visual_class", sa.Column(name, sa.Text(), server_default="", nullable=False))
    op.add_column("visual_class", sa.Column("origins", sa.JSON(), server_default="[]", nullable=False))
