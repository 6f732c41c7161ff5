"""What enrichments have seen: for each class and scope, up to which vectors, by which version and from which score on.

A row says: of every item in the scope whose vector is not newer than `epoch`, the class version `version` has a
prediction if it scores at least `threshold`. What makes that untrue removes the row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, select

from snoop_flow.store.bulk import upsert
from snoop_flow.store.rows import chunks, now, to
from snoop_flow.store.schema import enriched

EVERYWHERE = ""  # the scope that is no collection


@dataclass(frozen=True, slots=True)
class Enriched:
    """One such row; `scope` is a collection's id, or empty for all."""

    class_id: str
    scope: str
    version: int
    threshold: float
    epoch: int


def seen(connection: Connection, class_ids: Sequence[str], scope: str) -> dict[str, list[Enriched]]:
    """Class id → what is known of it in a scope: of the scope itself and of everything, the latest vectors first."""
    found: dict[str, list[Enriched]] = {}
    for part in chunks(class_ids):
        mine = enriched.c.class_id.in_(part) & enriched.c.scope.in_([scope, EVERYWHERE])
        for row in connection.execute(select(enriched).where(mine).order_by(enriched.c.epoch.desc())):
            found.setdefault(row.class_id, []).append(to(Enriched, row))
    return found


def keep(connection: Connection, rows: Sequence[Enriched]) -> None:
    """Enter what an enrichment of some classes has seen in one scope, and drop what it made untrue."""
    for part in chunks(rows, 1000):
        everywhere = [one.class_id for one in part if one.scope == EVERYWHERE]
        connection.execute(delete(enriched).where(enriched.c.class_id.in_(everywhere)))
        for one in (one for one in part if one.scope != EVERYWHERE):
            # where it kept less, or by another version, there are items in this scope without such predictions
            other = (enriched.c.version != one.version) | (enriched.c.threshold < one.threshold)
            mine = (enriched.c.class_id == one.class_id) & (enriched.c.scope == EVERYWHERE)
            connection.execute(delete(enriched).where(mine, other))
        values = [{name: getattr(one, name) for name in Enriched.__slots__} | {"at": now()} for one in part]
        upsert(connection, enriched, values, ["class_id", "scope"])
