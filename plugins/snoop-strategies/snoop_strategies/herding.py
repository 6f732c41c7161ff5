"""Uncertainty Herding (Bae, Oliveira, Sutherland, arXiv 2412.20644).

Greedily maximises uncertainty coverage, `mean over x of U(x) · max over s of k(x, s)`, s being what is marked or
chosen: each choice stands for what is uncertain and has nothing like it yet. Two numbers adapt by themselves. The
temperature of U is calibrated on the marks: where these tell little, everything is as uncertain, and only coverage
counts. The radius of the Gaussian kernel k is the smallest distance between marks: where these are many, each stands
for itself, and only uncertainty counts.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from snoop_flow.learning import Pool, best_rows, filled
from snoop_strategies.ridge import Numbers, blind_scores, outlook, similarities
from snoop_strategies.small_pool import MOST, Rows, SmallPool, small_pool

LEAST_ANSWERS = 2  # of either kind, below which nothing can be calibrated
TEMPERATURES = np.logspace(-2, 1.5, 71)
BINS = 10  # of confidence, between 0.5 and 1
FIRST_RADIUS = 1.0  # where no two marks differ
SAME = 1e-6


def uncertainty_herding(pool: Pool, count: int, rng: np.random.Generator) -> Rows:
    """The greedy batch out of the highest scores and those nearest to the boundary, half each."""
    high = best_rows(pool.scores, pool.candidates, max(MOST, count))
    near = best_rows(-np.abs(pool.scores), pool.candidates, MOST)
    ranked = filled([_alternating(high, near), high], max(2 * MOST, count))
    if len(ranked) <= 1 or count < 1:
        return ranked[:count]
    small = small_pool(pool, ranked, rng)
    return filled([small.rows[_batch(small, min(count, len(small.rows)))], small.rows, ranked], count)


def _alternating(one: Rows, other: Rows) -> Rows:
    shorter = min(len(one), len(other))
    return np.stack([one[:shorter], other[:shorter]], axis=1).reshape(-1)


def _batch(small: SmallPool, count: int) -> list[int]:
    """Places of the chosen candidates, in the order they were chosen."""
    marked = small.known[small.marked]
    width = radius(marked)
    covered = kernel(small.vectors, marked, width).max(axis=1, initial=0.0)
    alike = kernel(small.vectors, small.vectors, width)
    weight = _uncertainty(small)
    chosen: list[int] = []
    for _ in range(count):
        gains = weight @ np.maximum(alike - covered[:, None], 0)
        gains[chosen] = -np.inf
        chosen.append(int(np.argmax(gains)))
        covered = np.maximum(covered, alike[:, chosen[-1]])
    return chosen


def kernel(one: Numbers, other: Numbers, width: float) -> Numbers:
    """Gaussian kernel of (n, D) and (m, D) unit vectors, `exp(−‖x − s‖² / width²)`: (n, m)."""
    return np.asarray(np.exp(-np.maximum(2 - 2 * one @ other.T, 0) / width**2))


def radius(marked: Numbers) -> float:
    """The smallest distance between two (l, D) marked vectors that differ."""
    squares = 2 - 2 * (marked @ marked.T)[np.triu_indices(len(marked), 1)]
    apart = squares[squares > SAME]
    return float(np.sqrt(apart.min())) if len(apart) else FIRST_RADIUS


def _uncertainty(small: SmallPool) -> Numbers:
    """How uncertain each candidate is, between 0 and 1: one minus the margin between both answers."""
    marked = small.marked
    if min((small.answers[marked] > 0).sum(), (small.answers[marked] < 0).sum()) < LEAST_ANSWERS:
        return np.ones(len(small.rows))
    known = similarities(small.known, small.known)
    blind = blind_scores(known, small.answers, small.worth)[marked]
    heat = temperature(blind, small.answers[marked] > 0)
    own = np.einsum("cd,cd->c", small.vectors, small.vectors) + 1
    scores = outlook(known, similarities(small.known, small.vectors), own, small.answers, small.worth).scores
    return 1 - np.abs(2 * _chance(scores / heat) - 1)


def temperature(scores: Numbers, positive: NDArray[np.bool_]) -> float:
    """The temperature at which a score's chance is right as often as it says: of least expected calibration error."""
    errors = [calibration_error(_chance(scores / heat), positive) for heat in TEMPERATURES]
    return float(TEMPERATURES[int(np.argmin(errors))])


def calibration_error(chances: Numbers, positive: NDArray[np.bool_]) -> float:
    """Expected calibration error of chances of being positive (Guo et al., ICML 2017), between 0 and 1."""
    confidence = np.maximum(chances, 1 - chances)
    right = (chances >= 0.5) == positive
    place = np.minimum(((confidence - 0.5) * 2 * BINS).astype(int), BINS - 1)
    gaps = np.bincount(place, weights=confidence - right, minlength=BINS)
    return float(np.abs(gaps).sum() / len(chances))


def _chance(scores: Numbers) -> Numbers:
    return np.asarray(0.5 * (1 + np.tanh(scores / 2)))
