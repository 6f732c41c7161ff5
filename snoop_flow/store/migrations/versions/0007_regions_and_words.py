"""Embedding sets of regions, what was segmented, and full-text search over titles and metadata."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

from snoop_flow.store.analysis import indexed

revision = "0007"
down_revision = "0004"
branch_labels = None
depends_on = None

BATCH = 5_000

_FULL_TEXT = {
    "postgresql": [
        # the words are found by their own analysis: PostgreSQL's parsers are left out
        "CREATE INDEX ix_description_words ON description USING gin (array_to_tsvector(string_to_array(words, ' ')))",
    ],
    "sqlite": [
        "CREATE VIRTUAL TABLE description_words USING fts5(words, content='description', content_rowid='number', "
        "tokenize=\"unicode61 remove_diacritics 0 categories 'L* N* M* Co'\")",
        "CREATE TRIGGER description_added AFTER INSERT ON description BEGIN "
        "INSERT INTO description_words (rowid, words) VALUES (new.number, new.words); END",
        "CREATE TRIGGER description_removed AFTER DELETE ON description BEGIN "
        "INSERT INTO description_words (description_words, rowid, words) "
        "VALUES ('delete', old.number, old.words); END",
    ],
}


def upgrade() -> None:
    """Add two tables, columns and indexes; the words of records and items move to a table of their own."""
    op.add_column("embedding_set", sa.Column("kind", sa.String(length=20), server_default="image", nullable=False))
    op.add_column("embedding_set", sa.Column("facts", sa.JSON(), server_default="{}", nullable=False))
    op.add_column("item", sa.Column("origin", sa.String(length=50), server_default="", nullable=False))
    part = sa.text("parent IS NOT NULL")
    op.create_index("ix_item_parent", "item", ["parent"], unique=False, sqlite_where=part, postgresql_where=part)
    op.create_table(
        "segmented",
        sa.Column("set_id", sa.Integer(), nullable=False),
        sa.Column("segmenter", sa.String(length=50), nullable=False),
        sa.Column("item", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("image_digest", sa.String(length=64), nullable=False),
        sa.Column("most", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["set_id"], ["embedding_set.id"], name=op.f("fk_segmented_set_id")),
        sa.ForeignKeyConstraint(["item"], ["item.number"], name=op.f("fk_segmented_item")),
        sa.PrimaryKeyConstraint("set_id", "segmenter", "item", name=op.f("pk_segmented")),
    )
    op.create_table(
        "description",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("record_id", sa.String(length=64), nullable=False),
        sa.Column("item", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_description_record_id")),
        sa.ForeignKeyConstraint(["item"], ["item.number"], name=op.f("fk_description_item")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_description")),
    )
    op.create_index("ix_description_record_id", "description", ["record_id"], unique=False)
    for statement in _FULL_TEXT[op.get_bind().dialect.name]:
        op.execute(statement)
    _move_words()
    op.execute("ALTER TABLE item DROP COLUMN words")
    op.execute("ALTER TABLE record DROP COLUMN words")


def _move_words() -> None:
    description = sa.table("description", *(sa.column(name) for name in ("record_id", "item", "words")))
    bind = op.get_bind()
    for rows in (
        _batches("SELECT id, id AS record_id, NULL AS item, label, metadata FROM record", "id", ""),
        _batches("SELECT number, record_id, number AS item, label, NULL AS metadata FROM item", "number", -1),
    ):
        for batch in rows:
            found = [_described(*row[1:]) for row in batch]
            if kept := [one for one in found if one["words"]]:
                bind.execute(description.insert(), kept)


def _batches(select: str, key: str, last: str | int) -> Iterator[list[Any]]:
    statement = sa.text(f"{select} WHERE {key} > :last ORDER BY {key} LIMIT {BATCH}")
    while rows := list(op.get_bind().execute(statement, {"last": last}).all()):
        yield rows
        last = rows[-1][0]


def _described(record: str, item: int | None, label: Any, metadata: Any) -> dict[str, Any]:
    texts = [*_texts(label), *(text for pair in _json(metadata) or [] for text in _texts(pair[1]))]
    return {"record_id": record, "item": item, "words": indexed(" ".join(texts))}


def _texts(label: Any) -> Iterator[str]:
    return (text for texts in (_json(label) or {}).values() for text in texts)


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value
