"""Fit a class to its marks: few clicks, a random sample of the corpus, and where the class started from.

The recipe is one balanced L2-SVM that changes character as marks come in. With few marks the cost of the rows is small
beside the regulariser, so that all lie within the margin and the solution is a difference of means, a prototype; with
many it is a support vector machine. So there is no switch between the two, and nothing to be worse than either.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from snoop_flow.learning.marks import Marks, Weights, check_finite
from snoop_flow.learning.model import LinearModel
from snoop_flow.learning.starting import SHRINKAGE, start_from_examples
from snoop_flow.learning.statistics import CorpusStatistics
from snoop_flow.learning.svm import Problem, minimise
from snoop_flow.learning.threads import one_blas_thread

Vectors = NDArray[np.float32]

COARSE_ROWS = 1000


@dataclass(frozen=True, slots=True)
class FitOptions:
    """The recipe's numbers; the defaults were chosen on five labelled sets, and a factor of two changes little.

    Attributes:
        strength: cost of the margin's violation per mark; the regulariser is 1.
        mark_weight: random negatives that one mark is worth.
        background_rows: random negatives used; more are sampled down, since 5000 were measured to teach no more.
        likely_share: share of the background, by the present model, that may well belong to the class: it is left out
            of the negatives, and with few marks the boundary is drawn below it.
        anchor: pull towards the start with no marks, between 0 and 1.
        anchor_marks: marks that halve this pull.
        boundary_marks: marks from which the fitted boundary counts more than `likely_share`.
        shrinkage: of the prototype that is the anchor where no start is given.
    """

    strength: float = 10.0
    mark_weight: float = 30.0
    background_rows: int = 2000
    likely_share: float = 0.02
    anchor: float = 0.5
    anchor_marks: float = 15.0
    boundary_marks: float = 5.0
    shrinkage: float = SHRINKAGE


DEFAULTS = FitOptions()


def fit(
    positives: Vectors,
    negatives: Vectors,
    background: Vectors,
    stats: CorpusStatistics,
    *,
    rng: np.random.Generator,
    positive_weights: Weights | None = None,
    negative_weights: Weights | None = None,
    start: LinearModel | None = None,
    previous: LinearModel | None = None,
    options: FitOptions = DEFAULTS,
) -> LinearModel:
    """The linear model of a class; score 0 is its boundary, where members and others weigh the same.

    Args:
        positives: (p, D) marked as belonging, p ≥ 1.
        negatives: (n, D) marked as not belonging, n ≥ 0.
        background: (m, D) random rows of the corpus without the marked ones, m ≥ 0; a few thousand are enough.
        stats: of the corpus.
        rng: draws the background rows that are used.
        positive_weights: (p,) in (0, 1], how much each positive mark counts; 1, a plain mark, by default. A mark of
            weight ½ has half the say in the prototype and half the cost, and lets the start fade half as much.
        negative_weights: (n,) likewise.
        start: what the class began with, such as a text query; without it the prototype of the positives.
        previous: the class's last model, to begin the search from and to tell likely positives.
        options: the recipe's numbers.

    Raises:
        ValueError: no positive, vectors of another dimension than the corpus or that say nothing (zeros, not finite),
            or weights that fit no marks.
    """
    marks = Marks.of(positives, negatives, positive_weights, negative_weights)
    _check(marks, background, stats, [model for model in (start, previous) if model is not None])
    with one_blas_thread():
        start = start or start_from_examples(positives, stats, options.shrinkage, marks.positive_weights)
        return _fit(marks, background, stats, rng, start, previous, options)


def _fit(
    marks: Marks,
    background: Vectors,
    stats: CorpusStatistics,
    rng: np.random.Generator,
    start: LinearModel,
    previous: LinearModel | None,
    options: FitOptions,
) -> LinearModel:
    if not len(marks.negatives) + len(background):
        return start
    if len(background) > options.background_rows:
        background = background[np.sort(rng.choice(len(background), options.background_rows, replace=False))]
    unlikely = _unlikely(background, previous or start, options.likely_share)
    anchor = _anchor(start, marks, stats, options)
    begun = _warm(previous, anchor, stats)
    step = len(background) // COARSE_ROWS
    if previous is None and step > 1:  # from afar most of the way is gone on a few rows, which is cheaper
        coarse = _problem(marks, background[::step], unlikely[::step], anchor, stats, options)
        begun = minimise(coarse, begun)
    solution = minimise(_problem(marks, background, unlikely, anchor, stats, options), begun)
    model = LinearModel(solution[:-1], float(solution[-1] - stats.mean @ solution[:-1]))
    return _with_boundary(model, background, marks.number, options)


def _check(marks: Marks, background: Vectors, stats: CorpusStatistics, models: Sequence[LinearModel]) -> None:
    check_finite("background", background)
    named = {"positives": marks.positives, "negatives": marks.negatives, "background": background}
    shapes = [(name, vectors.shape[1:]) for name, vectors in named.items() if len(vectors)]
    for name, shape in [*shapes, *(("start or previous model", model.weights.shape) for model in models)]:
        if shape != stats.mean.shape:
            raise ValueError(
                f"{name} have vectors of shape {shape}, the corpus of {stats.mean.shape}; "
                "embed both with the same backbone"
            )


def _unlikely(background: Vectors, present: LinearModel, share: float) -> NDArray[np.bool_]:
    """The background but for its best scores: unmarked members of the class must not count against it."""
    if not len(background):
        return np.zeros(0, bool)
    scores = present.scores(background)
    return np.asarray(scores <= np.quantile(scores, 1 - share))


def _anchor(start: LinearModel, marks: Marks, stats: CorpusStatistics, options: FitOptions) -> Vectors:
    """The start, scaled to put the margin's width between corpus and positives, fading as marks come in."""
    gap = float(start.weights @ (marks.typical - stats.mean))
    fading = options.anchor * options.anchor_marks / (options.anchor_marks + marks.number)
    scale = 2 * fading / gap if gap > 0 else 0.0  # a start that contradicts the marks is no help
    return np.asarray(start.weights * scale, np.float32)


def _problem(
    marks: Marks,
    background: Vectors,
    unlikely: NDArray[np.bool_],
    anchor: Vectors,
    stats: CorpusStatistics,
    options: FitOptions,
) -> Problem:
    """Half of the cost on the positives, half on the rest."""
    against = np.r_[marks.negative_weights, unlikely / options.mark_weight]
    half = options.strength * marks.number / 2
    costs = np.r_[half * marks.positive_weights / marks.positive_weights.sum(), half * against / against.sum()]
    signs = np.r_[np.ones(len(marks.positives)), -np.ones(len(against))]
    blocks = [part for part in (marks.positives, marks.negatives, background) if len(part)]
    return Problem(blocks, stats.mean, signs.astype(np.float32), costs.astype(np.float32), anchor)


def _warm(previous: LinearModel | None, anchor: Vectors, stats: CorpusStatistics) -> Vectors:
    if previous is None:
        return np.append(anchor, 0).astype(np.float32)
    return np.append(previous.weights, previous.bias + float(stats.mean @ previous.weights)).astype(np.float32)


def _with_boundary(model: LinearModel, background: Vectors, marks: float, options: FitOptions) -> LinearModel:
    """Lower the boundary while marks are few: fitted to one example, hardly anything else would pass."""
    if not len(background):
        return model
    likely = float(np.quantile(model.scores(background), 1 - options.likely_share))
    trust = options.boundary_marks / (options.boundary_marks + marks)
    return LinearModel(model.weights, model.bias + max(0.0, -likely) * trust)
