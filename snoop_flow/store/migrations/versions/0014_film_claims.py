"""Who cuts a part of a film, so that no two jobs do: a claim for each part, and the job that began a film."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add a column and a table."""
    op.add_column("film", sa.Column("job_id", sa.String(length=64), server_default="", nullable=False))
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "film_claim",
        sa.Column("item", number, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("owner", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["item"], ["item.number"], name=op.f("fk_film_claim_item")),
        sa.PrimaryKeyConstraint("item", "number", name=op.f("pk_film_claim")),
    )
