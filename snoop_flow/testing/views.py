"""Vectors to try an index type on: an array as a view, and queries like those that curators make."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from snoop_flow.plugin_types import FloatArray, RowArray


class ArrayView:
    """A `VectorView` over one array in memory.

    Attributes:
        vectors: (N, D) float32.
        numbers: (N,) item numbers, by default neither consecutive nor starting at 0, like those of a catalogue.
    """

    def __init__(self, vectors: FloatArray, numbers: NDArray[np.int64] | None = None) -> None:
        self.vectors = np.ascontiguousarray(vectors, dtype=np.float32)
        self.numbers = np.arange(len(vectors), dtype=np.int64) * 3 + 17 if numbers is None else numbers

    @property
    def dimension(self) -> int:
        """D."""
        return int(self.vectors.shape[1])

    def blocks(self, rows: int = 1000) -> Iterator[FloatArray]:
        """Yield all rows in order; blocks are of unequal length, as they are where shards meet."""
        start, length = 0, max(1, rows // 2)
        while start < len(self.vectors):
            yield self.vectors[start : start + length]
            start, length = start + length, rows

    def gather(self, rows: RowArray) -> FloatArray:
        """The vectors of some rows, (n, D)."""
        return self.vectors[rows]

    @classmethod
    def of_clusters(cls, rows: int, dimension: int, rng: np.random.Generator, spread: float = 1.0) -> ArrayView:
        """Unit vectors around some 30 centres, as far from them as the spread says, with falling variances.

        Learned features look like this more than independent noise or tight balls do.
        """
        scales = np.linspace(1.5, 0.3, dimension, dtype=np.float32)
        centres = rng.standard_normal((30, dimension), dtype=np.float32)
        noise = rng.standard_normal((rows, dimension), dtype=np.float32) * np.float32(spread)
        points = (centres[rng.integers(0, len(centres), rows)] + noise) * scales
        return cls(points / np.linalg.norm(points, axis=1, keepdims=True))


def class_vectors(vectors: FloatArray, count: int, rng: np.random.Generator) -> FloatArray:
    """Weight vectors as a fitted visual class has them, (count, D): the mean of a few neighbours less that of others.

    They are no data points: longer or shorter than 1, and pointing where no vector lies. An approximate search that
    is good for data points may be poor for them.
    """
    found = np.empty((count, vectors.shape[1]), np.float32)
    for place in range(count):
        seed = vectors[rng.integers(len(vectors))]
        near = np.argsort(-(vectors @ seed))[: rng.integers(2, 9)]
        others = rng.choice(len(vectors), min(200, len(vectors)), replace=False)
        found[place] = vectors[near].mean(axis=0) - vectors[others].mean(axis=0)
    return found
