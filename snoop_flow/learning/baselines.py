"""What the recipe is measured against: learners of the same shape as `fit`, as published or as commonly done."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from snoop_flow.learning.evaluation import Learner, Strategy
from snoop_flow.learning.fitting import fit
from snoop_flow.learning.model import LinearModel
from snoop_flow.learning.starting import start_from_examples
from snoop_flow.learning.statistics import CorpusStatistics
from snoop_flow.learning.strategies import random, relevant
from snoop_flow.learning.threads import one_blas_thread

Vectors = NDArray[np.float32]

ROCCHIO_NEGATIVE = 0.25  # 1, 0.75 and 0.25 of 0.75: Salton and Buckley, JASIS 41, 1990, scaled
NAVIGATOR_NEGATIVES = 1000
NAVIGATOR_MARK_WEIGHT = 10.0


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
    return _fitted(LinearSVC(class_weight="balanced", random_state=0), positives, negatives)


def newspaper_navigator(
    positives: Vectors,
    negatives: Vectors,
    background: Vectors,
    stats: CorpusStatistics,
    *,
    rng: np.random.Generator,
    previous: LinearModel | None,
) -> LinearModel:
    """Balanced logistic regression on the marks, each weighing ten times one of a thousand random negatives.

    Source: Newspaper Navigator's search application (Lee and Weld, 2020), as its code does it, except that there,
    without a marked negative, an empty slice gives the weight of a mark to every random negative.
    """
    drawn = background[rng.choice(len(background), min(NAVIGATOR_NEGATIVES, len(background)), replace=False)]
    against = np.concatenate([part for part in (negatives, drawn) if len(part)])
    weights = np.full(len(positives) + len(against), NAVIGATOR_MARK_WEIGHT)
    weights[len(positives) + len(negatives) :] = 1
    return _fitted(LogisticRegression(class_weight="balanced", max_iter=2000), positives, against, weights)


def _fitted(
    machine: LinearSVC | LogisticRegression,
    positives: Vectors,
    negatives: Vectors,
    weights: NDArray[np.float64] | None = None,
) -> LinearModel:
    truth = np.r_[np.ones(len(positives)), np.zeros(len(negatives))]
    with one_blas_thread():
        machine.fit(np.concatenate([positives, negatives]), truth, weights)
    return LinearModel(np.asarray(machine.coef_[0], np.float32), float(machine.intercept_[0]))


BASELINES: Mapping[str, tuple[Strategy, Learner]] = {
    "no feedback": (relevant, no_feedback),
    "random marks": (random, fit),
    "Rocchio, top": (relevant, rocchio),
    "LinearSVC, top": (relevant, linear_svc),
    "Newspaper Navigator": (relevant, newspaper_navigator),
}
"""What is shown and how it is learned, by name, for `simulate`."""
