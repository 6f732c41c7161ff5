"""Suggesting: what to show next, by a query strategy over the whole corpus."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from snoop_flow.classes import rounds, teaching
from snoop_flow.classes.costs import metered_for
from snoop_flow.classes.lessons import Lesson, lesson_of
from snoop_flow.classes.moments import moments_of
from snoop_flow.classes.places import OF_ONE_IMAGE, repeated, spread_in_space
from snoop_flow.classes.ranking import around, exact_scores, refuse_none, report
from snoop_flow.errors import PluginError, UsageError
from snoop_flow.host import choose
from snoop_flow.learning import (
    LinearModel,
    Pool,
    best_rows,
    cluster,
    left_out,
    repetitions,
    representatives,
    spread_in_time,
    without,
)
from snoop_flow.plugin_types import FloatArray, Mask, RowArray, StrategySpec
from snoop_flow.reports import SearchReport
from snoop_flow.searching.running import scope_mask
from snoop_flow.workspace import Workspace

FIRST_LOOK_ROWS = 5_000
RETRIES = 6  # a strategy is asked again where neighbours in time, or scores outside the window, were left out
REFINED = 16  # exact scores for each row wanted, of the highest and of those nearest to the boundary …
LEAST_REFINED = 512  # … and at least so many, since a strategy may choose from a few hundred
LOOKED_AT = 8  # rows for each one shown, among which its near duplicates are counted
NONE: RowArray = np.zeros(0, np.intp)
Window = tuple[float, float]


@dataclass(frozen=True, slots=True)
class _Wish:
    """What is wanted, checked."""

    count: int
    collection: str | None
    discovery_rate: float
    window: Window | None
    temporal_range: float

    def __post_init__(self) -> None:
        refuse_none(self.count)
        if not 0 <= self.discovery_rate <= 1:
            raise UsageError(f"discovery rate {self.discovery_rate}: must be between 0 and 1")
        if not 0 <= self.temporal_range < np.inf:
            raise UsageError(f"temporal range {self.temporal_range}: must be a number of seconds, 0 or more")
        low, high = self.window or (0.0, 0.0)
        if np.isnan(low) or np.isnan(high):
            raise UsageError(f"score window {low} to {high}: both ends must be numbers")
        if low > high:
            raise UsageError(f"score window {low:g} to {high:g}: the lower end comes first")


def suggest(
    workspace: Workspace,
    name: str,
    strategy: str = "relevant",
    *,
    count: int = 15,
    collection: str | None = None,
    discovery_rate: float = 0.2,
    window: Window | None = None,
    temporal_range: float = 0.0,
    neighbours: bool = False,
    seed: int | None = None,
    record: bool = True,
    user: str | None = None,
) -> SearchReport:
    """What to mark next, by a query strategy; judged items are not shown again.

    A class without a model is fitted on its marks first. Without a positive it is ranked by what it started with; where
    it has no start either, items that stand for each part of the corpus are shown, unless `random` is asked for.

    Args:
        discovery_rate: share of a batch of `discovery` that explores, between 0 and 1.
        window: lowest and highest score wanted; without anything to rank by it does not apply.
        temporal_range: of keyframes of one video that lie no more seconds apart one is shown; 0 shows all.
        neighbours: bring in the keyframes within the range around each one shown, beyond `count` and not as a part of
            the round.
        seed: of the random numbers; by default they follow from the class, its version and its marks.
        record: keep what is shown as a round of teaching, so that its marks can be taken back together.
        user: who is shown it, by default the local curator.

    Raises:
        PluginError: no such strategy, or it broke its contract.
        UsageError: a number is out of range.
    """
    started = time.perf_counter()
    wish = _Wish(count, collection, discovery_rate, window, temporal_range)
    spec = choose("strategy", strategy, workspace.host.strategies, workspace.host.failures)
    lesson = lesson_of(workspace, name)
    if lesson.model is None and len(lesson.rows(1)):
        teaching.fit(workspace, name)
        lesson = lesson_of(workspace, name)
    rng = lesson.rng(spec.name) if seed is None else np.random.default_rng(seed)
    blind = lesson.linear is None and strategy != "random"
    with metered_for(workspace) as meter:
        pool = _pool(lesson, wish)
        if blind:
            looked_at = count * (OF_ONE_IMAGE if lesson.view.regional else 1)
            rows = spread_in_space(lesson, _first_look(pool, looked_at, rng), NONE)[:count]
        else:
            rows = _picked(lesson, pool, spec, wish, rng)
    why = "discovery" if blind else spec.name
    if record and len(rows):
        rounds.record(lesson, why, rows, user, meter.cost)
    merged = repetitions(pool, rows, best_rows(pool.scores, pool.candidates, LOOKED_AT * count))
    found = report(lesson, rows, exact_scores(lesson, rows, lesson.linear), why, started, merged)
    return around(lesson, found, temporal_range) if neighbours else found


def _pool(lesson: Lesson, wish: _Wish) -> Pool:
    clusters = lesson.derived.clusters
    judged, marks = _judged(lesson)
    candidates: Mask = scope_mask(lesson.workspace, lesson.view, wish.collection)
    candidates[judged] = False
    candidates[repeated(lesson)] = False
    scores = np.zeros(len(lesson.view), np.float32)
    if lesson.linear is not None:
        scores, candidates = _scanned(lesson, lesson.linear, candidates, wish)
    return Pool(
        scores=scores,
        vectors=lesson.view.gather,
        candidates=candidates,
        clusters=clusters,
        marked_clusters=np.unique(clusters[judged]),
        marked=judged,
        marks=marks,
        discovery_rate=wish.discovery_rate,
        moments=moments_of(lesson) if wish.temporal_range else None,
        temporal_range=wish.temporal_range,
    )


def _scanned(lesson: Lesson, model: LinearModel, candidates: Mask, wish: _Wish) -> tuple[FloatArray, Mask]:
    """Scores, exact where strategies look: the highest, those near the boundary, the best of each cluster.

    And who lies within the window.
    """
    scan = lesson.view.scan(model.weights, model.bias, allowed=candidates)
    looked_at = max(LEAST_REFINED, REFINED * wish.count)
    scores = scan.refined(looked_at, lesson.derived.clusters)
    if wish.window is None:
        return scores, candidates
    low, high = wish.window
    for hits in (scan.top(looked_at, below=high), scan.band(looked_at, float(np.clip(0.0, low, high)))):
        scores[hits.rows] = hits.scores
    # what the codes place just outside may lie inside; what is chosen is checked on its exact score
    return scores, candidates & (scores >= low - scan.error) & (scores <= high + scan.error)


def _judged(lesson: Lesson) -> tuple[RowArray, np.ndarray[tuple[int], np.dtype[np.int8]]]:
    rows = lesson.view.rows_of(list(lesson.marks))
    values = np.array(list(lesson.marks.values()), np.int8)
    return rows[rows >= 0], values[rows >= 0]


def _picked(lesson: Lesson, pool: Pool, spec: StrategySpec, wish: _Wish, rng: np.random.Generator) -> RowArray:
    """What the strategy chooses, without neighbours in time and within the window, whichever strategy it is."""
    picked = NONE
    for _ in range(RETRIES):
        chosen = _chosen(spec, pool, wish.count - len(picked), rng)
        kept = spread_in_space(lesson, spread_in_time(pool, chosen), picked)
        if wish.window is not None:
            kept = kept[_within(exact_scores(lesson, kept, lesson.linear), wish.window)]
        picked = np.concatenate([picked, kept])
        if len(kept) == len(chosen):  # all that was wanted, or all there is
            break
        pool = left_out(without(pool, kept), chosen)
    return picked


def _within(scores: FloatArray, window: Window) -> Mask:
    return (scores >= window[0]) & (scores <= window[1])


def _chosen(spec: StrategySpec, pool: Pool, count: int, rng: np.random.Generator) -> RowArray:
    """Rows of the pool's candidates, each once; a plugin's strategy is not trusted to keep to them."""
    rows = np.asarray(spec.choose(pool, count, rng))
    if rows.ndim != 1 or (rows.size and not np.issubdtype(rows.dtype, np.integer)):
        raise PluginError(f"strategy {spec.name} gave no list of rows; update or remove the plugin that brings it")
    rows = rows.astype(np.intp)
    known = (rows >= 0) & (rows < len(pool.candidates))
    if not known.all() or not pool.candidates[rows].all() or len(np.unique(rows)) < len(rows):
        raise PluginError(
            f"strategy {spec.name} chose a row twice or one that may not be shown; update or remove the plugin "
            "that brings it"
        )
    return rows[:count]


def _first_look(pool: Pool, count: int, rng: np.random.Generator) -> RowArray:
    """What stands for each part of the corpus, where nothing is known of the class yet."""
    rows = np.flatnonzero(pool.candidates)
    rows = np.sort(rng.choice(rows, min(len(rows), FIRST_LOOK_ROWS), replace=False))
    if len(rows) <= count:
        return spread_in_time(pool, rows)
    sample = pool.vectors(rows)
    chosen = representatives(sample, cluster(sample, count, rng))
    others = rng.permutation(np.setdiff1d(np.arange(len(rows)), chosen))
    picked: RowArray = spread_in_time(pool, rows[np.concatenate([chosen, others])])[:count]
    return picked
