"""The tables of the catalogue: one truth about what exists.

Natural keys make every step repeatable: a record's id is derived from its collection and URI, an item's from its
record and canvas, a feature is (item, embedding set), a mark is a client-made operation id, an annotation's id is
derived from class, version and item. All tables stand in one file, as they refer to one another by name.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    false,
    true,
)

CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = MetaData(naming_convention=CONVENTION)


class Moment(TypeDecorator[datetime]):
    """An aware datetime in UTC; SQLite forgets time zones, so it is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Store in UTC."""
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the time zone back."""
        return None if value is None else value.replace(tzinfo=value.tzinfo or UTC).astimezone(UTC)


# SQLite gives a rowid, and so numbers its rows by itself, only to a column of type INTEGER
Number = BigInteger().with_variant(Integer, "sqlite")


def _id() -> Column[str]:
    return Column("id", String(64), primary_key=True)


def _to(table: str, name: str | None = None, **options: Any) -> Column[Any]:
    return Column(name or f"{table}_id", ForeignKey(f"{table}.id"), nullable=options.pop("nullable", False), **options)


def _item(name: str = "item", **options: Any) -> Column[Any]:
    return Column(name, ForeignKey("item.number"), nullable=options.pop("nullable", False), **options)


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False, default="", server_default="")


def _when(name: str, nullable: bool = False) -> Column[datetime]:
    return Column(name, Moment, nullable=nullable)


institution = Table("institution", metadata, _id(), Column("name", Text, nullable=False))

user = Table(
    "user_account",  # "user" is a reserved word in PostgreSQL
    metadata,
    _id(),
    _to("institution"),
    Column("login", String(200), nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("role", String(20), nullable=False),
    _text("password_hash"),
    Column("preferences", JSON, nullable=False, default=dict, server_default="{}"),
    _when("created_at"),
    _when("disabled_at", nullable=True),
)

login_session = Table(
    "login_session",
    metadata,
    _id(),  # SHA-256 of the token that the browser has: who reads the table cannot log in with it
    _to("user_account", "user_id", index=True),
    _when("created_at"),
    _when("expires_at"),
)

api_key = Table(
    "api_key",
    metadata,
    _id(),
    _to("user_account", "user_id"),
    Column("name", Text, nullable=False),
    Column("hash", String(200), nullable=False, unique=True),
    Column("scopes", JSON, nullable=False),
    _when("created_at"),
    _when("revoked_at", nullable=True),
)

collection = Table(
    "collection",
    metadata,
    _id(),
    _to("institution"),
    Column("slug", String(200), nullable=False),
    Column("title", Text, nullable=False),
    _when("created_at"),
    UniqueConstraint("institution_id", "slug"),
)

source = Table(
    "source",
    metadata,
    _id(),
    _to("collection"),
    Column("location", Text, nullable=False),
    Column("type", String(50), nullable=False),
    Column("allowed_hosts", JSON, nullable=False),
    _when("created_at"),
    _when("harvested_at", nullable=True),
    Column("checkpoint", JSON, nullable=True),
)

record = Table(
    "record",
    metadata,
    _id(),
    _to("collection", index=True),
    _to("source", index=True),
    Column("uri", Text, nullable=False),
    Column("label", JSON, nullable=False),
    Column("metadata", JSON, nullable=False),
    _text("rights"),
    Column("attribution", JSON, nullable=False),
    _text("homepage"),
    _text("version"),
    Column("digest", String(64), nullable=False),
    Column("local", Boolean, nullable=False),
    _when("harvested_at"),
    _when("gone_at", nullable=True),
    Column("media", JSON, nullable=False, default=list, server_default="[]"),
    Column("quirks", JSON, nullable=False, default=list, server_default="[]"),
    # what tells that a document did not change, without reading it: ETag, Last-Modified, datestamp
    Column("validator", JSON, nullable=False, default=dict, server_default="{}"),
)

# other addresses of a record or an item, so that one that moved stays what it is
alias = Table(
    "alias",
    metadata,
    Column("collection_id", ForeignKey("collection.id"), primary_key=True),
    Column("uri", Text, primary_key=True),
    _to("record"),
    Column("item_id", String(64), nullable=False, default="", server_default=""),
    Index("ix_alias_uri", "uri"),
)

item = Table(
    "item",
    metadata,
    Column("number", Number, primary_key=True),
    Column("id", String(64), nullable=False, unique=True),
    _to("record", index=True),
    _item("parent", nullable=True),
    Column("kind", String(20), nullable=False),
    Column("uri", Text, nullable=False),
    _text("selector"),
    Column("label", JSON, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("position", Integer, nullable=False),
    Column("image", JSON, nullable=False),
    Column("image_digest", String(64), nullable=False),
    Column("origin", String(50), nullable=False, default="", server_default=""),
    Column("searched", Boolean, nullable=False, default=True, server_default=true()),
    _when("gone_at", nullable=True),
)
# few items are gone, and which they are is asked at every search
Index(
    "ix_item_gone",
    item.c.number,
    sqlite_where=item.c.gone_at.is_not(None),
    postgresql_where=item.c.gone_at.is_not(None),
)
# likewise films and their shots, which only their keyframes are found for
Index(
    "ix_item_unsearched",
    item.c.number,
    sqlite_where=item.c.searched.is_(False),
    postgresql_where=item.c.searched.is_(False),
)
Index(
    "ix_item_parent",
    item.c.parent,
    sqlite_where=item.c.parent.is_not(None),
    postgresql_where=item.c.parent.is_not(None),
)

# a film that is being cut into shots, or was: `version` tells which film and how, `facts` how long and large it is
film = Table(
    "film",
    metadata,
    Column("item", ForeignKey("item.number"), primary_key=True),
    Column("version", String(64), nullable=False),
    Column("facts", JSON, nullable=False),
    _when("finished_at", nullable=True),
    Column("job_id", String(64), nullable=False, default="", server_default=""),  # the job that began this version
)

# who cuts a part of it at present: a process holds one part for each unit that it does
film_claim = Table(
    "film_claim",
    metadata,
    Column("item", ForeignKey("item.number"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("version", String(64), nullable=False),
    Column("owner", String(200), nullable=False),
    _when("at"),
)

# what was found in a part of it, so that an interrupted film goes on
film_part = Table(
    "film_part",
    metadata,
    Column("item", ForeignKey("item.number"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("version", String(64), nullable=False),
    Column("found", JSON, nullable=False),
)

# what a record, or an item of it, is found by; the full-text index over it is spelt by the migration
description = Table(
    "description",
    metadata,
    Column("number", Number, primary_key=True),
    _to("record", index=True),
    _item(nullable=True),
    Column("words", Text, nullable=False),
)

embedding_set = Table(
    "embedding_set",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("backbone", Text, nullable=False),
    Column("fingerprint", String(200), nullable=False, unique=True),
    Column("dimension", Integer, nullable=False),
    Column("epoch", Integer, nullable=False, default=0, server_default="0"),
    Column("kind", String(20), nullable=False, default="image", server_default="image"),
    Column("facts", JSON, nullable=False, default=dict, server_default="{}"),
    _when("created_at"),
)

shard = Table(
    "shard",
    metadata,
    Column("id", Integer, primary_key=True),
    _to("embedding_set", "set_id", index=True),
    Column("file", String(200), nullable=False, unique=True),
    Column("sha256", String(64), nullable=False),
    Column("rows", Integer, nullable=False),
    _when("sealed_at"),
)

vector_row = Table(
    "vector_row",
    metadata,
    Column("set_id", ForeignKey("embedding_set.id"), primary_key=True),
    Column("item", ForeignKey("item.number"), primary_key=True),
    _to("shard", index=True),
    Column("row", Integer, nullable=False),
    Column("image_digest", String(64), nullable=False),
    # the set's epoch when it was sealed; survives merging: what is newer than an enrichment is still to be scored
    Column("epoch", Integer, nullable=False, default=0, server_default="0"),
    Index("ix_vector_row_set_id_epoch", "set_id", "epoch"),
)

dead_row = Table(
    "dead_row",
    metadata,
    Column("shard_id", ForeignKey("shard.id"), primary_key=True),
    Column("row", Integer, primary_key=True),
)

segmented = Table(
    "segmented",
    metadata,
    Column("set_id", ForeignKey("embedding_set.id"), primary_key=True),
    Column("segmenter", String(50), primary_key=True),
    Column("item", ForeignKey("item.number"), primary_key=True),
    Column("image_digest", String(64), nullable=False),
    Column("most", Integer, nullable=False),
)

search_index = Table(
    "search_index",
    metadata,
    Column("id", Integer, primary_key=True),
    _to("embedding_set", "set_id", index=True),
    Column("type", String(50), nullable=False),
    Column("folder", String(200), nullable=False, unique=True),
    Column("digests", JSON, nullable=False),
    Column("items", Integer, nullable=False),
    Column("state", String(64), nullable=False),
    Column("facts", JSON, nullable=False),
    _when("built_at"),
)

visual_class = Table(
    "visual_class",
    metadata,
    _id(),
    _to("institution"),
    _to("user_account", "owner_id"),
    Column("name", String(300), nullable=False),
    Column("labels", JSON, nullable=False),
    _text("definition"),
    _text("concept_uri"),
    Column("visibility", String(20), nullable=False),
    _to("embedding_set", "set_id"),
    Column("version", Integer, nullable=False, default=0, server_default="0"),
    Column("start", LargeBinary, nullable=True),
    _text("start_note"),
    _text("licence"),
    _text("intended_use"),
    _text("limits"),
    Column("origins", JSON, nullable=False, default=list, server_default="[]"),
    _when("created_at"),
    _when("archived_at", nullable=True),
    UniqueConstraint("institution_id", "name"),
)

mark = Table(
    "mark",
    metadata,
    Column("sequence", Number, primary_key=True),
    Column("op_id", String(64), nullable=False),
    _to("visual_class", "class_id"),
    _item(),
    Column("value", SmallInteger, nullable=True),
    Column("previous", SmallInteger, nullable=True),
    _to("user_account", "user_id"),
    Column("round", Integer, nullable=True),
    Column("verdict", Boolean, nullable=False, default=False, server_default=false()),
    _when("created_at"),
    UniqueConstraint("op_id", "item"),
    Index("ix_mark_class_id_item", "class_id", "item"),
)

class_model = Table(
    "class_model",
    metadata,
    Column("class_id", ForeignKey("visual_class.id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("fingerprint", String(200), nullable=False),
    Column("weights", LargeBinary, nullable=False),
    Column("bias", Float, nullable=False),
    Column("threshold", Float, nullable=False),
    Column("calibration", JSON, nullable=False),
    Column("marks_digest", String(64), nullable=False),
    Column("positives", Integer, nullable=False),
    Column("negatives", Integer, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("cost", JSON, nullable=False, server_default="{}"),
    _when("created_at"),
)

teaching_round = Table(
    "teaching_round",
    metadata,
    Column("class_id", ForeignKey("visual_class.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("strategy", String(50), nullable=False),
    Column("version", Integer, nullable=False),
    Column("shown", JSON, nullable=False),
    _to("user_account", "user_id"),
    _when("created_at"),
    _when("undone_at", nullable=True),
)

audit = Table(
    "audit",
    metadata,
    _id(),
    _to("visual_class", "class_id", index=True),
    Column("version", Integer, nullable=False),
    Column("design", JSON, nullable=False),
    _when("created_at"),
)

audit_answer = Table(
    "audit_answer",
    metadata,
    Column("audit_id", ForeignKey("audit.id"), primary_key=True),
    Column("item", ForeignKey("item.number"), primary_key=True),
    Column("score", Float, nullable=False),
    Column("probability", Float, nullable=False),
    Column("stratum", SmallInteger, nullable=False, default=0, server_default="0"),
    Column("answer", SmallInteger, nullable=True),
    _to("user_account", "user_id", nullable=True),
    _when("answered_at", nullable=True),
)

prediction = Table(
    "prediction",
    metadata,
    Column("class_id", ForeignKey("visual_class.id"), primary_key=True),
    Column("item", ForeignKey("item.number"), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("score", Float, nullable=False),
    Column("status", String(20), nullable=False),
    _to("user_account", "decided_by", nullable=True),
    _when("decided_at", nullable=True),
    Column("job_id", String(64), nullable=False),
    Column("uncertain", Boolean, nullable=False, default=False, server_default=false()),
    Index("ix_prediction_class_id_status_score", "class_id", "status", "score"),
)

enriched = Table(
    "enriched",
    metadata,
    Column("class_id", ForeignKey("visual_class.id"), primary_key=True),
    Column("scope", String(64), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("threshold", Float, nullable=False),
    Column("epoch", Integer, nullable=False),
    _when("at"),
)

annotation = Table(
    "annotation",
    metadata,
    _id(),
    _to("visual_class", "class_id", index=True),
    Column("version", Integer, nullable=False),
    _item(index=True),
    Column("content", JSON, nullable=False),
    _when("created_at"),
    _when("modified_at"),
    _when("withdrawn_at", nullable=True),
    Index("ix_annotation_modified_at_id", "modified_at", "id"),
)

# annotations that programs wrote into our containers
received = Table(
    "received",
    metadata,
    _id(),
    Column("container", String(300), nullable=False, index=True),
    Column("document", JSON, nullable=False),
    Column("digest", String(64), nullable=False),
    _to("user_account", "user_id"),
    _when("created_at"),
    _when("modified_at"),
    _when("withdrawn_at", nullable=True),
)

# what was sent to annotation servers elsewhere, with their receipts
outbox = Table(
    "outbox",
    metadata,
    Column("target", String(500), primary_key=True),
    Column("annotation_id", String(200), primary_key=True),
    Column("state", String(20), nullable=False),
    Column("digest", String(64), nullable=False),
    _text("receipt"),
    _text("etag"),
    _text("error"),
    Column("tries", Integer, nullable=False, default=0, server_default="0"),
    _when("at"),
)

job = Table(
    "job",
    metadata,
    _id(),
    Column("kind", String(50), nullable=False),
    Column("state", String(20), nullable=False, index=True),
    Column("parameters", JSON, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("report", JSON, nullable=False),
    _text("error"),
    _to("user_account", "user_id"),
    Column("planned", Boolean, nullable=False, default=False, server_default=false()),
    _text("owner"),
    _when("seen_at", nullable=True),
    _text("flow_run"),
    _when("created_at"),
    _when("started_at", nullable=True),
    _when("finished_at", nullable=True),
)

unit = Table(
    "unit",
    metadata,
    Column("job_id", ForeignKey("job.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("payload", JSON, nullable=False),
    Column("report", JSON, nullable=True),
    _when("finished_at", nullable=True),
)
# they are counted whenever a job is looked at, and payloads are long
Index(
    "ix_unit_open",
    unit.c.job_id,
    unit.c.number,
    unit.c.finished_at,  # always NULL, but SQLite would look it up in the row
    sqlite_where=unit.c.finished_at.is_(None),
    postgresql_where=unit.c.finished_at.is_(None),
)

failure = Table(
    "failure",
    metadata,
    Column("stage", String(50), primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("reason", Text, nullable=False),
    Column("tries", Integer, nullable=False),
    _when("at"),
    _text("host"),
    _when("retry_at", nullable=True),
    Column("source_id", String(64), nullable=False, default="", server_default=""),
    Column("hint", JSON, nullable=False, default=dict, server_default="{}"),
)

event = Table(
    "event",
    metadata,
    Column("sequence", Number, primary_key=True),
    Column("name", String(50), nullable=False),
    Column("subject", Text, nullable=False),
    _text("user"),
    Column("detail", JSON, nullable=False),
    _when("at"),
    Index("ix_event_name_at", "name", "at"),
)
