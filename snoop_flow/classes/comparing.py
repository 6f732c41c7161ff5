"""Looking at a class more closely: its frontier, what looks the same, two versions, and a range of scores at once."""

from __future__ import annotations

import time
import uuid

import numpy as np

from snoop_flow.cards import cards
from snoop_flow.classes.lessons import Lesson, lesson_of, linear_model
from snoop_flow.classes.marking import mark
from snoop_flow.classes.ranking import exact_scores, refuse_none, report, rows_within
from snoop_flow.entities import ClassModel
from snoop_flow.errors import NotFoundError, UsageError
from snoop_flow.plugin_types import RowArray
from snoop_flow.reports import Card, RangeReport, SearchReport, Twin, VersionsReport
from snoop_flow.store import classes
from snoop_flow.workspace import Workspace

ALIKE = 0.97  # cosine from which on two images are called the same: scans of one print, frames of one shot
MOST_RANGE = 5_000  # items marked at once: more than anybody looks at
MOST_LOOKED_AT = 2_000  # likely members among which twins of the marked are looked for


def frontier(workspace: Workspace, name: str, *, count: int = 12) -> SearchReport:
    """Items that nobody marked, nearest to the threshold: what a little of it more or less would change.

    Raises:
        UsageError: the class has no model yet, or `count` is below 1.
    """
    started = time.perf_counter()
    refuse_none(count)
    lesson = lesson_of(workspace, name)
    model = lesson.ranked_by()
    threshold = lesson.model.threshold if lesson.model else 0.0
    marked = lesson.view.rows_of(sorted(lesson.marks))
    near = lesson.view.scan(model.weights, model.bias).band(count + len(marked), threshold).rows
    near = near[~np.isin(near, marked)][:count]
    scores = exact_scores(lesson, near, model)
    order = np.argsort(-scores, kind="stable")
    return report(lesson, near[order], scores[order], "frontier", started)


def twins(workspace: Workspace, name: str, *, count: int = 12) -> list[Twin]:
    """Marked items and others that look the same: marked otherwise first, then those not marked yet.

    Looked for among all marked items and the likeliest others.

    Raises:
        UsageError: `count` is below 1.
    """
    refuse_none(count)
    lesson = lesson_of(workspace, name)
    marked = np.concatenate([lesson.rows(1), lesson.rows(-1)])
    if not len(marked) or lesson.linear is None:
        return []
    best = lesson.view.scan(lesson.linear.weights, lesson.linear.bias).top(MOST_LOOKED_AT).rows
    others = np.concatenate([marked, best[~np.isin(best, marked)]])
    likeness = lesson.view.gather(marked) @ lesson.view.gather(others).T
    first, second = np.nonzero(likeness >= ALIKE)
    kept = second > first  # a pair of marked ones once, and none with itself
    first, second = first[kept], second[kept]
    said = np.array([lesson.marks[number] for number in lesson.view.numbers[others[: len(marked)]].tolist()])
    open_ = second >= len(marked)
    contradicts = ~open_ & (said[first] != said[np.minimum(second, len(marked) - 1)])
    worth = np.flatnonzero(open_ | contradicts)
    order = worth[np.lexsort((-likeness[first, second][worth], ~contradicts[worth]))][:count]
    return [_twin(lesson, marked[first[one]], others[second[one]], likeness[first[one], second[one]]) for one in order]


def _twin(lesson: Lesson, row: int, other: int, likeness: float) -> Twin:
    numbers = lesson.view.numbers[np.array([row, other])].tolist()
    one, two = cards(lesson.workspace, numbers, marks=lesson.marks)
    return Twin(one, two, round(min(float(likeness), 1.0), 4))


def compare_versions(workspace: Workspace, name: str, before: int, after: int, *, count: int = 12) -> VersionsReport:
    """What a later version proposes that an earlier one did not, and the other way round.

    Raises:
        NotFoundError: no such class or version.
        UsageError: `count` is below 1.
    """
    refuse_none(count)
    lesson = lesson_of(workspace, name)
    old, new = _version(lesson, before), _version(lesson, after)
    first, second = (set(_reaching(lesson, one).tolist()) for one in (old, new))
    weights = [linear_model(one).weights.astype(np.float64) for one in (old, new)]
    norms = float(np.linalg.norm(weights[0]) * np.linalg.norm(weights[1]))
    return VersionsReport(
        before=before,
        after=after,
        alike=round(float(weights[0] @ weights[1]) / norms, 4) if norms else 0.0,
        proposed=(len(first), len(second)),
        entering=len(second - first),
        leaving=len(first - second),
        entered=_best(lesson, second - first, new, count),
        left=_best(lesson, first - second, old, count),
    )


def _version(lesson: Lesson, version: int) -> ClassModel:
    with lesson.workspace.catalogue.read() as connection:
        found = classes.model(connection, lesson.visual_class.id, version)
    if found is None:
        raise NotFoundError(f"class {lesson.name} has no version {version}; it has {lesson.visual_class.version}")
    return found


def _reaching(lesson: Lesson, model: ClassModel) -> RowArray:
    return rows_within(lesson, linear_model(model), (model.threshold, np.inf))[0]


def _best(lesson: Lesson, rows: set[int], model: ClassModel, count: int) -> tuple[Card, ...]:
    some = np.array(sorted(rows), np.intp)
    scores = exact_scores(lesson, some, linear_model(model))
    order = np.argsort(-scores, kind="stable")[:count]
    numbers = lesson.view.numbers[some[order]].tolist()
    return cards(lesson.workspace, numbers, scores[order].tolist(), marks=lesson.marks)


def mark_range(
    workspace: Workspace,
    name: str,
    window: tuple[float, float],
    value: int,
    *,
    dry: bool = False,
    user: str | None = None,
) -> RangeReport:
    """Mark at once what nobody marked yet among the items whose score lies in a range; one operation, to be undone.

    Args:
        dry: only tell how many there are.

    Raises:
        UsageError: the class has no model yet, the range is empty, or holds more than `MOST_RANGE` such items.
    """
    low, high = window
    if not low < high:
        raise UsageError(f"scores {low:g} to {high:g}: the lower end comes first")
    lesson = lesson_of(workspace, name)
    rows, _ = rows_within(lesson, lesson.ranked_by(), window)
    numbers = [one for one in lesson.view.numbers[rows].tolist() if one not in lesson.marks]
    if dry:
        return RangeReport("", len(rows), len(numbers))
    if len(numbers) > MOST_RANGE:
        raise UsageError(f"scores {low:g} to {high:g}: hold {len(numbers)} items; take a range of {MOST_RANGE} at most")
    op_id = f"range-{uuid.uuid4().hex}"
    values = {card.item: value for card in cards(workspace, numbers)}
    if values:
        mark(workspace, name, values, op_id=op_id, user=user)
    return RangeReport(op_id, len(rows), len(values))
