"""Built indexes; the newest of a type over a set is the one in use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, delete, select

from snoop_flow.entities import Index
from snoop_flow.store.rows import now, to
from snoop_flow.store.schema import search_index


def add(
    connection: Connection,
    set_id: int,
    type_: str,
    folder: str,
    digests: Mapping[str, str],
    items: int,
    state: str,
    facts: Mapping[str, Any],
) -> None:
    """Enter an index that is safely on disk; from this commit on it is the one in use."""
    values = {
        "set_id": set_id,
        "type": type_,
        "folder": folder,
        "digests": dict(digests),
        "items": items,
        "state": state,
        "facts": dict(facts),
        "built_at": now(),
    }
    connection.execute(search_index.insert().values(**values))


def newest(connection: Connection, set_id: int, type_: str | None = None) -> Index | None:
    """The index in use over a set, of a type or of any."""
    statement = select(search_index).where(search_index.c.set_id == set_id)
    if type_ is not None:
        statement = statement.where(search_index.c.type == type_)
    row = connection.execute(statement.order_by(search_index.c.id.desc())).first()
    return None if row is None else to(Index, row)


def prefer(connection: Connection, index: Index) -> None:
    """Make an index the one in use, which the newest is."""
    newer = select(search_index.c.id).where(search_index.c.set_id == index.set_id, search_index.c.id > index.id)
    if connection.execute(newer).first() is not None:
        row = connection.execute(select(search_index).where(search_index.c.id == index.id)).mappings().one()
        remove(connection, [index.id])
        connection.execute(search_index.insert().values(**{name: row[name] for name in row if name != "id"}))


def older(connection: Connection, set_id: int, type_: str) -> list[Index]:
    """The indexes of a type that a newer one has replaced."""
    mine = (search_index.c.set_id == set_id) & (search_index.c.type == type_)
    rows = connection.execute(select(search_index).where(mine).order_by(search_index.c.id.desc())).all()
    return [to(Index, row) for row in rows[1:]]


def remove(connection: Connection, ids: Sequence[int]) -> None:
    """Forget indexes whose files are to be deleted."""
    connection.execute(delete(search_index).where(search_index.c.id.in_(list(ids))))
