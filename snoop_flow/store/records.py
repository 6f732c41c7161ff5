"""Records and their items as harvesting writes them: repeatable by natural keys."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select, update

from snoop_flow.entities import Item, ItemKind, Record
from snoop_flow.errors import IntegrityError, NotFoundError
from snoop_flow.store import descriptions, embeddings
from snoop_flow.store.bulk import upsert
from snoop_flow.store.items import item_of, searched, whole
from snoop_flow.store.rows import chunks, languages, to
from snoop_flow.store.schema import item, record


def record_of(row: Any) -> Record:
    """A record from its row."""
    pairs = tuple((languages(label), languages(value)) for label, value in row.metadata)
    kept = {"media": tuple(row.media), "quirks": tuple(row.quirks)}
    return to(Record, row, label=languages(row.label), attribution=languages(row.attribution), metadata=pairs, **kept)


def kept(connection: Connection, record_ids: Sequence[str]) -> dict[str, Any]:
    """Rows of `id`, `digest`, `validator` and `gone_at` by id; those never harvested are left out."""
    found: dict[str, Any] = {}
    for part in chunks(record_ids):
        columns = select(record.c.id, record.c.digest, record.c.validator, record.c.gone_at)
        found |= {row.id: row for row in connection.execute(columns.where(record.c.id.in_(part)))}
    return found


def add(connection: Connection, batch: Sequence[tuple[Mapping[str, Any], Sequence[Mapping[str, Any]]]]) -> None:
    """Write records that were never harvested before, each with its items, as `save` does; a batch costs little."""
    upsert(connection, record, [{**_columns(values), "gone_at": None} for values, _ in batch], ["id"])
    enter(connection, [one for _, items in batch for one in items])
    descriptions.add(connection, batch)


def save(connection: Connection, values: Mapping[str, Any], items: Sequence[Mapping[str, Any]]) -> None:
    """Write a record with its items; items that it no longer has are kept as gone, for their annotations' sake.

    Args:
        values: the columns of a record, and `words`: the texts by which it is found.
        items: likewise, `parent` being the id of another one; what was found in them follows them, such as shots of a
            film and regions of an image.
    """
    upsert(connection, record, [{**_columns(values), "gone_at": None}], ["id"])
    renew(connection, [one["id"] for one in items])
    enter(connection, items)
    described = (item.c.record_id == values["id"]) & whole & (item.c.origin == "")  # the rest follows these
    leave(connection, described, {one["id"] for one in items}, values["harvested_at"])
    follow_parents(connection, values["id"])
    descriptions.replace(connection, values, items)


def _columns(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name != "words"}


def renew(connection: Connection, ids: Sequence[str]) -> None:
    """Let vectors of items that were gone and come back count as new."""
    for part in chunks(ids, 1000):
        back = select(item.c.number).where(item.c.id.in_(part), item.c.gone_at.is_not(None))
        embeddings.renew(connection, list(connection.execute(back).scalars()))


def enter(connection: Connection, items: Sequence[Mapping[str, Any]]) -> None:
    """Enter items by their ids, or bring them up to date; `parent` is the id of one entered with them or before.

    Raises:
        IntegrityError: a parent is nowhere.
    """
    numbers: dict[str, int] = {}
    waiting = list(items)
    while waiting:
        missing = {one["parent"] for one in waiting if one["parent"] is not None} - set(numbers)
        ready = [one for one in waiting if one["parent"] not in missing]
        for part in chunks(ready, 1000):
            rows = [{**_columns(one), "parent": numbers.get(one["parent"]), "gone_at": None} for one in part]
            upsert(connection, item, rows, ["id"])
        waiting = [one for one in waiting if one["parent"] in missing]
        known = _numbers(connection, missing)
        if waiting and not known:
            raise IntegrityError(f"item {waiting[0]['id']} is a part of {waiting[0]['parent']}, which does not exist")
        numbers |= known


def _numbers(connection: Connection, ids: Iterable[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for part in chunks(ids):
        rows = connection.execute(select(item.c.id, item.c.number).where(item.c.id.in_(part)))
        found.update((row.id, row.number) for row in rows)
    return found


def leave(connection: Connection, among: ColumnElement[bool], present: Collection[str], at: datetime) -> None:
    """Mark as gone what is not present among some items."""
    kept = connection.execute(select(item.c.id).where(among, item.c.gone_at.is_(None))).scalars()
    for ids in chunks([id_ for id_ in kept if id_ not in present]):
        connection.execute(update(item).where(item.c.id.in_(ids)).values(gone_at=at))


def follow_parents(connection: Connection, record_id: str) -> None:
    """Let what was found in items follow these: regions come, go and change as their images do; shots go with films."""
    parent = item.alias()
    of_parent = parent.c.number == item.c.parent
    names = ("image", "image_digest", "width", "height", "position", "gone_at")
    values = {name: select(parent.c[name]).where(of_parent).scalar_subquery() for name in names}
    mine = item.c.record_id == record_id
    for kind in (ItemKind.SHOT, ItemKind.KEYFRAME):
        orphans = mine & (item.c.kind == kind) & (item.c.origin != "") & item.c.gone_at.is_(None)
        lost = select(parent.c.gone_at).where(of_parent, parent.c.gone_at.is_not(None))
        connection.execute(update(item).where(orphans, lost.exists()).values(gone_at=lost.scalar_subquery()))
    connection.execute(update(item).where(mine, ~whole).values(values))


def touch(connection: Connection, record_ids: Iterable[str], at: datetime) -> None:
    """Keep that unchanged records were seen."""
    for ids in chunks(record_ids):
        connection.execute(update(record).where(record.c.id.in_(ids)).values(harvested_at=at))


def validate(connection: Connection, validators: Mapping[str, Mapping[str, str]]) -> None:
    """Keep what tells of each record that it did not change."""
    for id_, validator in validators.items():
        connection.execute(update(record).where(record.c.id == id_).values(validator=dict(validator)))


def quirks(connection: Connection, collection_id: str | None = None) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """URI, version and oddities of the live records."""
    wanted = select(record.c.uri, record.c.version, record.c.quirks).where(record.c.gone_at.is_(None))
    if collection_id is not None:
        wanted = wanted.where(record.c.collection_id == collection_id)
    for row in connection.execute(wanted):
        yield row.uri, row.version, tuple(row.quirks)


def withdraw_unseen(connection: Connection, source_id: str, since: datetime, at: datetime) -> int:
    """Mark as gone what a complete harvest begun at `since` has not met; returns the number of records."""
    unseen = select(record.c.id).where(
        record.c.source_id == source_id, record.c.harvested_at < since, record.c.gone_at.is_(None)
    )
    return withdraw(connection, list(connection.execute(unseen).scalars()), at)


def withdraw(connection: Connection, record_ids: Sequence[str], at: datetime) -> int:
    """Mark records and their items as gone; returns how many were there."""
    gone = 0
    for part in chunks(record_ids):
        live = record.c.id.in_(part) & record.c.gone_at.is_(None)
        gone += connection.execute(update(record).where(live).values(gone_at=at)).rowcount
        mine = item.c.record_id.in_(part) & item.c.gone_at.is_(None)
        connection.execute(update(item).where(mine).values(gone_at=at))
    return gone


def by_ids(connection: Connection, ids: Iterable[str]) -> dict[str, Record]:
    """Records by id; unknown ids are left out."""
    found: dict[str, Record] = {}
    for part in chunks(set(ids)):
        for row in connection.execute(select(record).where(record.c.id.in_(part))):
            found[row.id] = record_of(row)
    return found


def uris(connection: Connection, ids: Iterable[str]) -> dict[str, str]:
    """Addresses of records by id; unknown ids are left out."""
    found: dict[str, str] = {}
    for part in chunks(set(ids)):
        rows = connection.execute(select(record.c.id, record.c.uri).where(record.c.id.in_(part)))
        found |= {row[0]: row[1] for row in rows}
    return found


def by_id(connection: Connection, id_: str) -> Record:
    """A record.

    Raises:
        NotFoundError: there is none.
    """
    row = connection.execute(select(record).where(record.c.id == id_)).first()
    if row is None:
        raise NotFoundError(f"there is no record {id_!r} in this workspace")
    return record_of(row)


def by_uri(connection: Connection, uri: str) -> Record | None:
    """A record that is not gone by its address, of whichever collection."""
    row = connection.execute(select(record).where(record.c.uri == uri, record.c.gone_at.is_(None)).limit(1)).first()
    return None if row is None else record_of(row)


def in_collection(connection: Connection, collection_id: str, offset: int = 0, limit: int = 50) -> list[Record]:
    """Live records of a collection in the order of harvest."""
    mine = (record.c.collection_id == collection_id) & record.c.gone_at.is_(None)
    rows = connection.execute(select(record).where(mine).order_by(record.c.uri).offset(offset).limit(limit))
    return [record_of(row) for row in rows]


def items_of(connection: Connection, record_id: str) -> list[Item]:
    """Live items of a record in order, regions left out."""
    mine = (item.c.record_id == record_id) & item.c.gone_at.is_(None) & whole
    rows = connection.execute(select(item).where(mine).order_by(item.c.position, item.c.number))
    return [item_of(row) for row in rows]


def count_items(connection: Connection, record_ids: Sequence[str]) -> int:
    """How many searched items some records have, regions left out."""
    total = 0
    for part in chunks(record_ids):
        live = item.c.record_id.in_(part) & item.c.gone_at.is_(None) & searched
        total += connection.execute(select(func.count()).select_from(item).where(live)).scalar_one()
    return total
