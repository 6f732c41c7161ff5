"""Spherical k-means on unit vectors: the map of a corpus for discovery, and the variety of a batch.

Source: Dhillon and Modha, "Concept decompositions for large sparse text data using clustering", Machine Learning 42,
2001; seeding after Arthur and Vassilvitskii, "k-means++", SODA 2007.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]

ITERATIONS = 12
SAME = 1e-6  # a distance that float32 cannot tell from none


def cluster(sample: Vectors, k: int, rng: np.random.Generator) -> Vectors:
    """Centres of at most k clusters, (k', D) of unit length; k' < k where there are fewer distinct vectors.

    Args:
        sample: (n, D) unit vectors, n ≥ 1; tens of thousands stand for any corpus.
        k: clusters wanted, at least 1.
        rng: seeds the centres.

    Raises:
        ValueError: no vector, or k below 1.
    """
    if not len(sample) or k < 1:
        raise ValueError(f"cannot make {k} clusters of {len(sample)} vectors; both must be at least 1")
    centres = _seeds(sample, k, rng)
    labels = assign(sample, centres)
    for _ in range(ITERATIONS):
        centres = _means(sample, labels, centres)
        moved = assign(sample, centres)
        if np.array_equal(moved, labels):
            break
        labels = moved
    return centres


def assign(block: Vectors, centres: Vectors) -> NDArray[np.int32]:
    """The nearest of (k, D) centres for (n, D) unit vectors: (n,) int32."""
    return np.asarray(np.argmax(block @ centres.T, axis=1), np.int32)


def representatives(sample: Vectors, centres: Vectors) -> NDArray[np.intp]:
    """The row of a sample nearest to each centre: what to show of a corpus of which nothing is known yet."""
    return np.unique(np.argmax(sample @ centres.T, axis=0))


def _seeds(sample: Vectors, k: int, rng: np.random.Generator) -> Vectors:
    """Draw each seed with a chance that grows with its distance from those before."""
    chosen = [int(rng.integers(len(sample)))]
    distances = _distances(sample, chosen[0])
    while len(chosen) < k and distances.sum() > 0:
        chosen.append(int(rng.choice(len(sample), p=distances / distances.sum())))
        distances = np.minimum(distances, _distances(sample, chosen[-1]))
    return sample[chosen]


def _distances(sample: Vectors, row: int) -> NDArray[np.float64]:
    distances = 1.0 - np.asarray(sample @ sample[row], np.float64)
    return np.where(distances > SAME, distances, 0.0)


def _means(sample: Vectors, labels: NDArray[np.int32], centres: Vectors) -> Vectors:
    """Mean directions; an empty cluster keeps its centre."""
    order = np.argsort(labels, kind="stable")
    present, starts = np.unique(labels[order], return_index=True)
    sums = np.add.reduceat(sample[order], starts, axis=0)
    norms = np.linalg.norm(sums, axis=1, keepdims=True)
    moved = centres.copy()
    whole = norms[:, 0] > 0
    moved[present[whole]] = sums[whole] / norms[whole]
    return moved
