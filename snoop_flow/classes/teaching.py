"""Teaching: fitting a class on its marks, ranking the corpus by it, choosing what to show next."""

from __future__ import annotations

import hashlib
import json
import time
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from snoop_flow.cards import cards
from snoop_flow.entities import ClassModel, EmbeddingSet, VisualClass
from snoop_flow.errors import UsageError
from snoop_flow.host import choose
from snoop_flow.learning import LinearModel, Pool, cluster, representatives
from snoop_flow.learning import fit as fit_model
from snoop_flow.plugin_types import FloatArray, Mask, RowArray
from snoop_flow.reports import FitReport, Histogram, SearchReport
from snoop_flow.searching import scope_mask
from snoop_flow.store import classes, embeddings, failures, marks
from snoop_flow.store.rows import now
from snoop_flow.vectors import Derived, VectorSet, derive
from snoop_flow.workspace import Workspace

BACKGROUND_ROWS = 5_000
FIRST_LOOK_ROWS = 5_000


@dataclass(frozen=True, slots=True)
class _Lesson:
    """All that teaching a class needs: its marks and the corpus it is taught on."""

    visual_class: VisualClass
    model: ClassModel | None
    known: EmbeddingSet
    view: VectorSet
    marks: Mapping[int, int]

    @property
    def linear(self) -> LinearModel | None:
        """The newest model as numbers."""
        return None if self.model is None else linear_model(self.model)

    def vectors(self, value: int) -> FloatArray:
        """Vectors of the items marked so, (n, D)."""
        rows = self.view.rows_of(sorted(number for number, mark in self.marks.items() if mark == value))
        return self.view.gather(rows[rows >= 0])

    def rng(self, salt: str) -> np.random.Generator:
        """Random numbers that are the same for the same class, version and marks."""
        seed = zlib.crc32(f"{self.visual_class.id} {self.visual_class.version} {len(self.marks)} {salt}".encode())
        return np.random.default_rng(seed)


def linear_model(model: ClassModel) -> LinearModel:
    """A kept model as numbers."""
    return LinearModel(np.frombuffer(model.weights, "<f4"), model.bias)


def _lesson(workspace: Workspace, name: str) -> _Lesson:
    with workspace.catalogue.read() as connection:
        found = classes.find(connection, name)
        model = classes.model(connection, found.id)
        known = embeddings.set_by_id(connection, found.set_id)
        present = marks.current(connection, found.id)
    return _Lesson(found, model, known, workspace.vectors(known), present)


def _derived(workspace: Workspace, lesson: _Lesson) -> Derived:
    if not len(lesson.view):
        raise UsageError(f"the backbone {lesson.known.backbone} has no vectors yet; run: snoop-flow embed")
    return workspace.derived(lesson.view, lambda: derive(workspace.vector_folder / str(lesson.known.id), lesson.view))


# --- fitting -----------------------------------------------------------------------------------------------------


def fit(workspace: Workspace, name: str) -> FitReport:
    """Learn a new version of a class from its marks.

    Raises:
        UsageError: the class has no positive whose image is embedded.
    """
    lesson = _lesson(workspace, name)
    positives, negatives = lesson.vectors(1), lesson.vectors(-1)
    if not len(positives):
        raise UsageError(
            f"class {lesson.visual_class.name} has no positive mark; mark an example first, such as: "
            f"snoop-flow class mark {lesson.visual_class.name!r} --positive ID"
        )
    statistics = _derived(workspace, lesson).statistics
    started = time.perf_counter()
    rng = lesson.rng("fit")
    rows = rng.choice(len(lesson.view), min(BACKGROUND_ROWS, len(lesson.view)), replace=False)
    background = lesson.view.gather(np.sort(_unmarked(lesson, rows)))
    model = fit_model(positives, negatives, background, statistics, previous=lesson.linear, rng=rng)
    seconds = time.perf_counter() - started
    kept = _keep(workspace, lesson, model, len(positives), len(negatives), seconds)
    return FitReport(lesson.visual_class.name, kept.version, len(positives), len(negatives), round(seconds * 1000, 1))


def _unmarked(lesson: _Lesson, rows: RowArray) -> RowArray:
    judged = np.array(sorted(lesson.marks), np.int64)
    return rows[~np.isin(lesson.view.numbers[rows], judged)]


def _keep(
    workspace: Workspace, lesson: _Lesson, model: LinearModel, positives: int, negatives: int, seconds: float
) -> ClassModel:
    digest = hashlib.sha256(json.dumps(sorted(lesson.marks.items())).encode()).hexdigest()
    with workspace.catalogue.write() as connection:
        newest = classes.model(connection, lesson.visual_class.id)
        kept = ClassModel(
            class_id=lesson.visual_class.id,
            version=newest.version + 1 if newest else 1,
            fingerprint=lesson.known.fingerprint,
            weights=model.weights.astype("<f4").tobytes(),
            bias=float(model.bias),
            threshold=newest.threshold if newest else 0.0,
            calibration={},
            marks_digest=digest,
            positives=positives,
            negatives=negatives,
            seconds=seconds,
            cost={},
            created_at=now(),
        )
        classes.add_model(connection, kept)
        detail = {"version": kept.version, "positives": positives, "negatives": negatives}
        failures.log_event(connection, "class.fitted", kept.class_id, lesson.visual_class.owner_id, detail)
    return kept


def set_threshold(workspace: Workspace, name: str, threshold: float) -> None:
    """Choose from which score on a class proposes items; later versions keep it."""
    if not np.isfinite(threshold):
        raise UsageError(f"threshold {threshold}: must be a finite number")
    with workspace.catalogue.write() as connection:
        found = classes.find(connection, name)
        if classes.model(connection, found.id) is None:
            raise UsageError(f"class {found.name} has no model yet; fit it before choosing a threshold")
        classes.set_threshold(connection, found.id, threshold)


# --- ranking and choosing ----------------------------------------------------------------------------------------


def ranking(workspace: Workspace, name: str, *, count: int = 60, collection: str | None = None) -> SearchReport:
    """The corpus by score, judged items included: what a curator sees after refining."""
    started = time.perf_counter()
    lesson = _lesson(workspace, name)
    scores = _scores(lesson)
    candidates = scope_mask(workspace, lesson.view, collection)
    rows = np.flatnonzero(candidates)
    best = rows[np.argsort(-scores[rows], kind="stable")][:count]
    return _report(workspace, lesson, best, scores, "ranking", started)


def suggest(
    workspace: Workspace,
    name: str,
    strategy: str = "relevant",
    *,
    count: int = 15,
    collection: str | None = None,
    discovery_rate: float = 0.2,
    window: tuple[float, float] | None = None,
    seed: int | None = None,
) -> SearchReport:
    """What to mark next, by a query strategy; judged items are not shown again.

    A class without a model is fitted on its marks first. Without a positive nothing can be ranked: items that stand
    for each part of the corpus are shown instead, unless `random` is asked for.

    Raises:
        PluginError: no such strategy.
        UsageError: a number is out of range.
    """
    started = time.perf_counter()
    spec = choose("strategy", strategy, workspace.host.strategies, workspace.host.failures)
    if not 0 <= discovery_rate <= 1:
        raise UsageError(f"discovery rate {discovery_rate}: must be between 0 and 1")
    lesson = _lesson(workspace, name)
    if lesson.model is None and 1 in lesson.marks.values():
        fit(workspace, name)
        lesson = _lesson(workspace, name)
    scores = _scores(lesson) if lesson.model else np.zeros(len(lesson.view), np.float32)
    pool = _pool(workspace, lesson, scores, collection, discovery_rate, window)
    rng = lesson.rng(spec.name) if seed is None else np.random.default_rng(seed)
    if lesson.model is None and strategy != "random":
        return _report(workspace, lesson, _first_look(pool, count, rng), scores, "discovery", started)
    rows = spec.choose(pool, count, rng)
    return _report(workspace, lesson, rows, scores, spec.name, started)


def _first_look(pool: Pool, count: int, rng: np.random.Generator) -> RowArray:
    """What stands for each part of the corpus, where nothing is known of the class yet."""
    rows = np.flatnonzero(pool.candidates)
    rows = np.sort(rng.choice(rows, min(len(rows), FIRST_LOOK_ROWS), replace=False))
    if len(rows) <= count:
        return rows
    sample = pool.vectors(rows)
    chosen = representatives(sample, cluster(sample, count, rng))
    others = rng.permutation(np.setdiff1d(np.arange(len(rows)), chosen))
    picked: RowArray = rows[np.concatenate([chosen, others])[:count]]
    return picked


def _scores(lesson: _Lesson) -> FloatArray:
    model = lesson.linear
    if model is None:
        raise UsageError(
            f"class {lesson.visual_class.name} has no model yet; mark a positive, then run: snoop-flow class fit"
        )
    return lesson.view.scores(model.weights, model.bias)


def _pool(
    workspace: Workspace,
    lesson: _Lesson,
    scores: FloatArray,
    collection: str | None,
    discovery_rate: float,
    window: tuple[float, float] | None,
) -> Pool:
    clusters = _derived(workspace, lesson).clusters
    judged = lesson.view.rows_of(list(lesson.marks))
    judged = judged[judged >= 0]
    candidates: Mask = scope_mask(workspace, lesson.view, collection)
    candidates[judged] = False
    if window is not None:
        candidates &= (scores >= window[0]) & (scores <= window[1])
    return Pool(
        scores=scores,
        vectors=lesson.view.gather,
        candidates=candidates,
        clusters=clusters,
        marked_clusters=np.unique(clusters[judged]),
        marked=judged,
        discovery_rate=discovery_rate,
    )


def _report(
    workspace: Workspace, lesson: _Lesson, rows: RowArray, scores: FloatArray, why: str, started: float
) -> SearchReport:
    numbers = lesson.view.numbers[rows].tolist()
    found = cards(workspace, numbers, scores[rows].tolist(), marks=lesson.marks, why=why)
    milliseconds = round((time.perf_counter() - started) * 1000, 1)
    return SearchReport(found, 1.0, milliseconds, "exact", True, lesson.known.backbone)


# --- looking at scores -------------------------------------------------------------------------------------------


def histogram(workspace: Workspace, name: str, bins: int = 40) -> Histogram:
    """How many items score how much, and where the marks lie.

    Raises:
        UsageError: the class has no model yet.
    """
    lesson = _lesson(workspace, name)
    scores = _scores(lesson)
    threshold = lesson.model.threshold if lesson.model else 0.0
    if not len(scores):
        raise UsageError(f"the backbone {lesson.known.backbone} has no vectors yet; run: snoop-flow embed")
    counts, edges = np.histogram(scores, bins)
    per_value = []
    for value in (1, -1):
        rows = lesson.view.rows_of([number for number, mark in lesson.marks.items() if mark == value])
        per_value.append(np.histogram(scores[rows[rows >= 0]], edges)[0].tolist())
    return Histogram(
        tuple(edges.tolist()),
        tuple(counts.tolist()),
        tuple(per_value[0]),
        tuple(per_value[1]),
        threshold,
    )
