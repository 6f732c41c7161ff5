"""Picking rows of a large corpus: the best by some key, and those that are not nearly the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from snoop_flow.learning.pool import Pool

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


def without(pool: Pool, rows: Rows) -> Pool:
    """The pool after some rows were chosen from it."""
    candidates = pool.candidates.copy()
    candidates[rows] = False
    return replace(pool, candidates=candidates, marked=np.concatenate([pool.marked, rows]))


def filled(parts: Sequence[Rows], count: int) -> Rows:
    """The first `count` different rows of several lists, one after the other."""
    rows = np.concatenate(parts)
    firsts = np.sort(np.unique(rows, return_index=True)[1])
    return rows[firsts[:count]]
