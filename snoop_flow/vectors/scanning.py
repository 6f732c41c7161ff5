"""One pass over the int8 codes of a set, from which everything that a round of teaching asks for is taken exactly.

The codes give each score with a bound on its error. To have the best k for certain, the rows that may belong to them,
by approximate score and bound, are scored again on the originals: with real features some hundreds of rows for the best
50, a few thousand for the best 1 000. The same holds for the band around a score and for the best of each cluster.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from snoop_flow.learning import best_rows
from snoop_flow.plugin_types import Hits
from snoop_flow.vectors.codes import CodedQuery
from snoop_flow.vectors.parts import FloatArray, Mask, Part, RowArray, exact_scores, grouped, in_threads, scores_at

MANY = 16  # where one row in so many would have to be scored again, all originals are read in one go


class Scan:
    """The scores of a set's rows by one query.

    Attributes:
        scores: (N,) float32 from the codes, −inf for rows that are not allowed.
        rescored: rows that were scored again on the originals so far.
    """

    def __init__(self, parts: Sequence[Part], weights: FloatArray, bias: float, allowed: Mask | None) -> None:
        """Use `VectorSet.scan`."""
        self._parts, self._weights, self._bias = parts, weights, np.float32(bias)
        self._queries = [CodedQuery.of(weights, part.file.codes.scale) for part in parts]
        self._allowed = np.ones(_rows(parts), bool) if allowed is None else allowed
        self._complete: FloatArray | None = None
        self.rescored = 0
        self.scores = self._approximate(allowed)
        self._most = max((self._bound(place, None) for place in range(len(parts))), default=0.0)

    def _approximate(self, allowed: Mask | None) -> FloatArray:
        scores = np.empty(_rows(self._parts), np.float32)
        queries = dict(zip(map(id, self._parts), self._queries, strict=True))

        def score(part: Part, chunk: slice) -> None:
            here = slice(part.offset + chunk.start, part.offset + chunk.stop)
            wanted = None if allowed is None else allowed[here]
            np.add(part.approximate(queries[id(part)], chunk, wanted), self._bias, out=scores[here])

        in_threads(score, self._parts)
        return scores

    @property
    def error(self) -> float:
        """How far any of `scores` can be off."""
        return float(self._most)

    # --- exact answers --------------------------------------------------------------------------------------------

    def top(self, count: int, below: float | None = None) -> Hits:
        """The best `count` allowed rows in falling order, equal scores by row; none above `below`."""
        rows, scores = self._top_candidates(count, below)
        if below is not None:
            inside = scores <= below
            rows, scores = rows[inside], scores[inside]
        order = np.lexsort((rows, -scores))[:count]
        return Hits(rows[order], scores[order])

    def band(self, count: int, centre: float = 0.0) -> Hits:
        """The `count` allowed rows nearest to a score, nearest first."""
        rows, scores = self._band_candidates(count, centre)
        order = np.lexsort((rows, np.abs(scores - np.float32(centre))))[:count]
        return Hits(rows[order], scores[order])

    def best_of_clusters(self, clusters: NDArray[np.int32]) -> Hits:
        """The best allowed row of each cluster that has one, by cluster.

        Args:
            clusters: (N,) from 0.
        """
        rows, scores = self._cluster_candidates(clusters)
        order = np.lexsort((rows, -scores, clusters[rows]))
        firsts = order[np.unique(clusters[rows[order]], return_index=True)[1]]
        return Hits(rows[firsts], scores[firsts])

    def refined(self, count: int, clusters: NDArray[np.int32] | None = None) -> FloatArray:
        """The scores, exact for the best `count` rows and the `count` nearest to zero: their places are certain.

        Args:
            clusters: (N,) from 0; the best row of each is certain, too.
        """
        scores = self.scores.copy()
        found = [self._top_candidates(count, None), self._band_candidates(count, 0.0)]
        if clusters is not None:
            found.append(self._cluster_candidates(clusters))
        for rows, exact in found:
            scores[rows] = exact
        return scores

    # --- what needs no certainty ----------------------------------------------------------------------------------

    def histogram(self, bins: int | NDArray[np.floating]) -> tuple[NDArray[np.intp], NDArray[np.floating]]:
        """(counts, edges) of the allowed rows' scores, as numpy gives them; off at the edges by the codes' error."""
        counts, edges = np.histogram(self.scores[self._allowed], bins)
        return counts, edges

    # --- certainty ------------------------------------------------------------------------------------------------

    def _top_candidates(self, count: int, below: float | None) -> tuple[RowArray, FloatArray]:
        """All rows that may be among the best `count`, with exact scores."""
        if count < 1:
            return self._exactly(np.zeros(0, np.intp))
        allowed, certain = self._allowed, self._allowed
        if below is not None:
            allowed = allowed & (self.scores <= below + self._most)
            certain = allowed & (self.scores <= below - self._most)
        best = best_rows(self.scores, certain, count)
        if len(best) < count:
            return self._exactly(np.flatnonzero(allowed))
        return self._exactly(self._may_reach(self.scores, allowed, certain, float(self.scores[best[-1]]), count))

    def _band_candidates(self, count: int, centre: float) -> tuple[RowArray, FloatArray]:
        """All rows that may be among the `count` nearest to a score, with exact scores."""
        if count < 1:
            return self._exactly(np.zeros(0, np.intp))
        nearness = -np.abs(self.scores - np.float32(centre))
        best = best_rows(nearness, self._allowed, count)
        if len(best) < count:
            return self._exactly(np.flatnonzero(self._allowed))
        edge = float(nearness[best[-1]])
        return self._exactly(self._may_reach(nearness, self._allowed, self._allowed, edge, count))

    def _cluster_candidates(self, clusters: NDArray[np.int32]) -> tuple[RowArray, FloatArray]:
        """All rows that may be the best of their cluster, with exact scores."""
        if not self._allowed.any():
            return self._exactly(np.zeros(0, np.intp))
        best = np.full(int(clusters.max()) + 1, -np.inf, np.float32)
        np.maximum.at(best, clusters, self.scores)
        return self._exactly(np.flatnonzero(self._allowed & (self.scores >= best[clusters] - 2 * self._most)))

    def _may_reach(self, key: FloatArray, allowed: Mask, certain: Mask, edge: float, count: int) -> RowArray:
        """Allowed rows that may belong to the best `count` by a key that is off as the scores are.

        Args:
            certain: the allowed rows that count for certain.
            edge: the key of the last of the best `count` of these.
        """
        rows = np.flatnonzero(allowed & (key >= np.float32(edge - 2 * self._most)))
        bounds = self.bounds(rows)
        lowest = (key[rows] - bounds)[certain[rows]]
        sure = np.partition(lowest, len(lowest) - count)[len(lowest) - count]
        kept: RowArray = rows[key[rows] + bounds >= sure]
        return kept

    def _exactly(self, rows: RowArray) -> tuple[RowArray, FloatArray]:
        return rows, self._rescore(rows)

    def _rescore(self, rows: RowArray) -> FloatArray:
        if self._complete is None and MANY * len(rows) > len(self.scores):
            self._complete = exact_scores(self._parts, self._weights, float(self._bias))
            self.rescored += len(self.scores)
        if self._complete is not None:
            return self._complete[rows]
        self.rescored += len(rows)
        return scores_at(self._parts, self._weights, rows) + self._bias

    def bounds(self, rows: RowArray) -> FloatArray:
        """How far the approximate scores of some rows can be off, (n,)."""
        bounds = np.empty(len(rows), np.float32)
        for place, mine in grouped(self._parts, rows):
            part = self._parts[place]
            bounds[mine] = self._bound(place, part.live[rows[mine] - part.offset])
        return bounds

    def _bound(self, place: int, rows: RowArray | None) -> FloatArray | float:
        """How far scores of a part can be off: of some rows of its file, or the most of all."""
        coded, query = self._parts[place].file.codes, self._queries[place]
        if rows is None:
            return float(query.bounds(np.asarray(coded.residuals.max(initial=0.0)), coded.longest)) + self._rounding
        return query.bounds(coded.residuals[rows], coded.longest) + np.float32(self._rounding)

    @property
    def _rounding(self) -> float:
        """Adding the bias rounds once more."""
        return 1e-6 * abs(float(self._bias))


def _rows(parts: Sequence[Part]) -> int:
    return sum(len(part.live) for part in parts)
