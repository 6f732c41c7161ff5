"""Query strategies: which items to show next. Plain functions from a pool to rows, best first."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from snoop_flow.learning.clustering import assign, cluster
from snoop_flow.learning.pool import Pool
from snoop_flow.learning.selection import best_rows, distinct

Rows = NDArray[np.intp]

SPARE = 4  # rows ranked for each one wanted, so that near duplicates can be left out
VARIETY = 6  # batches from which a varied one is drawn
MOST_APART = -5.0  # scores; a cluster this far below the best one keeps a small chance
RANDOM_SHARE = 0.25  # of what discovery explores: anything at all, since clusters hide things too


def relevant(pool: Pool, count: int, rng: np.random.Generator) -> Rows:
    """The highest scores: what the class would propose first."""
    return distinct(pool, best_rows(pool.scores, pool.candidates, SPARE * count), count)


def ambiguous(pool: Pool, count: int, rng: np.random.Generator) -> Rows:
    """The scores nearest to the boundary, on either side."""
    return distinct(pool, best_rows(-np.abs(pool.scores), pool.candidates, SPARE * count), count)


def most_useful(pool: Pool, count: int, rng: np.random.Generator) -> Rows:
    """Likely members near the boundary first, then what lies just outside, no two alike.

    Source: Positive-First Most Ambiguous (Zaher, Buisson, Joly, arXiv 2603.24480), made diverse by k-means on a pool
    of several batches.
    """
    inside = best_rows(-pool.scores, pool.candidates & (pool.scores >= 0), VARIETY * count)
    outside = best_rows(pool.scores, pool.candidates & (pool.scores < 0), VARIETY * count - len(inside))
    return _varied(pool, np.concatenate([inside, outside]), count, rng)


def discovery(pool: Pool, count: int, rng: np.random.Generator) -> Rows:
    """A share from parts of the corpus without marks and from anywhere, the rest the most useful.

    Where the scores say nothing (a class without a model), everything explores.
    """
    informed = len(pool.scores) and np.ptp(pool.scores) > 0
    share = int(np.ceil(pool.discovery_rate * count)) if informed else count
    unknown = _from_unmarked_clusters(pool, share - int(RANDOM_SHARE * share), rng)
    anywhere = random(_without(pool, unknown), share - len(unknown), rng)
    explored = np.concatenate([unknown, anywhere])
    rest = most_useful(_without(pool, explored), count - len(explored), rng) if informed else explored[:0]
    return np.concatenate([rest, explored])


def random(pool: Pool, count: int, rng: np.random.Generator) -> Rows:
    """Any candidates with equal chances: unbiased negatives, and how common the class is."""
    rows = np.flatnonzero(pool.candidates)
    return rows[rng.choice(len(rows), min(count, len(rows)), replace=False)]


def _varied(pool: Pool, ranked: Rows, count: int, rng: np.random.Generator) -> Rows:
    """The first of each of `count` clusters of the ranked rows, then the next of each."""
    fresh = distinct(pool, ranked, len(ranked))
    if len(fresh) <= count:
        return fresh
    vectors = pool.vectors(fresh)
    labels = assign(vectors, cluster(vectors, count, rng))
    return fresh[np.argsort(_place_within(labels), kind="stable")][:count]


def _place_within(labels: NDArray[np.int32]) -> NDArray[np.intp]:
    """How many rows of the same cluster come before each row."""
    order = np.argsort(labels, kind="stable")
    grouped = labels[order]
    places = np.empty(len(labels), np.intp)
    places[order] = np.arange(len(labels)) - np.searchsorted(grouped, grouped)
    return places


def _without(pool: Pool, rows: Rows) -> Pool:
    candidates = pool.candidates.copy()
    candidates[rows] = False
    return replace(pool, candidates=candidates, marked=np.concatenate([pool.marked, rows]))


def _from_unmarked_clusters(pool: Pool, count: int, rng: np.random.Generator) -> Rows:
    """The best candidate of some clusters without marks, drawn by size and best score."""
    if pool.clusters is None or not pool.candidates.any():
        return np.empty(0, np.intp)
    sizes = np.bincount(pool.clusters[pool.candidates], minlength=int(pool.clusters.max()) + 1)
    sizes[np.isin(np.arange(len(sizes)), pool.marked_clusters)] = 0
    rows = np.flatnonzero(pool.candidates & (sizes > 0)[pool.clusters])
    best = np.full(len(sizes), -np.inf, np.float32)
    np.maximum.at(best, pool.clusters[rows], pool.scores[rows])
    unmarked = np.flatnonzero(sizes)
    drawn = _draw(unmarked, np.sqrt(sizes[unmarked]), best[unmarked], min(count, len(unmarked)), rng)
    rows = rows[np.isin(pool.clusters[rows], drawn)]
    return np.array([_best_of(pool, rows, number) for number in drawn], np.intp)


def _draw(
    numbers: Rows, weights: NDArray[np.float64], best: NDArray[np.float32], count: int, rng: np.random.Generator
) -> Rows:
    if not count:
        return numbers[:0]
    chances = weights * np.exp(np.maximum(best - best.max(), MOST_APART))
    return rng.choice(numbers, count, replace=False, p=chances / chances.sum())


def _best_of(pool: Pool, rows: Rows, number: int) -> int:
    assert pool.clusters is not None  # only asked where there are clusters
    members = rows[pool.clusters[rows] == number]
    return int(members[np.argmax(pool.scores[members])])
