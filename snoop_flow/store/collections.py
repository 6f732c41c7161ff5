"""Collections and the sources that fill them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, func, select, update

from snoop_flow.entities import Collection, Source
from snoop_flow.errors import NotFoundError
from snoop_flow.store.bulk import upsert
from snoop_flow.store.items import searched
from snoop_flow.store.rows import chunks, now, opaque_id, to
from snoop_flow.store.schema import collection, item, record, source


def by_id(connection: Connection, id_: str) -> Collection:
    """The collection of a known id."""
    return to(Collection, connection.execute(select(collection).where(collection.c.id == id_)).one())


def by_ids(connection: Connection, ids: Iterable[str]) -> list[Collection]:
    """The collections of some ids."""
    return [
        to(Collection, row)
        for part in chunks(ids)
        for row in connection.execute(select(collection).where(collection.c.id.in_(part)))
    ]


def of_items(connection: Connection, numbers: Iterable[int]) -> dict[int, str]:
    """Item number → id of the collection that it is in."""
    joined = select(item.c.number, record.c.collection_id).join(record, record.c.id == item.c.record_id)
    found: dict[int, str] = {}
    for part in chunks(numbers):
        rows = connection.execute(joined.where(item.c.number.in_(part)))
        found |= {row.number: row.collection_id for row in rows}
    return found


@dataclass(frozen=True, slots=True)
class CollectionCounts:
    """A collection with the number of its live records and items."""

    collection: Collection
    records: int
    items: int


def ensure(connection: Connection, institution_id: str, slug: str, title: str) -> Collection:
    """The collection of a slug, created when it is new."""
    values = {
        "id": opaque_id("collection", institution_id, slug),
        "institution_id": institution_id,
        "slug": slug,
        "title": title,
        "created_at": now(),
    }
    upsert(connection, collection, [values], ["institution_id", "slug"], update=[])
    return by_slug(connection, slug)


def by_slug(connection: Connection, slug: str) -> Collection:
    """A collection.

    Raises:
        NotFoundError: there is none; the message names those there are.
    """
    row = connection.execute(select(collection).where(collection.c.slug == slug)).first()
    if row is None:
        slugs = connection.execute(select(collection.c.slug).order_by(collection.c.slug)).scalars()
        known = ", ".join(slugs) or "none yet"
        raise NotFoundError(f"there is no collection {slug!r}; collections are: {known}")
    return to(Collection, row)


def counts(connection: Connection) -> list[CollectionCounts]:
    """Every collection with its counts, by title."""
    live = record.c.gone_at.is_(None)
    records = dict(_pairs(connection, select(record.c.collection_id, func.count()).where(live)))
    joined = select(record.c.collection_id, func.count()).join(item, item.c.record_id == record.c.id).where(searched)
    items = dict(_pairs(connection, joined.where(live, item.c.gone_at.is_(None))))
    rows = connection.execute(select(collection).order_by(collection.c.title))
    return [CollectionCounts(to(Collection, row), records.get(row.id, 0), items.get(row.id, 0)) for row in rows]


def _pairs(connection: Connection, statement: Select[tuple[str, int]]) -> list[tuple[str, int]]:
    return [(row[0], row[1]) for row in connection.execute(statement.group_by(record.c.collection_id))]


def ensure_source(
    connection: Connection, collection_id: str, location: str, type_: str, allowed_hosts: Sequence[str]
) -> Source:
    """The source of a collection at a location; newly allowed hosts are added to those kept."""
    id_ = opaque_id("source", collection_id, location)
    row = connection.execute(select(source).where(source.c.id == id_)).first()
    hosts = sorted({*(row.allowed_hosts if row else ()), *allowed_hosts})
    values = {
        "id": id_,
        "collection_id": collection_id,
        "location": location,
        "type": type_,
        "allowed_hosts": hosts,
        "created_at": now(),
    }
    upsert(connection, source, [values], ["id"], update=["type", "allowed_hosts"])
    return source_by_id(connection, id_)


def source_by_id(connection: Connection, id_: str) -> Source:
    """A source.

    Raises:
        NotFoundError: there is none.
    """
    row = connection.execute(select(source).where(source.c.id == id_)).first()
    if row is None:
        raise NotFoundError(f"there is no source {id_!r} in this workspace")
    return to(Source, row, allowed_hosts=tuple(row.allowed_hosts))


def sources(connection: Connection) -> list[Source]:
    """All sources, the last harvested first."""
    rows = connection.execute(select(source).order_by(source.c.harvested_at.desc(), source.c.location))
    return [to(Source, row, allowed_hosts=tuple(row.allowed_hosts)) for row in rows]


def allowed_hosts(connection: Connection) -> frozenset[str]:
    """Private hosts that some source of this workspace may reach."""
    rows = connection.execute(select(source.c.allowed_hosts)).scalars()
    return frozenset(host for hosts in rows for host in hosts)


def harvested(
    connection: Connection, source_id: str, at: datetime, checkpoint: Mapping[str, Any] | None = None
) -> None:
    """Keep when a source was last harvested to its end, and up to where it was listed if it said so."""
    values: dict[str, Any] = {"harvested_at": at} | ({"checkpoint": dict(checkpoint)} if checkpoint is not None else {})
    connection.execute(update(source).where(source.c.id == source_id).values(**values))
