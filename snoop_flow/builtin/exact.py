"""Index type `exact`: a full scan of the vectors. Nothing to build, never out of date, always right.

A view that can scan by itself does so; any other is read block by block.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from snoop_flow.errors import UsageError
from snoop_flow.plugin_types import FloatArray, Hits, IndexTypeSpec, Mask, RowArray, ScannableView, VectorView

BLOCK_ROWS = 16_384  # 64 MB of float32 at D = 1024
SPARSE = 8  # where fewer than one row in so many is allowed, picking rows beats scanning all


class ExactIndex:
    """Scans a view; implements `snoop_flow.plugin_types.Index`.

    Rows of one score come in the order of the view, so that an answer is always the same. Memory stays at one block
    and twice the rows wanted, whatever the size of the view.
    """

    def __init__(self, view: VectorView) -> None:
        self._view = view

    def search(self, query: FloatArray, count: int, *, allowed: Mask | None = None, below: float | None = None) -> Hits:
        """The best rows by inner product, see `snoop_flow.plugin_types.Index.search`.

        Raises:
            UsageError: the query is of another dimension than the vectors, or has numbers that are not finite.
        """
        if isinstance(self._view, ScannableView):
            return self._view.scan(query, allowed=allowed).top(count, below)
        if query.shape != (self._view.dimension,):
            raise UsageError(
                f"the query has {query.size} numbers, the vectors have {self._view.dimension}: "
                "they come from different backbones; use the one that embedded the collection"
            )
        if not np.isfinite(query).all():
            raise UsageError("the query has numbers that are not finite; its image or class is broken, make it anew")
        wanted = np.ascontiguousarray(query, dtype=np.float32)
        best_rows, best_scores = np.zeros(0, np.intp), np.zeros(0, np.float32)
        for rows, scores in self._scored(wanted, allowed):
            if below is not None:
                inside = scores <= below
                rows, scores = rows[inside], scores[inside]
            best_rows, best_scores = _best(
                np.concatenate([best_rows, rows]), np.concatenate([best_scores, scores]), count
            )
        order = np.lexsort((best_rows, -best_scores))
        return Hits(best_rows[order], best_scores[order])

    def _scored(self, query: FloatArray, allowed: Mask | None) -> Iterator[tuple[RowArray, FloatArray]]:
        """The allowed rows in rising order, with their scores."""
        if allowed is not None and SPARSE * np.count_nonzero(allowed) < len(allowed):
            picked = np.flatnonzero(allowed)
            for start in range(0, len(picked), BLOCK_ROWS):
                rows = picked[start : start + BLOCK_ROWS]
                yield rows, self._view.gather(rows) @ query
            return
        start = 0
        for block in self._view.blocks(BLOCK_ROWS):
            rows, scores = np.arange(start, start + len(block)), block @ query
            start += len(block)
            if allowed is None:
                yield rows, scores
            else:
                inside = allowed[rows]
                yield rows[inside], scores[inside]


def _best(rows: RowArray, scores: FloatArray, count: int) -> tuple[RowArray, FloatArray]:
    """The `count` highest scores of rows in rising order, which stay in it; of equal scores the first rows."""
    if len(rows) <= count:
        return rows, scores
    edge = np.partition(scores, len(scores) - count)[len(scores) - count]
    above = np.flatnonzero(scores > edge)
    level = np.flatnonzero(scores == edge)[: count - len(above)]
    kept = np.sort(np.concatenate([above, level]))
    return rows[kept], scores[kept]


def _build(_view: VectorView, _folder: Path, _rng: np.random.Generator) -> None:
    """The vectors themselves are the index."""


def _open(_folder: Path, view: VectorView) -> ExactIndex:
    return ExactIndex(view)


EXACT = IndexTypeSpec("exact", "Full scan: nothing to build, always right", True, _build, _open)
