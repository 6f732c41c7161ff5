"""Learning in full: starts, rounds, costs, strata of audits, and what an enrichment has seen."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add two tables and some columns; what is there keeps its meaning."""
    gone = sa.text("gone_at IS NOT NULL")
    op.create_index("ix_item_gone", "item", ["number"], unique=False, sqlite_where=gone, postgresql_where=gone)
    op.add_column("embedding_set", sa.Column("epoch", sa.Integer(), server_default="0", nullable=False))
    op.add_column("vector_row", sa.Column("epoch", sa.Integer(), server_default="0", nullable=False))
    op.create_index("ix_vector_row_set_id_epoch", "vector_row", ["set_id", "epoch"], unique=False)
    op.add_column("visual_class", sa.Column("start", sa.LargeBinary(), nullable=True))
    op.add_column("visual_class", sa.Column("start_note", sa.Text(), server_default="", nullable=False))
    op.add_column("mark", sa.Column("round", sa.Integer(), nullable=True))
    op.add_column("class_model", sa.Column("cost", sa.JSON(), server_default="{}", nullable=False))
    op.add_column("audit_answer", sa.Column("stratum", sa.SmallInteger(), server_default="0", nullable=False))
    op.create_table(
        "teaching_round",
        sa.Column("class_id", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("strategy", sa.String(length=50), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("shown", sa.JSON(), nullable=False),
        sa.Column("user_id", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["class_id"], ["visual_class.id"], name=op.f("fk_teaching_round_class_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_teaching_round_user_id")),
        sa.PrimaryKeyConstraint("class_id", "number", name=op.f("pk_teaching_round")),
    )
    op.create_table(
        "enriched",
        sa.Column("class_id", sa.String(length=64), nullable=False),
        sa.Column("scope", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("threshold", sa.Float(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["class_id"], ["visual_class.id"], name=op.f("fk_enriched_class_id")),
        sa.PrimaryKeyConstraint("class_id", "scope", name=op.f("pk_enriched")),
    )
