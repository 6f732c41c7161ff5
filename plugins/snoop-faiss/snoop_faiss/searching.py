"""An opened index: candidates from FAISS, scores from the vectors, a full scan for what FAISS answers badly."""

from __future__ import annotations

from typing import Any

import numpy as np

from snoop_faiss.devices import MOST, Device
from snoop_faiss.library import load_faiss, threads
from snoop_faiss.ranking import best, rescored, scan
from snoop_faiss.structures import Effort, Removal, Structure
from snoop_flow.errors import UsageError
from snoop_flow.plugin_types import FloatArray, Hits, Mask, RowArray, VectorView

MARGIN = 50  # candidates beyond those of the effort, for what coarse codes put in the wrong order
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

    def __init__(
        self,
        structure: Structure,
        index: Any,
        view: VectorView,
        level: int,
        *,
        places: RowArray | None = None,
        device: Device | None = None,
    ) -> None:
        """Search an index of this structure over a view.

        Args:
            structure: what kind it is.
            index: FAISS's own.
            view: the vectors it was built over.
            level: which of the structure's efforts is spent when nothing makes the search harder.
            places: the view's row of each number that FAISS gives, −1 for rows that are gone; by default the same.
            device: a card that answers what it can.
        """
        self._faiss = load_faiss()
        self._structure, self._index, self._view = structure, index, view
        self._level, self._places = level, places
        self._living = None if places is None else places >= 0
        self._device, self._on_card = device, None if device is None else device.copy(index)
        self._total = len(view.numbers)

    def search(self, query: FloatArray, count: int, *, allowed: Mask | None = None, below: float | None = None) -> Hits:
        """The best rows by inner product, see `snoop_flow.plugin_types.Index.search`.

        Raises:
            UsageError: the query is of another dimension than the vectors, or has numbers that are not finite.
        """
        self._check(query)
        wanted = np.ascontiguousarray(query, np.float32)
        possible = self._total if allowed is None else int(np.count_nonzero(allowed))
        if allowed is not None and possible <= max(FEW, self._total // FEW_SHARE):
            rows = np.flatnonzero(allowed)
            return best(rows, rescored(self._view, rows, wanted), count, below)
        found = self._approach(wanted, min(count, possible), allowed, below, possible)
        return found if found is not None else scan(self._view, wanted, count, allowed, below)

    def _check(self, query: FloatArray) -> None:
        if query.shape != (self._view.dimension,):
            raise UsageError(
                f"the query has {query.size} numbers, the vectors have {self._view.dimension}: they come from "
                "different backbones; use the one that embedded the collection"
            )
        if not np.isfinite(query).all():
            raise UsageError("the query has numbers that are not finite; its image or class is broken, make it anew")

    def _approach(
        self, query: FloatArray, count: int, allowed: Mask | None, below: float | None, possible: int
    ) -> Hits | None:
        """Enough rows from FAISS, or None where only a full scan can find them."""
        selector = self._selector(allowed)
        level, deep, fetched = self._level + self._hardship(possible, below), count, 0
        while True:
            # rows above the band are met first, so it lies as much deeper
            fetched = max(self._effort(level).candidates * deep + MARGIN, 2 * fetched)
            if fetched * DEEP_SHARE > possible:
                return None
            rows = self._candidates(query, fetched, selector, level)
            scores = rescored(self._view, rows, query)
            hits = best(rows, scores, count, below)
            deep = count if below is None else count + int(np.count_nonzero(scores > below))
            if len(hits.rows) == count and self._effort(level).candidates * deep + MARGIN <= fetched:
                return hits
            level += 1

    def _hardship(self, possible: int, below: float | None) -> int:
        """Steps of effort beyond the usual: a mask hides rows on the way, a band lies away from where it leads."""
        share = possible / self._total
        return int(share < 0.5) + int(share < 0.25) + int(below is not None)

    def _effort(self, level: int) -> Effort:
        return self._structure.efforts[min(level, len(self._structure.efforts) - 1)]

    def _selector(self, allowed: Mask | None) -> Any:
        """A bitmap over FAISS's numbers, or None where all of them count."""
        numbered = self._numbered(allowed)
        return None if numbered is None else self._faiss.IDSelectorBitmap(np.packbits(numbered, bitorder="little"))

    def _numbered(self, allowed: Mask | None) -> Mask | None:
        """A mask of FAISS's numbers from one of the view's rows."""
        if self._places is None or self._living is None:
            return allowed
        if allowed is not None:
            numbered: Mask = self._living & allowed[self._places]
            return numbered
        return self._living if self._structure.removal is Removal.HIDE else None

    def _candidates(self, query: FloatArray, count: int, selector: Any, level: int) -> RowArray:
        numbers = self._numbers(query, count, selector, self._effort(level))[0]
        numbers = numbers[numbers >= 0]
        found: RowArray = (numbers if self._places is None else self._places[numbers]).astype(np.intp)
        return found

    def _numbers(self, query: FloatArray, count: int, selector: Any, effort: Effort) -> RowArray:
        parameters = self._structure.parameters(self._faiss, self._index, selector, effort, count)
        if self._device and selector is None and max(count, getattr(parameters, "nprobe", 0)) <= MOST:
            return self._device.search(self._on_card, query, count, parameters)  # cards know no masks
        with threads(self._faiss, 1):  # one query gains nothing from a second thread
            return np.asarray(self._index.search(query[None], count, params=parameters)[1])
