"""The live rows of one shard, and what is computed on them: approximate and exact scores, a share of rows at a time."""

from __future__ import annotations

import mmap
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snoop_flow.errors import UsageError
from snoop_flow.processes.threads import shared_out
from snoop_flow.vectors.codes import CodedQuery
from snoop_flow.vectors.kernels import add_codes, dot_codes, dot_halves
from snoop_flow.vectors.shards import ShardFile

CHUNK_ROWS = 32_768  # tens of megabytes: enough for a thread to be worth it
MOST_THREADS = 8  # reading memory gains nothing from more
SPARSE = 8  # where fewer than one row in so many matters, picking rows beats reading all

FloatArray = NDArray[np.float32]
RowArray = NDArray[np.intp]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Part:
    """One shard in a set.

    Attributes:
        live: rows of the file that count, rising.
        offset: the set's row of the first of them.
    """

    file: ShardFile
    live: RowArray
    offset: int

    @property
    def whole(self) -> bool:
        """No row of the file is dead."""
        return len(self.live) == len(self.file.numbers)

    def chunks(self) -> Iterator[slice]:
        """Shares of the live rows, as slices of `live`."""
        for start in range(0, len(self.live), CHUNK_ROWS):
            yield slice(start, min(start + CHUNK_ROWS, len(self.live)))

    def approximate(self, query: CodedQuery, chunk: slice, wanted: Mask | None) -> FloatArray:
        """Scores of a chunk from the codes; −inf where they are not wanted."""
        if wanted is not None and SPARSE * np.count_nonzero(wanted) < len(wanted):
            scores = np.full(len(wanted), -np.inf, np.float32)
            if wanted.any():
                scores[wanted] = _product(self.file.codes.codes[self.live[chunk][wanted]], query)
            return scores
        rows = self.live[chunk]
        first, last = int(rows[0]), int(rows[-1]) + 1
        scores = _product(self.file.codes.codes[first:last], query)
        if last - first != len(rows):
            scores = scores[rows - first]
        return scores if wanted is None else np.where(wanted, scores, np.float32(-np.inf))

    def exact(self, weights: FloatArray, rows: RowArray) -> FloatArray:
        """Scores of some rows of the file from the originals."""
        out = np.empty(len(rows), np.float32)
        picked = np.ascontiguousarray(self.file.vectors[rows])
        dot_halves(picked, weights, out)
        return out

    def release(self, first: int, last: int) -> None:
        """Let the memory go that was mapped between two live rows, both included."""
        rows = int(self.live[first]), int(self.live[last]) + 1
        for array in (self.file.vectors, self.file.codes.codes):
            if isinstance(array.base, mmap.mmap):
                _release(array, array.base, *rows)


def _release(array: NDArray[Any], mapped: mmap.mmap, first: int, last: int) -> None:
    # the array begins somewhere in the first page of its map
    ahead = len(mapped) - array.nbytes
    begin = (ahead + first * array.strides[0]) // mmap.PAGESIZE * mmap.PAGESIZE
    end = min(len(mapped), ahead + last * array.strides[0])
    mapped.madvise(mmap.MADV_DONTNEED, begin, end - begin)


def _product(codes: NDArray[np.int8], query: CodedQuery) -> FloatArray:
    out = np.empty(len(codes), np.int32)
    dot_codes(np.ascontiguousarray(codes), query.weights, out)
    return out * np.float32(query.step)


def check_weights(weights: FloatArray, dimension: int) -> FloatArray:
    """Weights fit for a scan; raises `UsageError`."""
    if weights.shape != (dimension,):
        raise UsageError(
            f"the query has {weights.size} numbers, the vectors have {dimension}: "
            "they come from different backbones; use the one that embedded the collection"
        )
    if not np.isfinite(weights).all():
        raise UsageError("the query has numbers that are not finite; its image or class is broken, make it anew")
    return np.ascontiguousarray(weights, np.float32)


def grouped(parts: Sequence[Part], rows: RowArray) -> list[tuple[int, RowArray]]:
    """(place of a part, positions in `rows`) for rising or mixed rows of a set."""
    offsets = np.array([part.offset for part in parts], np.intp)
    places = np.searchsorted(offsets, rows, side="right") - 1
    # a part without live rows has the offset of the next one, which `right` prefers
    return [(int(place), np.flatnonzero(places == place)) for place in np.unique(places)]


def scores_at(parts: Sequence[Part], weights: FloatArray, rows: RowArray) -> FloatArray:
    """Scores of some rows of a set from the originals, (n,) float32."""
    scores = np.empty(len(rows), np.float32)
    for place, mine in grouped(parts, rows):
        part = parts[place]
        scores[mine] = part.exact(weights, part.live[rows[mine] - part.offset])
    return scores


def exact_scores(parts: Sequence[Part], weights: FloatArray, bias: float) -> FloatArray:
    """Scores of all rows from the originals, (N,) float32."""
    scores = np.empty(sum(len(part.live) for part in parts), np.float32)

    def score(part: Part, chunk: slice) -> None:
        rows = part.live[chunk]
        out = scores[part.offset + chunk.start : part.offset + chunk.stop]
        if int(rows[-1]) + 1 - int(rows[0]) == len(rows):
            dot_halves(part.file.vectors[rows[0] : rows[-1] + 1], weights, out)
        else:
            out[:] = part.exact(weights, rows)

    in_threads(score, parts)
    return scores + np.float32(bias)


def read_codes(parts: Sequence[Part]) -> int:
    """The sum of all codes, in as many threads as a scan has."""
    totals: list[int] = []
    in_threads(lambda part, chunk: totals.append(add_codes(part.file.codes.codes[chunk])), parts)
    return sum(totals)


def in_threads(work: Callable[[Part, slice], None], parts: Sequence[Part]) -> None:
    """Do something for every chunk of every part; the kernels let several threads run at once."""
    chunks = [(part, chunk) for part in parts for chunk in part.chunks()]
    for _ in shared_out(lambda chunk: work(*chunk), chunks, MOST_THREADS):
        pass
