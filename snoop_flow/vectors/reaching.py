"""Which rows reach the floors of many classes at once: a sieve of three products, of which the last decides.

1. Every row × every class: int8 codes × int8 weights. How far the rounding of both can be off is bounded (Cauchy and
   Schwarz), so what cannot reach its floor is left out for certain, in the same pass that multiplies.
2. What is left: int8 codes × int16 weights, whose bound is several times narrower; the codes are still in the cache.
3. What is left then, all that is kept and what lies within the codes' own error of a floor: the originals.

So the answer is that of a full scan of the originals at little more than the price of the first product. Where the
processor has no instruction for int8 products (see `snoop_flow.vectors.tiles`), the first step is numpy's float32
product of the codes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snoop_flow.processes.threads import shared_out
from snoop_flow.vectors import tiles
from snoop_flow.vectors.codes import CodedQueries, Codes
from snoop_flow.vectors.kernels import dot_code_pairs, dot_half_pairs
from snoop_flow.vectors.parts import FloatArray, Part, RowArray

CHUNK_ROWS = 16_384  # a thread's share
BLOCK_ROWS = 4_096  # of a float32 product
PAIRS = 1 << 13  # what a search may find before it is sifted: as much as malloc keeps at hand
SMALL = 10**9  # multiplications for which numpy is done before a compiled search is loaded
EDGE = 2**31 - 1
EPSILON = 2.0**-24  # a float32 product of D terms is off by at most D times this, in parts of ‖w‖·‖x‖

Columns = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Reached:
    """Rows and the classes whose floors they reach.

    Attributes:
        rows: (n,) rows.
        columns: (n,) which of the classes.
        scores: (n,) exact scores.
        rescored: pairs that were scored on the originals.
    """

    rows: RowArray
    columns: Columns
    scores: FloatArray
    rescored: int


@dataclass(frozen=True, slots=True)
class Question:
    """C classes: weights (C, D), biases and floors (C,), all float32."""

    weights: FloatArray
    biases: FloatArray
    floors: FloatArray

    @property
    def digest(self) -> bytes:
        """Tells questions apart."""
        digest = hashlib.sha256()
        for array in (self.weights, self.biases, self.floors):
            digest.update(np.ascontiguousarray(array).tobytes())
        return digest.digest()


def reaching(parts: Sequence[Part], rows: RowArray, question: Question, sieves: dict[int, Sieve]) -> Reached:
    """All pairs of some rising rows and C classes that reach their floors, by class and row.

    Args:
        sieves: those that were made for this question, by part; more are added.
    """
    for place, (part, mine) in enumerate(_by_part(parts, rows)):
        if len(mine) and place not in sieves:
            sieves[place] = Sieve(part, question)
    chunks = [
        (sieves[place], mine[start : start + CHUNK_ROWS])
        for place, (_, mine) in enumerate(_by_part(parts, rows))
        for start in range(0, len(mine), CHUNK_ROWS)
    ]
    # numpy's own product has threads of its own
    most = None if tiles.lanes() else 1
    found = _joined(list(shared_out(lambda chunk: chunk[0].sift(chunk[1]), chunks, most)))
    # rows rise already for each class; of 16 bits numpy sorts by counting
    small = len(question.floors) <= np.iinfo(np.int16).max
    order = np.argsort(found.columns.astype(np.int16) if small else found.columns, kind="stable")
    return Reached(found.rows[order], found.columns[order], found.scores[order], found.rescored)


def _by_part(parts: Sequence[Part], rows: RowArray) -> Iterator[tuple[Part, RowArray]]:
    for part in parts:
        first, last = np.searchsorted(rows, [part.offset, part.offset + len(part.live)])
        yield part, rows[first:last]


def _joined(found: Sequence[Reached]) -> Reached:
    nothing = Reached(np.zeros(0, np.intp), np.zeros(0, np.int32), np.zeros(0, np.float32), 0)
    every = [nothing, *found]
    return Reached(
        np.concatenate([one.rows for one in every]),
        np.concatenate([one.columns for one in every]),
        np.concatenate([one.scores for one in every]),
        sum(one.rescored for one in every),
    )


class Sieve:
    """The classes, coded for one part: a few milliseconds' work, which pays for many units."""

    def __init__(self, part: Part, question: Question) -> None:
        self._part, self._asked, codes = part, question, part.file.codes
        tiled = tiles.lanes() > 0 and codes.codes.shape[1] <= tiles.LONGEST
        worth = len(part.live) * question.weights.size >= SMALL
        self._coarse = _Tiles(codes, question) if tiled and worth else _Products(codes, question)
        self._fine = CodedQueries.of(question.weights, codes.scale)

    def sift(self, rows: RowArray) -> Reached:
        """What reaches its floor among some rows of the set, all of this part."""
        live = self._part.live[rows - self._part.offset]
        found = [self._exactly(live, *self._narrowed(live, *pairs)) for pairs in self._coarse.pairs(live)]
        kept = _joined(found)
        return Reached(rows[kept.rows], kept.columns, kept.scores, kept.rescored)

    def _narrowed(self, live: RowArray, places: RowArray, columns: Columns) -> tuple[RowArray, Columns]:
        codes, asked, rows = self._part.file.codes, self._asked, live[places]
        products = np.empty(len(rows), np.int32)
        dot_code_pairs(codes.codes, self._fine.weights, rows, columns, products)
        best = products * self._fine.steps[columns] + self._fine.bounds(columns, codes.residuals[rows], codes.longest)
        still = best >= _lowest(asked)[columns]
        return places[still], columns[still]

    def _exactly(self, live: RowArray, places: RowArray, columns: Columns) -> Reached:
        asked, scores = self._asked, np.empty(len(places), np.float32)
        dot_half_pairs(self._part.file.vectors, asked.weights, live[places], columns, scores)
        scores += asked.biases[columns]
        kept = scores >= asked.floors[columns]
        return Reached(places[kept], columns[kept], scores[kept], len(places))


def _lowest(asked: Question) -> NDArray[np.float64]:
    """What w·x must come to, (C,); adding the bias rounds once more."""
    biases = asked.biases.astype(np.float64)
    return asked.floors - biases - 1e-6 * np.abs(biases)


class _Tiles:
    """The first product with the processor's own instruction; finds pairs (position in the rows given, class)."""

    def __init__(self, codes: Codes, question: Question) -> None:
        self._codes, self._asked = codes, question
        self._coded = CodedQueries.of(question.weights, codes.scale, tiles.MOST)
        self._groups: list[tuple[slice, tiles.Shape, Any, NDArray[np.int64]]] = []
        weights, start = self._coded.weights.astype(np.int8), 0
        while start < len(weights):
            shape = tiles.shape_for(len(weights) - start)
            mine = weights[start : start + shape.width]
            raised = tiles.OFFSET * mine.sum(axis=1, dtype=np.int64)
            self._groups.append((slice(start, start + len(mine)), shape, tiles.pack(mine, shape), raised))
            start += len(mine)

    def pairs(self, rows: RowArray) -> Iterator[tuple[RowArray, Columns]]:
        """What may reach its floor."""
        codes, picked = self._codes.codes, rows
        if codes.shape[1] % 4:  # a tile reads four dimensions at a time
            codes, picked = np.pad(codes[rows], ((0, 0), (0, -codes.shape[1] % 4))), np.arange(len(rows))
        residual = float(self._codes.residuals[rows].max(initial=0.0))
        bounds = self._coded.bounds(slice(None), residual, self._codes.longest)
        least = np.floor((_lowest(self._asked) - bounds) / self._coded.steps) - 1
        for mine, shape, packed, raised in self._groups:
            floors = np.full(shape.width, EDGE, np.int32)
            floors[: len(raised)] = np.clip(least[mine] + raised, -EDGE, EDGE)
            yield from self._search(shape, codes, picked, packed, floors, mine.start)

    @staticmethod
    def _search(
        shape: tiles.Shape, codes: Any, picked: RowArray, packed: Any, floors: NDArray[np.int32], first: int
    ) -> Iterator[tuple[RowArray, Columns]]:
        places, columns = np.empty(PAIRS, np.intp), np.empty(PAIRS, np.int32)
        find, start = tiles.finder(shape), 0
        while start < len(picked):
            start, found = find(codes, picked, packed, floors, start, places, columns)
            yield places[:found], columns[:found] + np.int32(first)


class _Products:
    """The first product by numpy, of the codes as float32; finds the same pairs, and fewer."""

    def __init__(self, codes: Codes, question: Question) -> None:
        self._codes, self._asked = codes, question
        self._scaled = np.ascontiguousarray((question.weights * codes.scale).T, np.float32)
        self._norms = np.linalg.norm(question.weights.astype(np.float64), axis=1)

    def pairs(self, rows: RowArray) -> Iterator[tuple[RowArray, Columns]]:
        """What may reach its floor."""
        residual = float(self._codes.residuals[rows].max(initial=0.0))
        rounding = 2 * EPSILON * len(self._scaled) * self._codes.longest
        least = _lowest(self._asked) - self._norms * (residual + rounding)
        for start in range(0, len(rows), BLOCK_ROWS):
            block = self._codes.codes[rows[start : start + BLOCK_ROWS]].astype(np.float32)
            places, columns = np.nonzero(block @ self._scaled >= least.astype(np.float32))
            yield places + start, columns.astype(np.int32)
