"""Marks: append-only operations with client-made ids; the present state is derived, never stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from snoop_flow.entities import Mark
from snoop_flow.store.rows import chunks, now, to, upsert
from snoop_flow.store.schema import mark


@dataclass(frozen=True, slots=True)
class NewMark:
    """One judgement as a client sends it; `op_id` makes sending it again harmless.

    Attributes:
        round: of teaching, which showed the item; None where none did.
    """

    op_id: str
    item: int
    value: int | None
    round: int | None = None


def append(connection: Connection, class_id: str, user_id: str, marks: Sequence[NewMark]) -> None:
    """Append operations; those whose (op_id, item) is known are left as they are."""
    for part in chunks(marks, 1000):
        present = current(connection, class_id, [one.item for one in part])
        rows = [
            {
                "op_id": one.op_id,
                "class_id": class_id,
                "item": one.item,
                "value": one.value,
                "previous": present.get(one.item),
                "user_id": user_id,
                "round": one.round,
                "created_at": now(),
            }
            for one in part
        ]
        upsert(connection, mark, rows, ["op_id", "item"], update=[])


def current(connection: Connection, class_id: str, numbers: Sequence[int] | None = None) -> dict[int, int]:
    """Item number → its latest value (+1, -1, 0); cleared items are left out."""
    newest = select(func.max(mark.c.sequence)).where(mark.c.class_id == class_id)
    if numbers is not None:
        newest = newest.where(mark.c.item.in_(list(numbers)))
    statement = select(mark.c.item, mark.c.value).where(mark.c.sequence.in_(newest.group_by(mark.c.item)))
    return {row.item: row.value for row in connection.execute(statement) if row.value is not None}


def newest(connection: Connection, class_id: str, numbers: Sequence[int]) -> dict[int, Mark]:
    """Item number → its latest mark, whatever it says."""
    found: dict[int, Mark] = {}
    for part in chunks(numbers):
        mine = (mark.c.class_id == class_id) & mark.c.item.in_(part)
        latest = select(func.max(mark.c.sequence)).where(mine).group_by(mark.c.item)
        rows = connection.execute(select(mark).where(mark.c.sequence.in_(latest)))
        found |= {row.item: to(Mark, row) for row in rows}
    return found


def operation(connection: Connection, class_id: str, op_id: str) -> list[Mark]:
    """The marks of one operation."""
    mine = (mark.c.class_id == class_id) & (mark.c.op_id == op_id)
    rows = connection.execute(select(mark).where(mine).order_by(mark.c.sequence))
    return [to(Mark, row) for row in rows]


def history(connection: Connection, class_id: str, limit: int = 200) -> list[Mark]:
    """The latest marks of a class, newest first."""
    rows = connection.execute(
        select(mark).where(mark.c.class_id == class_id).order_by(mark.c.sequence.desc()).limit(limit)
    )
    return [to(Mark, row) for row in rows]


def times(connection: Connection, class_id: str) -> list[datetime]:
    """When the marks of a class were made."""
    return list(connection.execute(select(mark.c.created_at).where(mark.c.class_id == class_id)).scalars())


def authors(connection: Connection, class_id: str) -> dict[int, str]:
    """Item number → id of the user who made its latest mark."""
    newest = select(func.max(mark.c.sequence)).where(mark.c.class_id == class_id).group_by(mark.c.item)
    rows = connection.execute(select(mark.c.item, mark.c.user_id).where(mark.c.sequence.in_(newest)))
    return {row.item: row.user_id for row in rows}
