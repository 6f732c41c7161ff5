"""Published annotations and the tombstones of withdrawn ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, exists, func, select, update

from snoop_flow.entities import Annotation, Status
from snoop_flow.store.bulk import upsert
from snoop_flow.store.items import image_of
from snoop_flow.store.predictions import publishable
from snoop_flow.store.rows import chunks, now, to
from snoop_flow.store.schema import annotation, item, prediction, record

MUTABLE = ("content", "modified_at", "withdrawn_at", "version", "item")
FORMER = "former_runs"  # in the content: the runs that made the annotation, or confirmed it, before the last one did
MOST_FORMER = 20


def publish(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> int:
    """Enter annotations by their stable ids; unchanged ones keep their modification time. Returns changes."""
    changed = []
    for row, old in zip(rows, _present(connection, rows), strict=True):
        if _state(row, old) != "unchanged":
            changed.append(row if old is None else {**row, "content": _remembering(row["content"], old.content)})
    upsert(connection, annotation, changed, ["id"], update=MUTABLE)
    return len(changed)


def compared(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Of each row, whether its annotation is `new`, `changed` or `unchanged`; a withdrawn one counts as new."""
    return [_state(row, old) for row, old in zip(rows, _present(connection, rows), strict=True)]


def _present(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> Iterator[Row[Any] | None]:
    for part in chunks(rows, 1000):
        ids = [row["id"] for row in part]
        columns = select(annotation.c.id, annotation.c.withdrawn_at, annotation.c.content)
        kept = {row.id: row for row in connection.execute(columns.where(annotation.c.id.in_(ids)))}
        yield from (kept.get(row["id"]) for row in part)


def _state(new: Mapping[str, Any], old: Row[Any] | None) -> str:
    if old is None or old.withdrawn_at is not None:
        return "new"
    return "changed" if _lasting(old.content) != _lasting(new["content"]) else "unchanged"


def _lasting(content: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in content.items() if name not in {"created", "modified", FORMER}}


def _remembering(new: Mapping[str, Any], old: Mapping[str, Any]) -> dict[str, Any]:
    """New content with the runs of before, so that whoever follows what one of them found hears of the change."""
    runs = dict.fromkeys([*old.get(FORMER, ()), *filter(None, [old.get("run_uri")])])
    former = [run for run in runs if run != new.get("run_uri")][-MOST_FORMER:]
    return {**new, FORMER: former} if former else dict(new)


def standing(connection: Connection, class_id: str, numbers: Sequence[int]) -> list[int]:
    """Those of some items that have a live annotation of a class."""
    found: list[int] = []
    for part in chunks(numbers):
        mine = (annotation.c.class_id == class_id) & annotation.c.item.in_(part) & annotation.c.withdrawn_at.is_(None)
        found += connection.execute(select(annotation.c.item).where(mine)).scalars()
    return found


def withdraw(connection: Connection, class_id: str, numbers: Sequence[int]) -> int:
    """Withdraw the live annotations of a class on some items; returns how many."""
    at, gone = now(), 0
    for part in chunks(numbers):
        mine = (annotation.c.class_id == class_id) & annotation.c.item.in_(part) & annotation.c.withdrawn_at.is_(None)
        gone += connection.execute(update(annotation).where(mine).values(withdrawn_at=at, modified_at=at)).rowcount
    return gone


def withdraw_unsupported(connection: Connection, class_id: str, statuses: Sequence[Status]) -> int:
    """Withdraw a class's annotations which no prediction in one of these states supports; returns how many."""
    at = now()
    gone = _unsupported(class_id, statuses)
    return connection.execute(update(annotation).where(gone).values(withdrawn_at=at, modified_at=at)).rowcount


def unsupported(connection: Connection, class_id: str, statuses: Sequence[Status]) -> list[int]:
    """The items of a class's annotations which no prediction in one of these states supports."""
    rows = connection.execute(select(annotation.c.item).where(_unsupported(class_id, statuses)))
    return list(rows.scalars())


def _unsupported(class_id: str, statuses: Sequence[Status]) -> ColumnElement[bool]:
    supports = (
        (prediction.c.class_id == annotation.c.class_id)
        & (prediction.c.item == annotation.c.item)
        & (prediction.c.version == annotation.c.version)
        & publishable(statuses)
    )
    live = (annotation.c.class_id == class_id) & annotation.c.withdrawn_at.is_(None)
    return live & ~exists().where(supports)


def by_id(connection: Connection, id_: str) -> Annotation | None:
    """An annotation, withdrawn or not."""
    row = connection.execute(select(annotation).where(annotation.c.id == id_)).first()
    return None if row is None else to(Annotation, row)


def of_items(connection: Connection, numbers: Sequence[int]) -> list[Annotation]:
    """Live annotations on some items."""
    live = annotation.c.item.in_(list(numbers)) & annotation.c.withdrawn_at.is_(None)
    return [to(Annotation, row) for row in connection.execute(select(annotation).where(live).order_by(annotation.c.id))]


def count(connection: Connection, class_id: str) -> int:
    """How many live annotations a class has."""
    live = (annotation.c.class_id == class_id) & annotation.c.withdrawn_at.is_(None)
    return connection.execute(select(func.count()).select_from(annotation).where(live)).scalar_one()


def stream(
    connection: Connection, class_ids: Sequence[str] | None, collection_id: str | None
) -> Iterator[list[Row[Any]]]:
    """Batches of annotations with their prediction's state and record id, grouped by record and item.

    A database sorts all that a statement asks for before it gives the first row, SQLite in memory; so each statement
    asks for about `PART` annotations: of several documents, or of some pages of a large one.
    """
    verdict = (prediction.c.class_id == annotation.c.class_id) & (prediction.c.item == annotation.c.item)
    said = (prediction.c.score, prediction.c.status, prediction.c.decided_by, prediction.c.decided_at)
    rows = _live(select(annotation, *said, item.c.record_id), class_ids, collection_id).join(prediction, verdict)
    ordered = rows.order_by(item.c.record_id, item.c.position, image_of(), item.c.number, annotation.c.id)
    for part in _parts(connection, class_ids, collection_id):
        result = connection.execute(ordered.where(part).execution_options(yield_per=1000))
        for batch in result.partitions():
            yield list(batch)


PART = 20_000


def _live(statement: Select[Any], class_ids: Sequence[str] | None, collection_id: str | None) -> Select[Any]:
    """Of annotations that stand, in classes and a collection."""
    statement = statement.join_from(annotation, item, item.c.number == annotation.c.item)
    statement = statement.where(annotation.c.withdrawn_at.is_(None))
    if class_ids is not None:
        statement = statement.where(annotation.c.class_id.in_(list(class_ids)))
    if collection_id is not None:
        statement = statement.join(record, record.c.id == item.c.record_id)
        statement = statement.where(record.c.collection_id == collection_id)
    return statement


def _parts(
    connection: Connection, class_ids: Sequence[str] | None, collection_id: str | None
) -> Iterator[ColumnElement[bool]]:
    """Conditions that part the annotations in their order, each for about `PART` of them."""
    counted = _live(select(item.c.record_id, func.count()), class_ids, collection_id).group_by(item.c.record_id)
    together: list[str] = []
    size = 0
    for record_id, count in connection.execute(counted.order_by(item.c.record_id)).all():
        if together and (size + count > PART or len(together) == MOST_RECORDS):
            yield item.c.record_id.in_(together)
            together, size = [], 0
        if count > PART:
            yield from _pages(connection, record_id, class_ids, collection_id)
        else:
            together.append(record_id)
            size += count
    if together:
        yield item.c.record_id.in_(together)


MOST_RECORDS = 500  # in one statement


def _pages(
    connection: Connection, record_id: str, class_ids: Sequence[str] | None, collection_id: str | None
) -> Iterator[ColumnElement[bool]]:
    """Ranges of the pages of one document; all annotations of a page are in one of them."""
    mine = item.c.record_id == record_id
    counted = _live(select(item.c.position, func.count()), class_ids, collection_id).where(mine)
    first, size, last = None, 0, 0
    for position, count in connection.execute(counted.group_by(item.c.position).order_by(item.c.position)).all():
        if first is not None and size + count > PART:
            yield mine & item.c.position.between(first, last)
            first, size = None, 0
        first = position if first is None else first
        last, size = position, size + count
    if first is not None:
        yield mine & item.c.position.between(first, last)
