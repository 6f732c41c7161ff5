"""What enrichments have seen: for each class and scope, up to which vectors, by which version and from which score on.

A row says: of every item in the scope whose vector is not newer than `epoch`, the class version `version` has a
prediction if it scores at least `threshold`. What makes that untrue removes the row.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, delete, select

from snoop_flow.store.rows import now, to, upsert
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


def seen(connection: Connection, class_id: str, scope: str) -> list[Enriched]:
    """What is known of a class in a scope: of the scope itself and of everything, the latest vectors first."""
    mine = (enriched.c.class_id == class_id) & enriched.c.scope.in_([scope, EVERYWHERE])
    rows = connection.execute(select(enriched).where(mine).order_by(enriched.c.epoch.desc()))
    return [to(Enriched, row) for row in rows]


def keep(connection: Connection, one: Enriched) -> None:
    """Enter what an enrichment has seen, and drop what it made untrue."""
    mine = enriched.c.class_id == one.class_id
    if one.scope == EVERYWHERE:
        connection.execute(delete(enriched).where(mine))
    else:
        # where it kept less, or by another version, there are items in this scope without such predictions
        other = (enriched.c.version != one.version) | (enriched.c.threshold < one.threshold)
        connection.execute(delete(enriched).where(mine, enriched.c.scope == EVERYWHERE, other))
    values = {name: getattr(one, name) for name in Enriched.__slots__}
    upsert(connection, enriched, [{**values, "at": now()}], ["class_id", "scope"])
