"""What the recipe is measured against: learners of the same shape as `fit`, as published or as commonly done."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from snoop_flow.learning.model import LinearModel
from snoop_flow.learning.starting import start_from_examples
from snoop_flow.learning.statistics import CorpusStatistics

Vectors = NDArray[np.float32]

ROCCHIO_NEGATIVE = 0.25  # 1, 0.75 and 0.25 of 0.75: Salton and Buckley, JASIS 41, 1990, scaled
NAVIGATOR_NEGATIVES = 200
NAVIGATOR_LEFT_OUT = 0.01


def no_feedback(
    positives: Vectors,
    negatives: Vectors,
    background: Vectors,
    stats: CorpusStatistics,
    *,
    rng: np.random.Generator,
    previous: LinearModel | None,
) -> LinearModel:
    """The model of the first example, whatever is marked later."""
    return previous or start_from_examples(positives, stats)


def rocchio(
    positives: Vectors,
    negatives: Vectors,
    background: Vectors,
    stats: CorpusStatistics,
    *,
    rng: np.random.Generator,
    previous: LinearModel | None,
) -> LinearModel:
    """Mean of the positives less a quarter of the mean of the negatives; plain inner product."""
    weights = positives.mean(axis=0)
    if len(negatives):
        weights = weights - ROCCHIO_NEGATIVE * negatives.mean(axis=0)
    middle = (positives.mean(axis=0) + stats.mean) / 2
    return LinearModel(np.asarray(weights, np.float32), -float(middle @ weights))


def linear_svc(
    positives: Vectors,
    negatives: Vectors,
    background: Vectors,
    stats: CorpusStatistics,
    *,
    rng: np.random.Generator,
    previous: LinearModel | None,
) -> LinearModel:
    """Scikit-learn's LinearSVC on the marks alone, as many active learning demonstrations do."""
    if not len(negatives):
        return rocchio(positives, negatives, background, stats, rng=rng, previous=previous)
    machine = LinearSVC(class_weight="balanced", random_state=0)
    return _fitted(machine, positives, negatives)


def newspaper_navigator(
    positives: Vectors,
    negatives: Vectors,
    background: Vectors,
    stats: CorpusStatistics,
    *,
    rng: np.random.Generator,
    previous: LinearModel | None,
) -> LinearModel:
    """Logistic regression with random negatives that leave out the present model's best percent.

    Source: Lee and Weld, "The Newspaper Navigator dataset / search", 2020: marks repeated to outweigh random negatives,
    balanced classes. Their slice took the wrong end of the ranking; here it takes the right one.
    """
    present = previous or rocchio(positives, negatives, background, stats, rng=rng, previous=None)
    scores = present.scores(background)
    likely = np.quantile(scores, 1 - NAVIGATOR_LEFT_OUT) if len(scores) else 0.0
    pool = background[scores <= likely]
    drawn = pool[rng.choice(len(pool), min(NAVIGATOR_NEGATIVES, len(pool)), replace=False)]
    against = np.concatenate([part for part in (np.repeat(negatives, 10, axis=0), drawn) if len(part)])
    return _fitted(LogisticRegression(class_weight="balanced", max_iter=1000), positives, against)


def _fitted(machine: LinearSVC | LogisticRegression, positives: Vectors, negatives: Vectors) -> LinearModel:
    truth = np.r_[np.ones(len(positives)), np.zeros(len(negatives))]
    machine.fit(np.concatenate([positives, negatives]), truth)
    return LinearModel(np.asarray(machine.coef_[0], np.float32), float(machine.intercept_[0]))
