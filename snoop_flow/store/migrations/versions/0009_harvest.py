"""What harvests need to go on where they ended: validators, checkpoints, failures to try again, moved addresses."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add columns and a table; records of earlier harvests are read once more, since they have no validator."""
    op.add_column("source", sa.Column("checkpoint", sa.JSON(), nullable=True))
    for name, empty in (("media", "[]"), ("quirks", "[]"), ("validator", "{}")):
        op.add_column("record", sa.Column(name, sa.JSON(), server_default=empty, nullable=False))
    op.add_column("failure", sa.Column("host", sa.Text(), server_default="", nullable=False))
    op.add_column("failure", sa.Column("retry_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("failure", sa.Column("source_id", sa.String(length=64), server_default="", nullable=False))
    op.add_column("failure", sa.Column("hint", sa.JSON(), server_default="{}", nullable=False))
    op.create_table(
        "alias",
        sa.Column("collection_id", sa.String(length=64), nullable=False),
        sa.Column("uri", sa.Text(), nullable=False),
        sa.Column("record_id", sa.String(length=64), nullable=False),
        sa.Column("item_id", sa.String(length=64), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["collection_id"], ["collection.id"], name=op.f("fk_alias_collection_id")),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_alias_record_id")),
        sa.PrimaryKeyConstraint("collection_id", "uri", name=op.f("pk_alias")),
    )
    op.create_index("ix_alias_uri", "alias", ["uri"], unique=False)
