"""Routes of marks: operations, undo, history."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, Field

from snoop_flow import Workspace
from snoop_flow.reports import Conflict, HistoryEntry
from snoop_webui.api.routes import Body, Route
from snoop_webui.operations import inverse_of

Value = Literal[1, -1, 0] | None


class Operation(Body):
    """Marks made at once: item → 1, -1, 0 (unsure) or null (clear). The same `op_id` may be sent again.

    In a class of regions, `ID#xywh=X,Y,W,H` names a box on an item.
    """

    op_id: str = Field(default_factory=lambda: uuid.uuid4().hex)
    values: dict[str, Value]
    settle: bool = Field(False, description="Decide for everybody, where people disagree.")


class Operations(Body):
    """Operations in the order in which they were made."""

    operations: list[Operation] = Field(min_length=1, max_length=1000)


class Undo(Body):
    """Which operation to take back; undoing an undo does the operation again."""

    op_id: str
    new_op_id: str | None = None


class Limit(BaseModel):
    """How many."""

    limit: int = Field(50, ge=1, le=1000)


@dataclass(frozen=True, slots=True)
class Counts:
    """Where a class stands, and what others say otherwise of the items just marked."""

    positives: int
    negatives: int
    unsure: int
    conflicts: tuple[Conflict, ...] = ()


@dataclass(frozen=True, slots=True)
class Reversed:
    """What an undo did: the values that its items have now."""

    op_id: str
    values: dict[str, int | None]
    positives: int
    negatives: int
    unsure: int


def mark(workspace: Workspace, class_id: str, body: Operations) -> Counts:
    """Append operations; says where others disagree."""
    values: dict[str, int | None] = {}
    for one in body.operations:
        report = workspace.mark(class_id, one.values, op_id=one.op_id, settle=one.settle)
        values |= one.values
    told = tuple(workspace.conflicts(class_id, values))
    return Counts(report.positives, report.negatives, report.unsure, told)


def show_marks(workspace: Workspace, class_id: str) -> dict[str, int]:
    """The present mark of each marked item."""
    return workspace.marks(class_id)


def undo(workspace: Workspace, class_id: str, body: Undo) -> Reversed:
    """Take an operation back by its inverse."""
    new = body.new_op_id or inverse_of(body.op_id)
    report = workspace.undo(class_id, body.op_id, new_op_id=new)
    inverse = next((one for one in workspace.mark_history(class_id, 5) if one.op_id == new), None)
    values = dict(inverse.values) if inverse else {}
    return Reversed(new, values, report.positives, report.negatives, report.unsure)


def show_history(workspace: Workspace, class_id: str, query: Limit) -> list[HistoryEntry]:
    """The latest operations, newest first."""
    return workspace.mark_history(class_id, query.limit)


ROUTES = (
    Route("GET", "/classes/<class_id>/marks", show_marks, dict[str, int], "marks"),
    Route("POST", "/classes/<class_id>/marks", mark, Counts, body=Operations),
    Route("POST", "/classes/<class_id>/undo", undo, Reversed, body=Undo),
    Route("GET", "/classes/<class_id>/history", show_history, list[HistoryEntry], "history", query=Limit),
)
