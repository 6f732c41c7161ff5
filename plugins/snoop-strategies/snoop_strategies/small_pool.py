"""The small problem that both strategies solve: a few hundred vectors of a corpus of any size."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from snoop_flow.learning import Pool, distinct, filled, spread_in_time

Rows = NDArray[np.intp]
Vectors = NDArray[np.float64]

MOST = 200  # candidates
MOST_MARKS = 400  # marks taken into account; more are sampled
RANDOM_NEGATIVES = 100
RANDOM_WORTH = 1 / 30  # of a mark, as in snoop-flow's own fit


@dataclass(frozen=True, slots=True)
class SmallPool:
    """Candidates and what is known, as vectors.

    Attributes:
        rows: (c,) rows of the pool, in the order of the ranking they were taken from.
        vectors: (c, D) of them.
        known: (l, D) of the items whose answer is known, and of random ones taken as weak negatives.
        answers: (l,) +1 or −1.
        worth: (l,) 1 for a mark, `RANDOM_WORTH` for a random negative.
    """

    rows: Rows
    vectors: Vectors
    known: Vectors
    answers: NDArray[np.float64]
    worth: NDArray[np.float64]

    @property
    def marked(self) -> NDArray[np.bool_]:
        """(l,) mask of the answers that a person gave."""
        return np.asarray(self.worth == 1)


def small_pool(pool: Pool, ranked: Rows, rng: np.random.Generator) -> SmallPool:
    """The first `MOST` of ranked candidates that are not nearly the same, with the marks and random negatives."""
    ranked = spread_in_time(pool, ranked)
    rows = filled([distinct(pool, ranked), ranked], MOST)
    marked, answers = _answered(pool, rng)
    random = _random_negatives(pool, rng)
    known = np.concatenate([marked, random])
    return SmallPool(
        rows,
        pool.vectors(rows).astype(float),
        pool.vectors(known).astype(float),
        np.concatenate([answers, -np.ones(len(random))]),
        np.concatenate([np.ones(len(marked)), np.full(len(random), RANDOM_WORTH)]),
    )


def _answered(pool: Pool, rng: np.random.Generator) -> tuple[Rows, NDArray[np.float64]]:
    """Rows marked positive or negative and their answers; all when few, else a sample."""
    marks = pool.marks if len(pool.marks) == len(pool.marked) else np.where(pool.scores[pool.marked] >= 0, 1, -1)
    certain = np.flatnonzero(marks)
    if len(certain) > MOST_MARKS:
        certain = np.sort(rng.choice(certain, MOST_MARKS, replace=False))
    return pool.marked[certain], marks[certain].astype(float)


def _random_negatives(pool: Pool, rng: np.random.Generator) -> Rows:
    """Random candidates below the boundary: without them a class with positives only has no other side."""
    drawn = rng.choice(len(pool.scores), min(2 * RANDOM_NEGATIVES, len(pool.scores)), replace=False)
    below = drawn[pool.candidates[drawn] & (pool.scores[drawn] < 0)]
    return np.sort(below[:RANDOM_NEGATIVES])
