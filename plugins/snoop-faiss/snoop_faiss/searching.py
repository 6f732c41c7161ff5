"""An opened index: candidates from FAISS, scores from the vectors, a full scan for what FAISS answers badly."""

from __future__ import annotations

from typing import Any

import numpy as np

from snoop_faiss.library import load_faiss, threads
from snoop_faiss.ranking import best, rescored, scan
from snoop_faiss.structures import Structure
from snoop_flow.errors import UsageError
from snoop_flow.plugin_types import FloatArray, Hits, Mask, RowArray, VectorView

MARGIN = 50  # candidates beyond twice the rows wanted, for what coarse codes put in the wrong order
FEW = 2_000  # as few allowed rows are always scored one by one
FEW_SHARE = 20  # and so is one row in as many
DEEP_SHARE = 4  # where so large a share of the rows would be candidates, reading all of them costs no more


class FaissIndex:
    """Implements `snoop_flow.plugin_types.Index`.

    A mask goes into FAISS as a bitmap; where it leaves few rows, these are scored one by one, for graphs and cells
    lose them. FAISS knows no score bands: more and more candidates are fetched until enough lie below the bound, with
    rising effort, and a band deep down the ranking is answered by a full scan. Fewer rows than wanted never come back
    while there are more.
    """

    def __init__(self, structure: Structure, index: Any, view: VectorView, level: int) -> None:
        """Search an index of this structure over a view.

        Args:
            structure: what kind it is.
            index: FAISS's own.
            view: the vectors it was built over.
            level: which of the structure's efforts is spent when nothing makes the search harder.
        """
        self._faiss = load_faiss()
        self._structure, self._index, self._view = structure, index, view
        self._level = level

    def search(self, query: FloatArray, count: int, *, allowed: Mask | None = None, below: float | None = None) -> Hits:
        """The best rows by inner product, see `snoop_flow.plugin_types.Index.search`.

        Raises:
            UsageError: the query is of another dimension than the vectors.
        """
        if query.shape != (self._index.d,):
            raise UsageError(
                f"the query has {query.size} numbers, the vectors have {self._index.d}: they come from different "
                "backbones; use the one that embedded the collection"
            )
        wanted = np.ascontiguousarray(query, np.float32)
        total = int(self._index.ntotal)
        possible = total if allowed is None else int(np.count_nonzero(allowed))
        if allowed is not None and possible <= max(FEW, total // FEW_SHARE):
            rows = np.flatnonzero(allowed)
            return best(rows, rescored(self._view, rows, wanted), count, below)
        found = self._approach(wanted, min(count, possible), allowed, below, possible)
        return found if found is not None else scan(self._view, wanted, count, allowed, below)

    def _approach(
        self, query: FloatArray, count: int, allowed: Mask | None, below: float | None, possible: int
    ) -> Hits | None:
        """Enough rows from FAISS, or None where only a full scan can find them."""
        selector = self._selector(allowed)
        level = self._level + self._hardship(possible, below)
        candidates = 2 * count + MARGIN
        while candidates * DEEP_SHARE <= possible:
            rows = self._candidates(query, candidates, selector, level)
            hits = best(rows, rescored(self._view, rows, query), count, below)
            if len(hits.rows) == count:
                return hits
            candidates, level = 4 * candidates, level + 1
        return None

    def _hardship(self, possible: int, below: float | None) -> int:
        """Steps of effort beyond the usual: a mask hides rows on the way, a band lies away from where it leads."""
        share = possible / self._index.ntotal
        return int(share < 0.5) + int(share < 0.25) + int(below is not None)

    def _selector(self, allowed: Mask | None) -> Any:
        if allowed is None:
            return None
        return self._faiss.IDSelectorBitmap(np.packbits(allowed, bitorder="little"))

    def _candidates(self, query: FloatArray, count: int, selector: Any, level: int) -> RowArray:
        efforts = self._structure.efforts
        effort = efforts[min(level, len(efforts) - 1)]
        parameters = self._structure.parameters(self._faiss, self._index, selector, effort, count)
        with threads(self._faiss, 1):  # one query gains nothing from a second thread
            _, rows = self._index.search(query[None], count, params=parameters)
        found: RowArray = rows[0][rows[0] >= 0].astype(np.intp)
        return found
