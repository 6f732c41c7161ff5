"""Scores on the vectors themselves: of candidates, and of everything where a structure cannot."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from snoop_flow.plugin_types import FloatArray, Hits, Mask, RowArray, ScannableView, VectorView

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
    """The exact answer, from the vectors themselves; by the view's own scan where it has one."""
    if isinstance(view, ScannableView):
        return view.scan(query, allowed=allowed).top(count, below)
    scores = np.concatenate([np.zeros(0, np.float32), *(block @ query for block in view.blocks(BLOCK_ROWS))])
    rows = np.arange(len(scores)) if allowed is None else np.flatnonzero(allowed)
    return best(rows, scores[rows], count, below)


def rescored(view: VectorView, rows: RowArray, query: FloatArray) -> FloatArray:
    """True inner products of some rows, (n,)."""
    if isinstance(view, ScannableView):
        return view.scores_at(rows, query)
    parts = [view.gather(part) @ query for part in _chunks(rows)]
    return np.concatenate([np.zeros(0, np.float32), *parts])


def _chunks(rows: RowArray) -> Iterator[RowArray]:
    for start in range(0, len(rows), BLOCK_ROWS):
        yield rows[start : start + BLOCK_ROWS]
