"""Rounds of teaching: what was shown, by which strategy and version, and whether it was taken back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, select, update

from snoop_flow.entities import Mark, TeachingRound
from snoop_flow.errors import NotFoundError
from snoop_flow.store.rows import now, to
from snoop_flow.store.schema import mark, teaching_round, visual_class

RECENT = 50  # rounds among which the one that showed an item is looked for
NAME_LENGTH = 50  # PostgreSQL keeps no longer name of a strategy


def add(
    connection: Connection, class_id: str, strategy: str, version: int, shown: Sequence[int], user_id: str
) -> TeachingRound:
    """Enter a round; the same one shown again to the same user, as when a page is loaded anew, is not entered twice."""
    lock(connection, class_id)  # numbers are not given twice
    newest = latest(connection, class_id)
    values: dict[str, Any] = {
        "class_id": class_id,
        "strategy": strategy[:NAME_LENGTH],
        "version": version,
        "shown": list(shown),
        "user_id": user_id,
    }
    if newest and newest.undone_at is None and {**values, "shown": tuple(shown)}.items() <= _facts(newest).items():
        return newest
    values |= {"number": newest.number + 1 if newest else 1, "created_at": now()}
    connection.execute(teaching_round.insert().values(**values))
    return find(connection, class_id, values["number"])


def lock(connection: Connection, class_id: str) -> None:
    """Let nobody else change the rounds of a class before this transaction ends."""
    # SQLite, which leaves FOR UPDATE out, has one writer at a time anyway
    connection.execute(select(visual_class.c.id).where(visual_class.c.id == class_id).with_for_update())


def _facts(one: TeachingRound) -> dict[str, Any]:
    return {name: getattr(one, name) for name in TeachingRound.__slots__}


def latest(connection: Connection, class_id: str) -> TeachingRound | None:
    """The newest round of a class, undone or not."""
    found = every(connection, class_id, 1)
    return found[0] if found else None


def find(connection: Connection, class_id: str, number: int) -> TeachingRound:
    """A round by its number; raises `NotFoundError`."""
    mine = (teaching_round.c.class_id == class_id) & (teaching_round.c.number == number)
    row = connection.execute(select(teaching_round).where(mine)).first()
    if row is None:
        raise NotFoundError(f"the class has no round {number}; see: snoop-flow class rounds")
    return _round_of(row)


def every(connection: Connection, class_id: str, limit: int) -> list[TeachingRound]:
    """The latest rounds of a class, newest first."""
    mine = select(teaching_round).where(teaching_round.c.class_id == class_id)
    rows = connection.execute(mine.order_by(teaching_round.c.number.desc()).limit(limit))
    return [_round_of(row) for row in rows]


def _round_of(row: Any) -> TeachingRound:
    return to(TeachingRound, row, shown=tuple(row.shown))


def of_items(connection: Connection, class_id: str, numbers: Sequence[int]) -> dict[int, int]:
    """Item number → the latest round that showed it and was not undone; items that none showed are left out."""
    wanted = set(numbers)
    found: dict[int, int] = {}
    for one in every(connection, class_id, RECENT):
        if one.undone_at is None:
            found |= {number: one.number for number in wanted & set(one.shown) if number not in found}
    return found


def marks_of(connection: Connection, class_id: str, number: int | None = None) -> list[Mark]:
    """The marks made on what a round showed, or any round, in their order."""
    wanted = (mark.c.class_id == class_id) & (mark.c.round.is_not(None) if number is None else mark.c.round == number)
    return [to(Mark, row) for row in connection.execute(select(mark).where(wanted).order_by(mark.c.sequence))]


def set_undone(connection: Connection, class_id: str, number: int) -> None:
    """Note that the marks of a round were taken back."""
    mine = (teaching_round.c.class_id == class_id) & (teaching_round.c.number == number)
    connection.execute(update(teaching_round).where(mine).values(undone_at=now()))
