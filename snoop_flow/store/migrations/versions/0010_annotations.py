"""Annotations that programs wrote here, what was sent elsewhere, and the order in which annotations changed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add two tables and an index."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "received",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("container", sa.String(length=300), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.String(length=64), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("modified_at", moment, nullable=False),
        sa.Column("withdrawn_at", moment, nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_received_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_received")),
    )
    op.create_index("ix_received_container", "received", ["container"], unique=False)
    op.create_table(
        "outbox",
        sa.Column("target", sa.String(length=500), nullable=False),
        sa.Column("annotation_id", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("receipt", sa.Text(), server_default="", nullable=False),
        sa.Column("etag", sa.Text(), server_default="", nullable=False),
        sa.Column("error", sa.Text(), server_default="", nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.PrimaryKeyConstraint("target", "annotation_id", name=op.f("pk_outbox")),
    )
    op.create_index("ix_annotation_modified_at_id", "annotation", ["modified_at", "id"], unique=False)
