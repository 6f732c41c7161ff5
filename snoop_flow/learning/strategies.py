"""Query strategies: which items to show next. Plain functions from a pool to rows, best first.

Near duplicates of what is marked or shown come only where nothing else is left; neighbours in time never come.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from snoop_flow.learning.clustering import assign, cluster
from snoop_flow.learning.pool import Pool
from snoop_flow.learning.selection import best_rows, distinct, filled, spread_in_time, without
from snoop_flow.learning.threads import one_blas_thread

Rows = NDArray[np.intp]

SPARE = 8  # rows ranked for each one wanted, so that near duplicates can be left out
VARIETY = 6  # batches from which a varied one is drawn
FEW_POSITIVES = 5  # that halve the share of the best in a batch of the most useful
MOST_APART = -5.0  # scores; a cluster this far below the best one keeps a small chance
RANDOM_SHARE = 0.25  # of what discovery explores: anything at all, since clusters hide things too


def relevant(pool: Pool, count: int, rng: np.random.Generator) -> Rows:
    """The highest scores: what the class would propose first."""
    ranked = spread_in_time(pool, best_rows(pool.scores, pool.candidates, SPARE * count))
    return filled([distinct(pool, ranked), ranked], count)


def ambiguous(pool: Pool, count: int, rng: np.random.Generator) -> Rows:
    """The scores nearest to the boundary, on either side."""
    ranked = spread_in_time(pool, best_rows(-np.abs(pool.scores), pool.candidates, SPARE * count))
    return filled([distinct(pool, ranked), ranked], count)


def most_useful(pool: Pool, count: int, rng: np.random.Generator) -> Rows:
    """Likely members first, those near the boundary and no two alike; then what lies just outside.

    While few positives are known the boundary is little more than a guess, and finding members teaches more: a share of
    `FEW_POSITIVES` / (`FEW_POSITIVES` + positives) of the batch is `relevant`. In the first five rounds that gained two
    to four hundredths of average precision, and lost nothing later.

    Source: Positive-First Most Ambiguous (Zaher, Buisson, Joly, arXiv 2603.24480), made diverse by k-means on a pool
    of several batches. Only likely members are spread: spreading what lies outside costs positives, and so precision.
    """
    best = relevant(pool, round(_share_of_the_best(pool) * count), rng)
    pool, count = without(pool, best), count - len(best)
    inside = spread_in_time(pool, best_rows(-pool.scores, pool.candidates & (pool.scores >= 0), VARIETY * count))
    chosen = _varied(pool, distinct(pool, inside), count, rng)
    outside = best_rows(pool.scores, pool.candidates & (pool.scores < 0), SPARE * (count - len(chosen)))
    outside = spread_in_time(without(pool, inside), outside)
    useful = filled([chosen, distinct(without(pool, chosen), outside), inside, outside], count)
    return np.concatenate([best, useful])


def _share_of_the_best(pool: Pool) -> float:
    """Of a batch of the most useful; none where nobody knows the marks."""
    if len(pool.marks) < len(pool.marked):
        return 0.0
    return FEW_POSITIVES / (FEW_POSITIVES + int((pool.marks > 0).sum()))


def discovery(pool: Pool, count: int, rng: np.random.Generator) -> Rows:
    """A share from parts of the corpus without marks and from anywhere, the rest the most useful.

    Where the scores say nothing (a class without a model), everything explores.
    """
    highest = pool.scores.max(where=pool.candidates, initial=-np.inf)
    informed = highest > pool.scores.min(where=pool.candidates, initial=np.inf)
    share = int(np.ceil(pool.discovery_rate * count)) if informed else count
    unknown = spread_in_time(pool, _from_unmarked_clusters(pool, share - round(RANDOM_SHARE * share), rng))
    anywhere = random(without(pool, unknown), share - len(unknown), rng)
    explored = np.concatenate([unknown, anywhere])
    rest = most_useful(without(pool, explored), count - len(explored), rng) if informed else explored[:0]
    return np.concatenate([rest, explored])


def random(pool: Pool, count: int, rng: np.random.Generator) -> Rows:
    """Any candidates with equal chances: unbiased negatives, and how common the class is."""
    rows = np.flatnonzero(pool.candidates)
    drawn = count if pool.moments is None else SPARE * count  # neighbours in time are left out of more
    return spread_in_time(pool, rows[rng.choice(len(rows), min(drawn, len(rows)), replace=False)])[:count]


def _varied(pool: Pool, ranked: Rows, count: int, rng: np.random.Generator) -> Rows:
    """The first of each of `count` clusters of the ranked rows, then the next of each."""
    if len(ranked) <= count:
        return ranked
    vectors = pool.vectors(ranked)
    with one_blas_thread():
        labels = assign(vectors, cluster(vectors, count, rng))
    return ranked[np.argsort(_place_within(labels), kind="stable")][:count]


def _place_within(labels: NDArray[np.int32]) -> NDArray[np.intp]:
    """How many rows of the same cluster come before each row."""
    order = np.argsort(labels, kind="stable")
    grouped = labels[order]
    places = np.empty(len(labels), np.intp)
    places[order] = np.arange(len(labels)) - np.searchsorted(grouped, grouped)
    return places


def _from_unmarked_clusters(pool: Pool, count: int, rng: np.random.Generator) -> Rows:
    """The best candidate of some clusters without marks, drawn by size and best score."""
    if pool.clusters is None or not pool.candidates.any():
        return np.empty(0, np.intp)
    sizes = np.bincount(pool.clusters[pool.candidates], minlength=int(pool.clusters.max()) + 1)
    sizes[np.isin(np.arange(len(sizes)), pool.marked_clusters)] = 0
    rows = np.flatnonzero(pool.candidates & (sizes > 0)[pool.clusters])
    clusters = pool.clusters[rows]
    best = np.full(len(sizes), -np.inf, np.float32)
    np.maximum.at(best, clusters, pool.scores[rows])
    drawn = _draw(sizes, best, count, rng)
    rows = rows[drawn[clusters]]
    bests = rows[pool.scores[rows] == best[pool.clusters[rows]]]
    bests = rng.permutation(bests)  # without a model all of a cluster are best: any of them then
    return bests[np.unique(pool.clusters[bests], return_index=True)[1]]


def _draw(
    sizes: NDArray[np.integer], best: NDArray[np.float32], count: int, rng: np.random.Generator
) -> NDArray[np.bool_]:
    """Mask of the clusters drawn among those that are not empty."""
    drawn = np.zeros(len(sizes), bool)
    possible = np.flatnonzero(sizes)
    if count and len(possible):
        apart = best[possible] - best[possible].max()
        chances = np.sqrt(sizes[possible]) * np.exp(np.maximum(apart, MOST_APART))
        wanted = min(count, len(possible))
        drawn[possible[rng.choice(len(possible), wanted, replace=False, p=chances / chances.sum())]] = True
    return drawn
