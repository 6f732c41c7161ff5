"""Marks: append-only operations with client-made ids; the present state is derived, never stored."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from snoop_flow.entities import Mark
from snoop_flow.store.bulk import upsert
from snoop_flow.store.opinions import combined, standing
from snoop_flow.store.rows import chunks, now, to
from snoop_flow.store.schema import mark


@dataclass(frozen=True, slots=True)
class NewMark:
    """One judgement as a client sends it; `op_id` makes sending it again harmless.

    Attributes:
        round: of teaching, which showed the item; None where none did.
        verdict: it settles what people disagree on.
    """

    op_id: str
    item: int
    value: int | None
    round: int | None = None
    verdict: bool = False


def append(connection: Connection, class_id: str, user_id: str, marks: Sequence[NewMark]) -> None:
    """Append operations; those whose (op_id, item) is known are left as they are."""
    for part in chunks(marks, 1000):
        said = standing(connection, class_id, [one.item for one in part])
        before = {one.item: one.value for one in said if one.user_id == user_id}
        rows = [
            {
                "op_id": one.op_id,
                "class_id": class_id,
                "item": one.item,
                "value": one.value,
                "previous": before.get(one.item),
                "user_id": user_id,
                "round": one.round,
                "verdict": one.verdict,
                "created_at": now(),
            }
            for one in part
        ]
        upsert(connection, mark, rows, ["op_id", "item"], update=[])


def current(connection: Connection, class_id: str, numbers: Collection[int] | None = None) -> dict[int, int]:
    """Item number → what it is by all that people say of it (+1, -1, 0); items that nobody marks are left out."""
    wanted = None if numbers is None else set(numbers)
    values = combined(connection, class_id).values
    return {number: value for number, value in values.items() if wanted is None or number in wanted}


def decisive(connection: Connection, class_id: str) -> dict[int, Mark]:
    """Item number → the latest mark that says what the item is by all marks; items of unsure value are left out."""
    found = combined(connection, class_id)
    return {
        number: found.verdicts.get(number) or next(one for one in reversed(said) if one.value == found.values[number])
        for number, said in found.marks.items()
        if found.values[number]
    }


def authors(connection: Connection, class_id: str) -> dict[int, str]:
    """Item number → id of the user in whose name it is what it is, see `decisive`."""
    return {number: one.user_id for number, one in decisive(connection, class_id).items()}


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


def times(connection: Connection, class_id: str) -> dict[str, list[datetime]]:
    """User id → when they made their marks of a class."""
    found: dict[str, list[datetime]] = {}
    for row in connection.execute(select(mark.c.user_id, mark.c.created_at).where(mark.c.class_id == class_id)):
        found.setdefault(row.user_id, []).append(row.created_at)
    return found
