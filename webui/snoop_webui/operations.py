"""Undo and redo over a class's history of operations, so that they survive a reload.

The id of an operation says what it undoes: the first operation has a free id, its inverse is `u1-<id>`, the inverse of
that `u2-<id>`, and so on; an odd number means undone. Whoever reads the history knows what can be undone and redone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from snoop_flow.reports import HistoryEntry

_INVERSE = re.compile(r"u(\d+)-(.+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Stacks:
    """Operation ids that can be undone and redone, the next one last."""

    undo: tuple[str, ...]
    redo: tuple[str, ...]


def inverse_of(op_id: str) -> str:
    """The id of the operation that takes `op_id` back."""
    level, first = _split(op_id)
    return f"u{level + 1}-{first}"


def is_undone(op_id: str) -> bool:
    """Whether an operation of this id is one that took another back."""
    return _split(op_id)[0] % 2 == 1


def stacks(history: Sequence[HistoryEntry]) -> Stacks:
    """What can be undone and redone after a history (newest first); a new operation ends what could be redone."""
    undo: list[str] = []
    redo: list[str] = []
    for entry in reversed(history):
        level, first = _split(entry.op_id)
        undo = [one for one in undo if _split(one)[1] != first]
        redo = [one for one in redo if _split(one)[1] != first]
        if level % 2:
            redo.append(entry.op_id)
        else:
            undo.append(entry.op_id)
            redo = redo if level else []
    return Stacks(tuple(undo), tuple(redo))


def _split(op_id: str) -> tuple[int, str]:
    found = _INVERSE.fullmatch(op_id)
    return (int(found[1]), found[2]) if found else (0, op_id)
