"""Annotations that programs wrote into our containers; removed ones stay as tombstones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from snoop_flow.store.rows import chunks, to
from snoop_flow.store.schema import received


@dataclass(frozen=True, slots=True)
class Received:
    """One annotation as it was sent, with the id that it got here.

    Attributes:
        container: path of the container it was written to, such as `classes/ID`; "" for the root.
        digest: of the document: its ETag.
    """

    id: str
    container: str
    document: Mapping[str, Any]
    digest: str
    user_id: str
    created_at: datetime
    modified_at: datetime
    withdrawn_at: datetime | None


def add(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Enter new ones."""
    connection.execute(received.insert(), list(rows))


def by_ids(connection: Connection, ids: Sequence[str]) -> dict[str, Received]:
    """Those with these ids, removed ones too; unknown ids are left out."""
    found: dict[str, Received] = {}
    for part in chunks(ids, 1000):
        for row in connection.execute(select(received).where(received.c.id.in_(part))):
            found[row.id] = to(Received, row)
    return found


def change(connection: Connection, id_: str, digest: str, values: Mapping[str, Any]) -> bool:
    """Change one that is still as its digest says; False where somebody was faster, or it is gone."""
    same = (received.c.id == id_) & (received.c.digest == digest) & received.c.withdrawn_at.is_(None)
    return bool(connection.execute(update(received).where(same).values(**values)).rowcount)
