"""Looking at a class: the corpus in its order, how scores are spread, how well its positives span it."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np

from snoop_flow.cards import cards
from snoop_flow.classes.calibrating import calibration_of
from snoop_flow.classes.lessons import Lesson, lesson_of
from snoop_flow.errors import UsageError
from snoop_flow.learning import LinearModel, spanned
from snoop_flow.plugin_types import FloatArray, Mask, RowArray
from snoop_flow.regions.merging import PER_IMAGE, best_regions
from snoop_flow.reports import Card, ClassCoverage, Histogram, SearchReport
from snoop_flow.searching.neighbours import one_of_each, with_neighbours
from snoop_flow.searching.running import scope_mask
from snoop_flow.workspace import Workspace

MOST_MEMBERS = 1_000  # of whom the coverage is computed; more are sampled
MOST_BINS = 10_000


def ranking(
    workspace: Workspace,
    name: str,
    *,
    count: int = 60,
    collection: str | None = None,
    window: tuple[float, float] | None = None,
    temporal_range: float = 0.0,
    neighbours: bool = False,
) -> SearchReport:
    """The corpus by score, judged items included: what a curator sees after refining; an image by its best region.

    Args:
        window: the lowest and the highest score wanted; within it everything is shown.
        temporal_range: of keyframes of one film that lie no more seconds apart one is shown; those that are nearly the
            same are shown once in any case.
        neighbours: bring in the keyframes within the range around each one shown, beyond `count`.

    Raises:
        UsageError: nothing is known of the class yet, or `count` is below 1.
    """
    started = time.perf_counter()
    refuse_none(count)
    lesson = lesson_of(workspace, name)
    model = lesson.ranked_by()
    allowed = None if collection is None else scope_mask(workspace, lesson.view, collection)
    if window is not None:
        return report(lesson, *_within(lesson, model, allowed, window, count), "ranking", started)
    scan = lesson.view.scan(model.weights, model.bias, allowed=allowed)
    if lesson.view.regional:
        best = best_regions(workspace, lesson.view, scan.top, count, PER_IMAGE)
        return report(lesson, best.rows, best.scores, "ranking", started)
    best, merged = one_of_each(workspace, lesson.view, scan.top, count, temporal_range)
    found = report(lesson, best.rows, best.scores, "ranking", started, np.array(merged, np.intp))
    return around(lesson, found, temporal_range) if neighbours else found


def _within(
    lesson: Lesson, model: LinearModel, allowed: Mask | None, window: tuple[float, float], count: int
) -> tuple[RowArray, FloatArray]:
    rows, scores = rows_within(lesson, model, window)
    kept = slice(None) if allowed is None else allowed[rows]
    rows, scores = rows[kept], scores[kept]
    best = np.argsort(-scores, kind="stable")[:count]
    return rows[best], scores[best]


def rows_within(lesson: Lesson, model: LinearModel, window: tuple[float, float]) -> tuple[RowArray, FloatArray]:
    """The rows whose exact score lies in a window, both ends included, and these scores."""
    scan = lesson.view.scan(model.weights, model.bias)
    low, high = window
    # the scan is off by the error of its codes: who may lie inside is scored exactly
    near = np.flatnonzero((scan.scores >= low - scan.error) & (scan.scores <= high + scan.error))
    scores = exact_scores(lesson, near, model)
    inside = (scores >= low) & (scores <= high)
    return near[inside], scores[inside]


def refuse_none(count: int) -> None:
    """Raise `UsageError` where fewer than one item is wanted."""
    if count < 1:
        raise UsageError(f"number of items {count}: must be at least 1")


def exact_scores(lesson: Lesson, rows: RowArray, model: LinearModel | None) -> FloatArray:
    """Scores of a few rows on their original vectors, (n,); zeros without a model."""
    if model is None:
        return np.zeros(len(rows), np.float32)
    return model.scores(lesson.view.gather(rows))


def report(
    lesson: Lesson, rows: RowArray, scores: FloatArray, why: str, started: float, merged: RowArray | None = None
) -> SearchReport:
    """Rows as cards, in their order; `merged` tells how many others each stands for."""
    numbers = lesson.view.numbers[rows].tolist()
    found = cards(lesson.workspace, numbers, scores.tolist(), marks=lesson.marks, why=why)
    if merged is not None and len(found) == len(merged):
        found = tuple(replace(card, merged=int(others)) for card, others in zip(found, merged, strict=True))
    milliseconds = round((time.perf_counter() - started) * 1000, 1)
    return SearchReport(found, 1.0, milliseconds, "exact", True, lesson.known.backbone)


def around(lesson: Lesson, found: SearchReport, seconds: float) -> SearchReport:
    """An answer with the keyframes around each moment of a film brought in."""
    return replace(found, cards=with_neighbours(lesson.workspace, found.cards, seconds, lesson.marks))


def histogram(workspace: Workspace, name: str, bins: int = 40) -> Histogram:
    """How many items score how much, and where the marks lie.

    Raises:
        UsageError: nothing is known of the class yet, nothing is embedded, or `bins` is out of range.
    """
    if not 1 <= bins <= MOST_BINS:
        raise UsageError(f"number of bins {bins}: must be between 1 and {MOST_BINS}")
    lesson = lesson_of(workspace, name)
    model = lesson.ranked_by()
    if not len(lesson.view):
        raise UsageError(f"the backbone {lesson.known.backbone} has no vectors yet; run: snoop-flow embed")
    counts, edges = lesson.view.scan(model.weights, model.bias).histogram(bins)
    # the scan's edges are off by the error of its codes, and no mark may fall outside of them
    exact = [np.clip(model.scores(lesson.vectors(value)), edges[0], edges[-1]) for value in (1, -1)]
    marked = [np.histogram(scores, edges)[0].tolist() for scores in exact]
    threshold = lesson.model.threshold if lesson.model else 0.0
    calibration = calibration_of(lesson.model) if lesson.model else None
    probable = tuple(round(calibration.probability(edge), 4) for edge in edges.tolist()) if calibration else ()
    return Histogram(
        tuple(edges.tolist()), tuple(counts.tolist()), tuple(marked[0]), tuple(marked[1]), threshold, probable
    )


def class_coverage(workspace: Workspace, name: str, *, count: int = 10) -> ClassCoverage:
    """How well the positives of a class span its present likely members, and which of these lie farthest from them.

    Likely members are all items that score at least 0 and are not marked negative or unsure, and the positives
    themselves. A member is covered where less than a tenth of the members are more alike to it than its nearest
    positive is, see `snoop_flow.learning.spanned`.

    Args:
        count: uncovered members that are shown, the most distant from any positive first.

    Raises:
        UsageError: the class has no positive or no model yet, or `count` is below 1.
    """
    refuse_none(count)
    lesson = lesson_of(workspace, name)
    model, marked = lesson.ranked_by(), lesson.rows(1)
    if not len(marked):
        raise UsageError(f"class {lesson.name} has no positive mark; mark an example first")
    rows = _likely(lesson, lesson.view.scan(model.weights, model.bias).refined(MOST_MEMBERS), marked)
    sampled = rows
    if len(rows) > MOST_MEMBERS:
        sampled = np.sort(lesson.rng("coverage").choice(rows, MOST_MEMBERS, replace=False))
    found = spanned(lesson.view.gather(sampled), lesson.vectors(1))
    apart = np.flatnonzero(~found.covered)
    apart = apart[np.argsort(found.closeness[apart], kind="stable")][:count]
    return ClassCoverage(
        share=round(found.share, 4),
        members=len(rows),
        sampled=len(sampled),
        positives=len(marked),
        uncovered=_shown(lesson, sampled[apart], model),
    )


def _likely(lesson: Lesson, scores: FloatArray, marked: RowArray) -> RowArray:
    likely = scores >= 0
    likely[np.concatenate([lesson.rows(-1), lesson.rows(0)])] = False
    likely[marked] = True
    return np.flatnonzero(likely)


def _shown(lesson: Lesson, rows: RowArray, model: LinearModel) -> tuple[Card, ...]:
    numbers = lesson.view.numbers[rows].tolist()
    scores = exact_scores(lesson, rows, model).tolist()
    return cards(lesson.workspace, numbers, scores, marks=lesson.marks, why="coverage")
