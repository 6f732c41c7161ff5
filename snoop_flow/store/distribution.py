"""How a class's hits and the images it could find lie in the corpus, record by record."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Row, func, select

from snoop_flow.entities import Status
from snoop_flow.store.items import image_of, searched
from snoop_flow.store.predictions import publishable
from snoop_flow.store.schema import item, prediction, record, vector_row


def images_by_record(connection: Connection, set_id: int) -> dict[str, int]:
    """How many live images of each record are searched and have a vector in a set."""
    seen = (vector_row.c.item == item.c.number) & (vector_row.c.set_id == set_id)
    live = item.c.gone_at.is_(None) & searched
    counted = select(item.c.record_id, func.count()).join(vector_row, seen).where(live).group_by(item.c.record_id)
    return {row[0]: row[1] for row in connection.execute(counted)}


def hits_by_record(connection: Connection, class_id: str, statuses: Sequence[Status]) -> dict[str, int]:
    """On how many live images of each record a class found something, be it on a region of theirs."""
    image = image_of()
    wanted = (prediction.c.class_id == class_id) & publishable(statuses) & item.c.gone_at.is_(None)
    counted = select(item.c.record_id, func.count(image.distinct())).join(
        prediction, prediction.c.item == item.c.number
    )
    return {row[0]: row[1] for row in connection.execute(counted.where(wanted).group_by(item.c.record_id))}


def described(connection: Connection, collection_id: str | None) -> Iterator[Row[Any]]:
    """Id, collection and lines of metadata of live records, as they come."""
    rows = select(record.c.id, record.c.collection_id, record.c.metadata).where(record.c.gone_at.is_(None))
    if collection_id is not None:
        rows = rows.where(record.c.collection_id == collection_id)
    yield from connection.execute(rows.execution_options(yield_per=1000))
