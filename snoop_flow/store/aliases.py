"""Other addresses of records and items, so that what moved or is named differently elsewhere stays what it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, select

from snoop_flow.store.bulk import upsert
from snoop_flow.store.rows import chunks
from snoop_flow.store.schema import alias, item, record


def moved(connection: Connection, collection_id: str, record_id: str, to: str) -> None:
    """Keep that a known record is listed under another URI from now on; one that nobody harvested has none to keep."""
    if connection.execute(select(record.c.id).where(record.c.id == record_id)).first() is None:
        return
    row = {"collection_id": collection_id, "uri": to, "record_id": record_id, "item_id": ""}
    upsert(connection, alias, [row], ["collection_id", "uri"])


def keep(connection: Connection, collection_id: str, items: Mapping[str, Mapping[str, str]]) -> None:
    """Keep the other URIs of canvases: record id → URI → item id."""
    rows = [
        {"collection_id": collection_id, "uri": uri, "record_id": record_id, "item_id": item_id}
        for record_id, uris in items.items()
        for uri, item_id in uris.items()
    ]
    for part in chunks(rows):
        upsert(connection, alias, part, ["collection_id", "uri"])


def records_of(connection: Connection, collection_id: str, uris: Sequence[str]) -> dict[str, str]:
    """URI → id, of those that records moved to."""
    found: dict[str, str] = {}
    for part in chunks(uris):
        mine = (alias.c.collection_id == collection_id) & alias.c.uri.in_(part) & (alias.c.item_id == "")
        rows = connection.execute(select(alias.c.uri, alias.c.record_id).where(mine))
        found |= {row.uri: row.record_id for row in rows}
    return found


def item_ids(connection: Connection, uri: str) -> list[str]:
    """The live items of a canvas URI, be it the one they are published with or another one."""
    live = item.c.gone_at.is_(None)
    own = select(item.c.id).where(item.c.uri == uri, item.c.selector == "", live)
    other = select(item.c.id).join(alias, alias.c.item_id == item.c.id).where(alias.c.uri == uri, live)
    return [*connection.execute(own).scalars()] or [*connection.execute(other).scalars()]
