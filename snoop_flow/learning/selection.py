"""Picking rows of a large corpus: the best by some key, those that are not nearly the same, those apart in time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from snoop_flow.learning.pool import Moments, Pool

Rows = NDArray[np.intp]

SAMPLE = 50_000


def best_rows(key: NDArray[np.float32], candidates: NDArray[np.bool_], count: int) -> Rows:
    """The `count` candidate rows of highest key, highest first, ties by row; fewer where there are fewer.

    Args:
        key: (N,).
        candidates: (N,) mask.
        count: rows wanted.
    """
    if count < 1:
        return np.empty(0, np.intp)
    rows = _shortlist(key, candidates, count)
    values = key[rows]
    if len(rows) > count:
        least = np.partition(values, len(values) - count)[len(values) - count]
        above = np.flatnonzero(values > least)
        ties = np.flatnonzero(values == least)[: count - len(above)]
        kept = np.sort(np.concatenate([above, ties]))
        rows, values = rows[kept], values[kept]
    return rows[np.argsort(-values, kind="stable")][:count]


def _shortlist(key: NDArray[np.float32], candidates: NDArray[np.bool_], count: int) -> Rows:
    """Rows among which the best surely are: above a bound from an even sample, where that leaves enough."""
    step = len(key) // SAMPLE
    if step > 1:
        sample = key[::step][candidates[::step]]
        wanted = 10 + 4 * count // step  # in the sample, so at least twice what is needed in the corpus
        if wanted < len(sample):
            bound = np.partition(sample, len(sample) - wanted)[len(sample) - wanted]
            rows = np.flatnonzero((key >= bound) & candidates)
            if len(rows) >= count:
                return rows
    return np.flatnonzero(candidates)


def distinct(pool: Pool, ranked: Rows) -> Rows:
    """Those of ranked rows that are not nearly the same as one marked or one before them."""
    if not len(ranked):
        return ranked
    vectors = pool.vectors(ranked)
    repeated = np.zeros(len(ranked), bool)
    if len(pool.marked):
        repeated |= (vectors @ pool.vectors(pool.marked).T > pool.duplicate_cosine).any(axis=1)
    alike = vectors @ vectors.T > pool.duplicate_cosine
    for place in range(1, len(ranked)):
        repeated[place] |= (alike[place, :place] & ~repeated[:place]).any()
    return ranked[~repeated]


def spread_in_time(pool: Pool, ranked: Rows) -> Rows:
    """Those of ranked rows that are no neighbours in time of one marked or of one kept before them."""
    if pool.moments is None or not len(ranked):
        return ranked
    taken: dict[int, list[float]] = {}
    _apart(pool.moments(pool.marked), pool.temporal_range, taken)
    return ranked[_apart(pool.moments(ranked), pool.temporal_range, taken)]


def _apart(moments: Moments, least: float, taken: dict[int, list[float]]) -> list[int]:
    """Places of the moments that have no neighbour among those taken, which grow by them."""
    kept = []
    for place, (video, second) in enumerate(zip(moments.videos.tolist(), moments.seconds.tolist(), strict=True)):
        others = taken.setdefault(video, []) if video >= 0 else []
        if all(abs(second - other) > least for other in others):
            others.append(second)
            kept.append(place)
    return kept


def without(pool: Pool, rows: Rows) -> Pool:
    """The pool after some rows were chosen from it."""
    known = len(pool.marks) == len(pool.marked)
    marks = np.concatenate([pool.marks, np.zeros(len(rows), np.int8)]) if known else pool.marks
    shown = np.concatenate([pool.marked, rows])
    return replace(left_out(pool, rows), marked=shown, marks=marks)


def left_out(pool: Pool, rows: Rows) -> Pool:
    """The pool in which some rows are no candidates any more."""
    candidates = pool.candidates.copy()
    candidates[rows] = False
    return replace(pool, candidates=candidates)


def repetitions(pool: Pool, shown: Rows, ranked: Rows) -> NDArray[np.intp]:
    """How many of the ranked rows each shown one stands for, being nearly the same and not shown itself: (n,)."""
    others = ranked[~np.isin(ranked, shown)]
    if not len(shown) or not len(others):
        return np.zeros(len(shown), np.intp)
    alike = pool.vectors(others) @ pool.vectors(shown).T
    nearest = alike.argmax(axis=1)[alike.max(axis=1) > pool.duplicate_cosine]
    return np.bincount(nearest, minlength=len(shown))


def filled(parts: Sequence[Rows], count: int) -> Rows:
    """The first `count` different rows of several lists, one after the other."""
    rows = np.concatenate(parts)
    firsts = np.sort(np.unique(rows, return_index=True)[1])
    return rows[firsts[:count]]
