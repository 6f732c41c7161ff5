"""What was segmented: which segmenter has looked at which image of an item, for an embedding set of regions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, and_, func, or_, select

from snoop_flow.store.bulk import upsert
from snoop_flow.store.items import searched, whole
from snoop_flow.store.rows import chunks
from snoop_flow.store.schema import item, record, segmented


def lacking(connection: Connection, set_id: int, segmenter: str, most: int, collection_id: str | None) -> list[int]:
    """Numbers of the items whose present image the segmenter has not seen, or was asked for fewer regions of."""
    statement = select(item.c.number).join(record, record.c.id == item.c.record_id)
    seen = and_(segmented.c.item == item.c.number, segmented.c.set_id == set_id, segmented.c.segmenter == segmenter)
    stale = or_(segmented.c.image_digest != item.c.image_digest, segmented.c.most < most)
    statement = statement.outerjoin(segmented, seen).where(or_(segmented.c.item.is_(None), stale))
    if collection_id is not None:
        statement = statement.where(record.c.collection_id == collection_id)
    return list(
        connection.execute(statement.where(item.c.gone_at.is_(None), searched).order_by(item.c.number)).scalars()
    )


def keep(connection: Connection, set_id: int, segmenter: str, most: int, digests: Mapping[int, str]) -> None:
    """Keep that items were segmented: item number → digest of the image that was looked at."""
    common = {"set_id": set_id, "segmenter": segmenter, "most": most}
    rows = [{**common, "item": number, "image_digest": digest} for number, digest in digests.items()]
    upsert(connection, segmented, rows, ["set_id", "segmenter", "item"])


def count_regions(connection: Connection) -> int:
    """How many regions there are, gone ones included; answered from an index."""
    return connection.execute(
        select(func.count()).select_from(item).where(item.c.parent.is_not(None), ~whole)
    ).scalar_one()


def done(connection: Connection, set_id: int, segmenter: str, numbers: Sequence[int]) -> dict[int, tuple[str, int]]:
    """Item number → digest of the image that the segmenter saw, and how many regions it was asked for."""
    found: dict[int, tuple[str, int]] = {}
    for part in chunks(numbers):
        mine = (segmented.c.set_id == set_id) & (segmented.c.segmenter == segmenter) & segmented.c.item.in_(part)
        for row in connection.execute(select(segmented).where(mine)):
            found[row.item] = (row.image_digest, row.most)
    return found
