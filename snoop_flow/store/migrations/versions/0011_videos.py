"""Videos: items that are shown but not searched, which are films and their shots; how far films are cut."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add a column, an index and two tables; what was harvested before is searched as it was."""
    op.add_column("item", sa.Column("searched", sa.Boolean(), server_default=sa.true(), nullable=False))
    unsearched = sa.column("searched", sa.Boolean()).is_(False)
    op.create_index("ix_item_unsearched", "item", ["number"], sqlite_where=unsearched, postgresql_where=unsearched)
    op.create_table(
        "film",
        sa.Column("item", item_number(), nullable=False),
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["item"], ["item.number"], name=op.f("fk_film_item")),
        sa.PrimaryKeyConstraint("item", name=op.f("pk_film")),
    )
    op.create_table(
        "film_part",
        sa.Column("item", item_number(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("found", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["item"], ["item.number"], name=op.f("fk_film_part_item")),
        sa.PrimaryKeyConstraint("item", "number", name=op.f("pk_film_part")),
    )


def item_number() -> sa.types.TypeEngine[int]:
    """The type of an item's number."""
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")
