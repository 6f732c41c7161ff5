"""Marking: append-only operations with client-made ids, undone by their inverse."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby, pairwise

from snoop_flow.entities import SetKind
from snoop_flow.errors import NotFoundError, UsageError
from snoop_flow.regions.drawing import MARK, draw
from snoop_flow.reports import HistoryEntry, MarkReport
from snoop_flow.store import classes, embeddings, items, marks, people, rounds
from snoop_flow.workspace import Workspace

VALUES = frozenset({1, -1, 0, None})
PAUSE = 120.0  # seconds between two marks beyond which the curator was doing something else
MAX_OP_ID = 64


def mark(
    workspace: Workspace,
    name: str,
    values: Mapping[str, int | None],
    *,
    op_id: str,
    user: str | None = None,
) -> MarkReport:
    """Append one operation: item id → +1, -1, 0 (unsure) or None (clear).

    In a class of regions, `ID#xywh=X,Y,W,H` names a box on an item: it becomes a region with a vector at once.

    Sending the same operation again changes nothing, so a client may repeat it until it is answered. A mark on an item
    that a round of teaching showed belongs to that round.

    Raises:
        NotFoundError: no such class or item; nothing of the operation is kept then.
        UsageError: a value or the operation's id is out of range.
    """
    if not 0 < len(op_id) <= MAX_OP_ID:
        raise UsageError(f"operation id {op_id[:20]!r}: give 1 to {MAX_OP_ID} characters, such as a UUID")
    if wrong := [value for value in values.values() if value not in VALUES]:
        raise UsageError(f"mark {wrong[0]!r}: is one of 1, -1, 0 (unsure) or null (clear)")
    author = workspace.user(user)
    values = drawn(workspace, name, values)
    with workspace.catalogue.write() as connection:
        found = classes.find(connection, name)
        known = items.by_ids(connection, list(values))
        shown = rounds.of_items(connection, found.id, [item.number for item in known])
        new = [marks.NewMark(op_id, item.number, values[item.id], shown.get(item.number)) for item in known]
        marks.append(connection, found.id, author.id, new)
        present = marks.current(connection, found.id)
    return MarkReport(op_id, *counts_of(present))


def drawn(workspace: Workspace, name: str, values: Mapping[str, int | None]) -> Mapping[str, int | None]:
    """Marks with the ids of regions in the place of boxes, all of which can be learned from.

    Raises:
        UsageError: the class knows whole images, or a box is not on its canvas.
    """
    with workspace.catalogue.read() as connection:
        found = classes.find(connection, name)
        known = embeddings.set_by_id(connection, found.set_id)
    if known.kind is not SetKind.REGION:
        if boxes := [one for one in values if MARK in one]:
            raise UsageError(
                f"{boxes[0]}: class {found.name} knows whole images; for parts of them create one with: "
                "snoop-flow class create NAME --regions"
            )
        return values
    looked_at = [one for one, value in values.items() if value in (1, -1) or MARK in one]
    ids = {one: item.id for one, item in zip(looked_at, draw(workspace, known, looked_at), strict=True)}
    return {ids.get(one, one): value for one, value in values.items()}


def undo(workspace: Workspace, name: str, op_id: str, *, new_op_id: str, user: str | None = None) -> MarkReport:
    """Append the inverse of an operation, so that each of its items has again the value it had before.

    Raises:
        NotFoundError: the class has no such operation.
    """
    with workspace.catalogue.read() as connection:
        found = classes.find(connection, name)
        operation = marks.operation(connection, found.id, op_id)
        known = items.by_numbers(connection, [one.item for one in operation])
    if not operation:
        raise NotFoundError(f"class {found.name} has no operation {op_id!r} to undo")
    inverse = {known[one.item].id: one.previous for one in operation}
    return mark(workspace, found.id, inverse, op_id=new_op_id, user=user)


def present_marks(workspace: Workspace, name: str) -> dict[str, int]:
    """Item id → present value, cleared items left out."""
    with workspace.catalogue.read() as connection:
        present = marks.current(connection, classes.find(connection, name).id)
        known = items.by_numbers(connection, present)
    return {known[number].id: value for number, value in present.items()}


def mark_history(workspace: Workspace, name: str, limit: int = 50) -> list[HistoryEntry]:
    """The latest operations of a class, newest first."""
    with workspace.catalogue.read() as connection:
        history = marks.history(connection, classes.find(connection, name).id, limit * 20)
        known = items.by_numbers(connection, {one.item for one in history})
        names = people.names(connection)
    entries = []
    for op_id, group in groupby(history, key=lambda one: one.op_id):
        operation = list(group)
        values = {known[one.item].id: one.value for one in operation}
        first = operation[0]
        entries.append(HistoryEntry(op_id, names.get(first.user_id, ""), first.created_at, values))
    return entries[:limit]


def counts_of(present: Mapping[int, int]) -> tuple[int, int, int]:
    """How many items are positive, negative and unsure."""
    values = list(present.values())
    return values.count(1), values.count(-1), values.count(0)


def minutes_of(times: Iterable[datetime]) -> float:
    """Minutes of work that marks at these times stand for; longer pauses count as `PAUSE` seconds."""
    ordered: Sequence[datetime] = sorted(times)
    seconds = sum(min((after - before).total_seconds(), PAUSE) for before, after in pairwise(ordered))
    return round(seconds / 60, 1)
