"""Marking: append-only operations with client-made ids, undone by their inverse."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby

from snoop_flow.entities import SetKind
from snoop_flow.errors import NotFoundError, UsageError
from snoop_flow.regions.drawing import MARK, draw
from snoop_flow.reports import Conflict, HistoryEntry, MarkReport
from snoop_flow.store import classes, embeddings, failures, items, marks, opinions, people, rounds
from snoop_flow.workspace import Workspace

VALUES = frozenset({1, -1, 0, None})
MAX_OP_ID = 64


def mark(
    workspace: Workspace,
    name: str,
    values: Mapping[str, int | None],
    *,
    op_id: str,
    settle: bool = False,
    user: str | None = None,
) -> MarkReport:
    """Append one operation: item id → +1, -1, 0 (unsure) or None (clear).

    In a class of regions, `ID#xywh=X,Y,W,H` names a box on an item: it becomes a region with a vector at once.

    Sending the same operation again changes nothing, so a client may repeat it until it is answered. A mark on an item
    that a round of teaching showed belongs to that round. Others' marks stay as they are: what several people say of an
    item is combined, see `snoop_flow.learning.combine`.

    Args:
        settle: decide for everybody, whatever others say; until the same user marks the item again.
        user: who says so, by default the local curator.

    Raises:
        NotFoundError: no such class or item; nothing of the operation is kept then.
        UsageError: a value or the operation's id is out of range.
    """
    _check_operation(op_id)
    if wrong := [value for value in values.values() if value not in VALUES]:
        raise UsageError(f"mark {wrong[0]!r}: is one of 1, -1, 0 (unsure) or null (clear)")
    author = workspace.user(user)
    values = drawn(workspace, name, values)
    with workspace.catalogue.write() as connection:
        found = classes.find(connection, name)
        known = items.by_ids(connection, list(values))
        shown = rounds.of_items(connection, found.id, [item.number for item in known])
        new = [
            marks.NewMark(op_id, item.number, values[item.id], shown.get(item.number), verdict=settle) for item in known
        ]
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
    """Append the inverse of an operation, so that its author says again of each item what they said before.

    It is appended in the author's name, whoever undoes it: another's mark would be a second opinion. A mark that
    settled an item comes back as a plain one.

    Raises:
        NotFoundError: the class has no such operation.
        UsageError: the new operation's id is out of range.
    """
    _check_operation(new_op_id)
    undoer = workspace.user(user)
    with workspace.catalogue.write() as connection:
        found = classes.find(connection, name)
        operation = marks.operation(connection, found.id, op_id)
        if not operation:
            raise NotFoundError(f"class {found.name} has no operation {op_id!r} to undo")
        shown = rounds.of_items(connection, found.id, [one.item for one in operation])
        for author_id in sorted({one.user_id for one in operation}):
            mine = [one for one in operation if one.user_id == author_id]
            inverse = [marks.NewMark(new_op_id, one.item, one.previous, shown.get(one.item)) for one in mine]
            marks.append(connection, found.id, author_id, inverse)
        failures.log_event(connection, "class.undone", found.id, undoer.id, {"operation": op_id})
        present = marks.current(connection, found.id)
    return MarkReport(new_op_id, *counts_of(present))


def _check_operation(op_id: str) -> None:
    if not 0 < len(op_id) <= MAX_OP_ID:
        raise UsageError(f"operation id {op_id[:20]!r}: give 1 to {MAX_OP_ID} characters, such as a UUID")


def conflicts(
    workspace: Workspace, name: str, values: Mapping[str, int | None], *, user: str | None = None
) -> list[Conflict]:
    """Where others say yes of what was just marked no, or no of what was marked yes, with their names."""
    judged = {item: value for item, value in values.items() if value in (1, -1) and MARK not in item}
    author = workspace.user(user)
    with workspace.catalogue.read() as connection:
        found = classes.find(connection, name)
        known = {item.number: item.id for item in items.by_ids(connection, list(judged))}
        said = opinions.standing(connection, found.id, list(known))
        names = people.names(connection)
    return [
        Conflict(known[one.item], names.get(one.user_id, ""), int(one.value))
        for one in said
        if one.user_id != author.id and one.value and one.value == -(judged[known[one.item]] or 0)
    ]


def present_marks(workspace: Workspace, name: str) -> dict[str, int]:
    """Item id → what it is by all marks, cleared items left out."""
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
        user = names.get(first.user_id, "")
        entries.append(HistoryEntry(op_id, user, first.created_at, values, settles=first.verdict))
    return entries[:limit]


def counts_of(present: Mapping[int, int]) -> tuple[int, int, int]:
    """How many items are positive, negative and unsure."""
    values = list(present.values())
    return values.count(1), values.count(-1), values.count(0)
