"""What containers of annotations hold: published ones, people's verdicts on them, and what programs wrote."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, func, literal, select, union_all

from snoop_flow.entities import Annotation
from snoop_flow.store.items import image_of
from snoop_flow.store.rows import chunks, to
from snoop_flow.store.schema import annotation, item, received, record

ASSESSMENT = "/assessment"  # what `snoop_iiif` puts behind an annotation's id for the verdict on it


@dataclass(frozen=True, slots=True)
class Scope:
    """Which annotations are meant: all, those of a class, of a collection, or of a record.

    Attributes:
        container: path of the container, under which received ones are kept; None where they do not belong.
    """

    container: str | None = None
    class_ids: tuple[str, ...] | None = None
    collection_id: str | None = None
    record_id: str | None = None


def _published(scope: Scope, *columns: Any) -> Select[Any]:
    statement = select(*columns).where(annotation.c.withdrawn_at.is_(None))
    if scope.class_ids is not None:
        statement = statement.where(annotation.c.class_id.in_(scope.class_ids))
    if scope.collection_id is not None or scope.record_id is not None:
        statement = statement.join(item, item.c.number == annotation.c.item)
    if scope.record_id is not None:
        statement = statement.where(item.c.record_id == scope.record_id)
    if scope.collection_id is not None:
        statement = statement.join(record, record.c.id == item.c.record_id)
        statement = statement.where(record.c.collection_id == scope.collection_id)
    return statement


def _members(scope: Scope, kinds: Sequence[str]) -> Any:
    parts: list[Select[Any]] = []
    if "annotation" in kinds:
        parts.append(_published(scope, annotation.c.id.label("id")))
    if "assessment" in kinds:
        judged = annotation.c.content["decision"].as_string().is_not(None)
        parts.append(_published(scope, (annotation.c.id + literal(ASSESSMENT)).label("id")).where(judged))
    if "received" in kinds and scope.container is not None:
        mine = select(received.c.id.label("id")).where(received.c.withdrawn_at.is_(None))
        parts.append(mine.where(received.c.container == scope.container) if scope.container else mine)
    return union_all(*parts).subquery()


KINDS = ("annotation", "assessment", "received")


def count(connection: Connection, scope: Scope, kinds: Sequence[str] = KINDS) -> int:
    """How many annotations a scope has."""
    return connection.execute(select(func.count()).select_from(_members(scope, kinds))).scalar_one()


def ids(connection: Connection, scope: Scope, offset: int, limit: int, kinds: Sequence[str] = KINDS) -> list[str]:
    """The ids of a part of a scope, in the order of ids: a verdict follows what it is about."""
    members = _members(scope, kinds)
    return list(connection.execute(select(members.c.id).order_by(members.c.id).offset(offset).limit(limit)).scalars())


def stream(connection: Connection, scope: Scope, size: int = 500) -> Iterator[list[str]]:
    """All ids of a scope in parts, verdicts behind what they may be on, received ones last; keeps the connection busy.

    An id of a verdict does not mean that there is one.
    """
    for statement, column in _streams(scope):
        ordered = statement.order_by(column).execution_options(yield_per=size)
        for part in connection.execute(ordered).scalars().partitions():
            if column is annotation.c.id:
                yield [one for id_ in part for one in (id_, id_ + ASSESSMENT)]
            else:
                yield list(part)


def _streams(scope: Scope) -> list[tuple[Select[Any], Any]]:
    streams = [(_published(scope, annotation.c.id), annotation.c.id)]
    if scope.container is not None:
        mine = select(received.c.id).where(received.c.withdrawn_at.is_(None))
        streams.append(
            (mine.where(received.c.container == scope.container) if scope.container else mine, received.c.id)
        )
    return streams


def modified(connection: Connection, scope: Scope) -> datetime | None:
    """When something in a scope changed or was withdrawn last."""
    everything = select(func.max(annotation.c.modified_at)).select_from(annotation)
    if scope.class_ids is not None:
        everything = everything.where(annotation.c.class_id.in_(scope.class_ids))
    written = select(func.max(received.c.modified_at))
    moments = [connection.execute(one).scalar() for one in (everything, written)]
    return max((one for one in moments if one is not None), default=None)


def published(connection: Connection, ids_: Sequence[str]) -> dict[str, Annotation]:
    """Published annotations by id; unknown ids are left out."""
    found: dict[str, Annotation] = {}
    for part in chunks(ids_, 1000):
        for row in connection.execute(select(annotation).where(annotation.c.id.in_(part))):
            found[row.id] = to(Annotation, row)
    return found


def by_class(connection: Connection, scope: Scope) -> dict[str, int]:
    """How many annotations of each class a scope has."""
    counted = _published(scope, annotation.c.class_id, func.count()).group_by(annotation.c.class_id)
    return {row[0]: row[1] for row in connection.execute(counted)}


def changes(connection: Connection, offset: int, limit: int) -> list[Annotation]:
    """Annotations, withdrawn ones too, by the moment of their latest change."""
    ordered = select(annotation).order_by(annotation.c.modified_at, annotation.c.id)
    return [to(Annotation, row) for row in connection.execute(ordered.offset(offset).limit(limit))]


def count_changes(connection: Connection) -> int:
    """How many annotations there are or were."""
    return connection.execute(select(func.count()).select_from(annotation)).scalar_one()


def annotated_items(connection: Connection, record_id: str) -> set[str]:
    """Ids of the items of a record that have annotations on them or on a region of theirs."""
    live = annotation.c.withdrawn_at.is_(None) & (item.c.record_id == record_id)
    image = image_of()
    numbers = select(image).join(annotation, annotation.c.item == item.c.number).where(live)
    return set(connection.execute(select(item.c.id).where(item.c.number.in_(numbers))).scalars())
