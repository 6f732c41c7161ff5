"""Choosing and ordering rows by score; the full scan that answers what a structure cannot."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from snoop_flow.plugin_types import FloatArray, Hits, Mask, RowArray, VectorView

BLOCK_ROWS = 16_384


def best(rows: RowArray, scores: FloatArray, count: int, below: float | None = None) -> Hits:
    """The `count` highest of some scores in falling order, equal ones by row, none above `below`."""
    if below is not None:
        inside = scores <= below
        rows, scores = rows[inside], scores[inside]
    if len(rows) > count:
        edge = np.partition(scores, len(scores) - count)[len(scores) - count]
        inside = scores >= edge
        rows, scores = rows[inside], scores[inside]
    order = np.lexsort((rows, -scores))[:count]
    return Hits(rows[order].astype(np.intp), scores[order].astype(np.float32))


def scan(view: VectorView, query: FloatArray, count: int, allowed: Mask | None, below: float | None) -> Hits:
    """The exact answer, from the vectors themselves."""
    scores = np.concatenate([np.zeros(0, np.float32), *(block @ query for block in view.blocks(BLOCK_ROWS))])
    rows = np.arange(len(scores)) if allowed is None else np.flatnonzero(allowed)
    return best(rows, scores[rows], count, below)


def rescored(view: VectorView, rows: RowArray, query: FloatArray) -> FloatArray:
    """True inner products of some rows, (n,)."""
    parts = [view.gather(part) @ query for part in _chunks(rows)]
    return np.concatenate([np.zeros(0, np.float32), *parts])


def exact_best(vectors: VectorView, queries: FloatArray, count: int) -> RowArray:
    """The best rows for each of many queries in one pass over the vectors, (Q, count)."""
    rows = np.zeros((len(queries), 0), np.intp)
    scores = np.zeros((len(queries), 0), np.float32)
    start = 0
    for block in vectors.blocks(BLOCK_ROWS):
        here = np.broadcast_to(np.arange(start, start + len(block)), (len(queries), len(block)))
        rows, scores = np.hstack([rows, here]), np.hstack([scores, queries @ block.T])
        kept = np.argsort(-scores, axis=1, kind="stable")[:, :count]
        rows, scores = np.take_along_axis(rows, kept, 1), np.take_along_axis(scores, kept, 1)
        start += len(block)
    return rows


def _chunks(rows: RowArray) -> Iterator[RowArray]:
    for start in range(0, len(rows), BLOCK_ROWS):
        yield rows[start : start + BLOCK_ROWS]
