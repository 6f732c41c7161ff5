"""An open embedding set: the live rows of its shards in a fixed order."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from snoop_flow.entities import Shard
from snoop_flow.vectors.kernels import widened
from snoop_flow.vectors.parts import Part, check_weights, exact_scores, read_codes, scores_at
from snoop_flow.vectors.reaching import Question, Reached, Sieve, reaching
from snoop_flow.vectors.scanning import Scan
from snoop_flow.vectors.shards import ShardFile, read_shard

BLOCK_ROWS = 16_384
GATHERED = 256  # rows

FloatArray = NDArray[np.float32]
RowArray = NDArray[np.intp]
Mask = NDArray[np.bool_]


class VectorSet:
    """Implements `snoop_flow.plugin_types.VectorView` over sealed shards.

    Row r of the set is the r-th live row, shard after shard. Dead rows (superseded vectors, items that are gone) are
    skipped. A set is a snapshot: it does not change when shards are added.

    Attributes:
        dimension: D.
        state: digest of which rows are live; equal states have the same rows in the same order.
        regional: rows are of regions, and of the images that these were cut out of.
    """

    def __init__(
        self,
        folder: Path,
        shards: Sequence[Shard],
        dead: Mapping[int, Sequence[int]],
        dimension: int,
        *,
        regional: bool = False,
    ) -> None:
        """Map all shards.

        Raises:
            IntegrityError: a shard cannot be read.
        """
        self.dimension = dimension
        self.regional = regional
        self.state = state_of(shards, dead)
        self._files = [read_shard(folder / shard.file, shard.rows, dimension) for shard in shards]
        self._live = [_live_rows(shard.rows, dead.get(shard.id, ())) for shard in shards]
        counts = [len(live) for live in self._live]
        self._offsets = np.concatenate([[0], np.cumsum(counts, dtype=np.intp)])
        self._sieves: tuple[bytes, dict[int, Sieve]] = (b"", {})

    def __len__(self) -> int:
        """N, the number of live rows."""
        return int(self._offsets[-1])

    @cached_property
    def numbers(self) -> NDArray[np.int64]:
        """(N,) item numbers."""
        parts = [file.numbers[live] for file, live in zip(self._files, self._live, strict=True)]
        return np.concatenate(parts) if parts else np.zeros(0, np.int64)

    def blocks(self, rows: int = BLOCK_ROWS) -> Iterator[FloatArray]:
        """Yield all rows in order as (n, D) float32 blocks of at most `rows`; a block never spans shards."""
        for file, live in zip(self._files, self._live, strict=True):
            for start in range(0, len(live), rows):
                yield _take(file, live[start : start + rows])

    def gather(self, rows: RowArray) -> FloatArray:
        """The vectors of some rows, (n, D) float32."""
        out = np.empty((len(rows), self.dimension), np.float32)
        places = np.searchsorted(self._offsets, rows, side="right") - 1
        for place in np.unique(places):
            mine = np.flatnonzero(places == place)
            local = self._live[place][np.asarray(rows)[mine] - self._offsets[place]]
            for start in range(0, len(mine), GATHERED):  # a little at a time: fresh memory costs more than the copying
                part = slice(start, start + GATHERED)
                out[mine[part]] = widened(self._files[place].vectors[local[part]])
        return out

    def rows_of(self, numbers: Sequence[int] | NDArray[np.int64]) -> RowArray:
        """Rows of item numbers, -1 where an item has no vector."""
        wanted = np.asarray(numbers, np.int64)
        if not len(self):
            return np.full(len(wanted), -1, np.intp)
        order, ordered = self._sorted
        places = np.minimum(np.searchsorted(ordered, wanted), len(ordered) - 1)
        return np.where(ordered[places] == wanted, order[places], -1)

    @cached_property
    def _sorted(self) -> tuple[RowArray, NDArray[np.int64]]:
        order = np.argsort(self.numbers, kind="stable")
        return order, self.numbers[order]

    def scan(self, weights: FloatArray, bias: float = 0.0, *, allowed: Mask | None = None) -> Scan:
        """Score every row by `x · weights + bias`, in one pass over the codes; what is taken from the scan is exact.

        Args:
            weights: (D,).
            bias: added to every score.
            allowed: (N,) mask of the rows that matter; others are skipped.

        Raises:
            UsageError: the weights are of another dimension, or not all finite.
        """
        return Scan(self.parts, check_weights(weights, self.dimension), bias, allowed)

    def scores(self, weights: FloatArray, bias: float = 0.0) -> FloatArray:
        """`x · weights + bias` of every row on the originals, (N,) float32."""
        return exact_scores(self.parts, check_weights(weights, self.dimension), bias)

    def reaching(self, rows: RowArray, weights: FloatArray, biases: FloatArray, floors: FloatArray) -> Reached:
        """Which of some rows reach the floors of which classes, in one pass over their codes; the answer is exact.

        Args:
            rows: rising.
            weights: (C, D).
            biases: (C,), added to the scores.
            floors: (C,) scores from which on a pair is given.

        Raises:
            UsageError: the weights are of another dimension, or not all finite.
        """
        checked = [check_weights(one, self.dimension) for one in weights]
        stacked = np.stack(checked) if checked else np.zeros((0, self.dimension), np.float32)
        question = Question(stacked, np.asarray(biases, np.float32), np.asarray(floors, np.float32))
        return reaching(self.parts, rows, question, self._sieves_of(question))

    def _sieves_of(self, question: Question) -> dict[int, Sieve]:
        digest = question.digest
        if self._sieves[0] != digest:  # the units of an enrichment ask the same again and again
            self._sieves = (digest, {})
        return self._sieves[1]

    def rows_between(self, first: int, last: int) -> RowArray:
        """The rows of the items whose numbers lie between two, both included; rising."""
        order, ordered = self._sorted
        begin, end = np.searchsorted(ordered, [first, last + 1])
        return np.sort(order[begin:end])

    def release(self, rows: RowArray) -> None:
        """Let the memory go that was mapped for some rising rows; it is mapped again when they are read."""
        for part in self.parts:
            first, last = np.searchsorted(rows, [part.offset, part.offset + len(part.live)])
            if first < last:
                part.release(rows[first] - part.offset, rows[last - 1] - part.offset)

    def scores_at(self, rows: RowArray, weights: FloatArray) -> FloatArray:
        """`x · weights` of some rows on the originals, (n,) float32; far faster than gathering them first."""
        return scores_at(self.parts, check_weights(weights, self.dimension), np.asarray(rows, np.intp))

    def read_codes(self) -> int:
        """Read every code once and add all up: the least that a scan can take, for measuring."""
        return read_codes(self.parts)

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """The shards in their order."""
        return tuple(
            Part(file, live, int(offset))
            for file, live, offset in zip(self._files, self._live, self._offsets, strict=False)
        )


def state_of(shards: Sequence[Shard], dead: Mapping[int, Sequence[int]]) -> str:
    """Digest of the rows that a set of these shards has."""
    rows = [[shard.id, sorted(dead.get(shard.id, ()))] for shard in shards]
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()


def _live_rows(rows: int, dead: Sequence[int]) -> RowArray:
    live = np.ones(rows, bool)
    live[list(dead)] = False
    return np.flatnonzero(live)


def _take(file: ShardFile, rows: RowArray) -> FloatArray:
    first, last = int(rows[0]), int(rows[-1])
    if last - first + 1 == len(rows):  # no dead row in between: a plain slice reads sequentially
        return widened(file.vectors[first : last + 1])
    return widened(file.vectors[rows])
