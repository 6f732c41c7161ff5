"""What the recipe is measured against: learners of the same shape as `fit`, as published or as commonly done."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from snoop_flow.learning.evaluation import Corpus, Learner, Strategy
from snoop_flow.learning.fitting import fit
from snoop_flow.learning.marks import Marks, Weights
from snoop_flow.learning.model import LinearModel
from snoop_flow.learning.pool import Pool
from snoop_flow.learning.starting import start_from_examples
from snoop_flow.learning.statistics import CorpusStatistics
from snoop_flow.learning.strategies import ambiguous, random, relevant
from snoop_flow.learning.threads import one_blas_thread

Vectors = NDArray[np.float32]

ROCCHIO_NEGATIVE = 0.25  # 1, 0.75 and 0.25 of 0.75: Salton and Buckley, JASIS 41, 1990, scaled
SEALS_NEIGHBOURS = 100
NAVIGATOR_NEGATIVES = 1000
NAVIGATOR_MARK_WEIGHT = 10.0


@dataclass(frozen=True, slots=True)
class _Lesson:
    """What any learner is given, see `fit`."""

    marks: Marks
    background: Vectors
    stats: CorpusStatistics
    rng: np.random.Generator
    previous: LinearModel | None


def _learner(recipe: Callable[[_Lesson], LinearModel]) -> Learner:
    """A recipe as a learner."""

    def learn(
        positives: Vectors,
        negatives: Vectors,
        background: Vectors,
        stats: CorpusStatistics,
        *,
        rng: np.random.Generator,
        positive_weights: Weights | None = None,
        negative_weights: Weights | None = None,
        previous: LinearModel | None = None,
    ) -> LinearModel:
        marks = Marks.of(positives, negatives, positive_weights, negative_weights)
        return recipe(_Lesson(marks, background, stats, rng, previous))

    return learn


def _no_feedback(lesson: _Lesson) -> LinearModel:
    """The model of the first example, whatever is marked later."""
    return lesson.previous or start_from_examples(lesson.marks.positives, lesson.stats)


def _rocchio(lesson: _Lesson) -> LinearModel:
    """Mean of the positives less a quarter of the mean of the negatives; plain inner product."""
    marks = lesson.marks
    weights = typical = marks.typical
    if len(marks.negatives):
        weights = weights - ROCCHIO_NEGATIVE * np.average(marks.negatives, axis=0, weights=marks.negative_weights)
    middle = (typical + lesson.stats.mean) / 2
    return LinearModel(np.asarray(weights, np.float32), -float(middle @ weights))


def _linear_svc(lesson: _Lesson) -> LinearModel:
    """Scikit-learn's LinearSVC on the marks alone, as many active learning demonstrations do."""
    if not len(lesson.marks.negatives):
        return _rocchio(lesson)
    return _fitted(LinearSVC(class_weight="balanced", random_state=0), lesson.marks)


def _logistic_regression(lesson: _Lesson) -> LinearModel:
    """Scikit-learn's logistic regression on the marks alone."""
    if not len(lesson.marks.negatives):
        return _rocchio(lesson)
    return _fitted(LogisticRegression(max_iter=2000), lesson.marks)


def _newspaper_navigator(lesson: _Lesson) -> LinearModel:
    """Balanced logistic regression on the marks, each weighing ten times one of a thousand random negatives.

    Source: Newspaper Navigator's search application (Lee and Weld, 2020), as its code does it, except that there,
    without a marked negative, an empty slice gives the weight of a mark to every random negative.
    """
    count = min(NAVIGATOR_NEGATIVES, len(lesson.background))
    drawn = lesson.background[lesson.rng.choice(len(lesson.background), count, replace=False)]
    machine = LogisticRegression(class_weight="balanced", max_iter=2000)
    return _fitted(machine, lesson.marks, drawn, NAVIGATOR_MARK_WEIGHT)


def _fitted(
    machine: LinearSVC | LogisticRegression, marks: Marks, drawn: Vectors | None = None, mark_weight: float = 1.0
) -> LinearModel:
    """A machine fitted on marks, and on drawn negatives that weigh 1."""
    parts = [marks.positives, marks.negatives] if drawn is None else [marks.positives, marks.negatives, drawn]
    rows = np.concatenate([part for part in parts if len(part)])
    weights = np.ones(len(rows))
    marked = mark_weight * np.r_[marks.positive_weights, marks.negative_weights]
    weights[: len(marked)] = marked
    with one_blas_thread():
        machine.fit(rows, np.arange(len(rows)) < len(marks.positives), weights)
    return LinearModel(np.asarray(machine.coef_[0], np.float32), float(machine.intercept_[0]))


class Seals:
    """Uncertainty sampling among the nearest neighbours of what is marked only, so that a round never reads the corpus.

    Source: Coleman et al., "Similarity search for efficient active learning and search of rare concepts",
    arXiv 2007.00077. Neighbours are exact here; the paper takes them from an index, which is faster and finds no more.
    """

    def __init__(self, features: Vectors, neighbours: int = SEALS_NEIGHBOURS) -> None:
        self._features, self._count = features, neighbours
        self._known: dict[int, NDArray[np.intp]] = {}

    def __call__(self, pool: Pool, count: int, rng: np.random.Generator) -> NDArray[np.intp]:
        """Ambiguous candidates near a mark; where these are too few, of the whole corpus."""
        self._look_up([row for row in pool.marked.tolist() if row not in self._known])
        near = np.zeros(len(pool.scores), bool)
        for row in pool.marked.tolist():
            near[self._known[row]] = True
        candidates = pool.candidates & near
        return ambiguous(replace(pool, candidates=candidates) if candidates.sum() >= count else pool, count, rng)

    def _look_up(self, rows: Sequence[int]) -> None:
        if not rows:
            return
        count = min(self._count, len(self._features) - 1)
        for row, cosines in zip(rows, self._features[rows] @ self._features.T, strict=True):
            self._known[row] = np.argpartition(-cosines, count)[: count + 1]


no_feedback = _learner(_no_feedback)
rocchio = _learner(_rocchio)
linear_svc = _learner(_linear_svc)
logistic_regression = _learner(_logistic_regression)
newspaper_navigator = _learner(_newspaper_navigator)


def baselines_on(corpus: Corpus) -> Mapping[str, tuple[Strategy, Learner]]:
    """What is shown and how it is learned, by name, for `simulate` on a corpus."""
    return {
        "no feedback": (relevant, no_feedback),
        "random marks": (random, fit),
        "Rocchio, top": (relevant, rocchio),
        "LinearSVC, top": (relevant, linear_svc),
        "LR, uncertainty": (ambiguous, logistic_regression),
        "SEALS": (Seals(corpus.features), logistic_regression),
        "Newspaper Navigator": (relevant, newspaper_navigator),
    }
