"""Rounds of teaching: what each showed, what was made of it, and taking one back."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Sequence

from sqlalchemy import Connection

from snoop_flow.classes import teaching
from snoop_flow.classes.lessons import Lesson
from snoop_flow.entities import Mark, TeachingRound, VisualClass
from snoop_flow.errors import ConflictError, UsageError
from snoop_flow.frugality import Cost
from snoop_flow.plugin_types import RowArray
from snoop_flow.reports import RoundReport, UndoneRound
from snoop_flow.store import classes, failures, marks, opinions, people
from snoop_flow.store import rounds as kept
from snoop_flow.workspace import Workspace


def record(lesson: Lesson, strategy: str, rows: RowArray, user: str | None, cost: Cost) -> TeachingRound:
    """Keep what is shown as a round of the class, and with its version what that took.

    The whole corpus was scored once more.
    """
    viewer = lesson.workspace.user(user)
    shown = lesson.view.numbers[rows].tolist()
    version = lesson.model.version if lesson.model else 0
    with lesson.workspace.catalogue.write() as connection:
        taken = {**cost.as_json(), "items_scored": len(lesson.view)}
        classes.add_cost(connection, lesson.visual_class.id, version, taken)
        return kept.add(connection, lesson.visual_class.id, strategy, version, shown, viewer.id)


def rounds(workspace: Workspace, name: str, limit: int = 50) -> list[RoundReport]:
    """The latest rounds of a class, newest first, with what was marked in each.

    Raises:
        UsageError: `limit` is below 1.
    """
    if limit < 1:
        raise UsageError(f"number of rounds {limit}: must be at least 1")
    with workspace.catalogue.read() as connection:
        found = classes.find(connection, name)
        latest = kept.every(connection, found.id, limit)
        values = _values(kept.marks_of(connection, found.id))
        names = people.names(connection)
    reports = []
    after = found.version
    for one in latest:
        counts = Counter(values.get(one.number, {}).values())
        reports.append(
            RoundReport(
                number=one.number,
                strategy=one.strategy,
                shown=len(one.shown),
                positives=counts[1],
                negatives=counts[-1],
                unsure=counts[0],
                version_before=one.version,
                version_after=after,
                user=names.get(one.user_id, ""),
                created_at=one.created_at,
                undone_at=one.undone_at,
            )
        )
        after = one.version
    return reports


def _values(made: Sequence[Mark]) -> dict[int, dict[int, int | None]]:
    """Round → item → the last value that it got in that round."""
    values: dict[int, dict[int, int | None]] = {}
    for one in made:
        if one.round is not None:
            values.setdefault(one.round, {})[one.item] = one.value
    return values


def undo_round(workspace: Workspace, name: str, number: int | None = None, *, user: str | None = None) -> UndoneRound:
    """Take back the marks of a round, by default the latest that has any, and what was learned from them.

    Marks are appended, never removed: each item that the round changed gets back, from each who marked it, what they
    said of it before. An item that they judged anew after the round keeps their later judgement. Where the class was
    fitted since, it gets a new version equal to the one that chose the round, or, when other marks were made since, one
    fitted on what stands.

    Raises:
        NotFoundError: no such class or round.
        ConflictError: the round is undone already.
        UsageError: the round has no marks to take back.
    """
    author = workspace.user(user)
    with workspace.catalogue.write() as connection:
        found = classes.find(connection, name)
        kept.lock(connection, found.id)
        one, standing = _to_undo(connection, found, number)
        before = _before(kept.marks_of(connection, found.id, one.number))
        for author_id in sorted({mark.user_id for mark in standing}):
            # in its author's name: another's mark would be a second opinion, and leave this one standing
            op_id = f"round-{one.number}-{uuid.uuid4().hex}"
            mine = [mark for mark in standing if mark.user_id == author_id]
            inverse = [marks.NewMark(op_id, mark.item, before[author_id, mark.item]) for mark in mine]
            marks.append(connection, found.id, author_id, inverse)
        kept.set_undone(connection, found.id, one.number)
        detail = {"round": one.number, "marks": len(standing)}
        failures.log_event(connection, "class.round_undone", found.id, author.id, detail)
        present = marks.current(connection, found.id)
    version = found.version
    if version > one.version:
        version = teaching.return_to(workspace, found.id, one.version)
    values = Counter(present.values())
    return UndoneRound(found.name, one.number, len(standing), one.version, version, values[1], values[-1], values[0])


def _to_undo(connection: Connection, found: VisualClass, number: int | None) -> tuple[TeachingRound, list[Mark]]:
    if number is not None:
        one = kept.find(connection, found.id, number)
        if one.undone_at is not None:
            raise ConflictError(f"round {number} of class {found.name} is undone already; nothing was changed")
        standing = _standing(connection, found.id, number)
        if not standing:
            raise UsageError(f"round {number} of class {found.name} has no marks to take back")
        return one, standing
    marked = sorted({mark.round for mark in kept.marks_of(connection, found.id) if mark.round is not None})
    for candidate in reversed(marked):
        one = kept.find(connection, found.id, candidate)
        if one.undone_at is None and (standing := _standing(connection, found.id, candidate)):
            return one, standing
    raise UsageError(f"class {found.name} has no round with marks to take back; see: snoop-flow class rounds")


def _standing(connection: Connection, class_id: str, number: int) -> list[Mark]:
    """Marks of a round that are still their user's latest of the item, and differ from what was before it."""
    before = _before(kept.marks_of(connection, class_id, number))
    latest = opinions.standing(connection, class_id, sorted({item for _, item in before}))
    return [one for one in latest if one.round == number and one.value != before[one.user_id, one.item]]


def _before(made: Sequence[Mark]) -> dict[tuple[str, int], int | None]:
    """(user, item) → what the user said of the item before the first of these marks."""
    return {(mark.user_id, mark.item): mark.previous for mark in reversed(made)}
