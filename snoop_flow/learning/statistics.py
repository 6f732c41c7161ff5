"""Mean and covariance of a corpus: computed once per embedding set, they tell what is common and so says little."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from snoop_flow.learning.threads import one_blas_thread


@dataclass(frozen=True, slots=True)
class CorpusStatistics:
    """Mean and principal axes of a corpus of vectors.

    Attributes:
        mean: (D,) float32.
        axes: (D, D) float32, orthonormal; column j is the axis of `variances[j]`.
        variances: (D,) float32, along the axes, rising.
        count: vectors that were seen.
    """

    mean: NDArray[np.float32]
    axes: NDArray[np.float32]
    variances: NDArray[np.float32]
    count: int

    @property
    def typical_variance(self) -> float:
        """The variance along the axis on which a random bit of energy lies, tr Σ² / tr Σ: a scale for shrinkage.

        Spectra of features fall steeply, so the plain mean tr Σ / D is far below what matters.
        """
        energy = float(self.variances.sum())
        return float((self.variances**2).sum()) / energy if energy > 0 else 1.0

    def whiten(self, direction: NDArray[np.float32], shrinkage: float) -> NDArray[np.float32]:
        """Turn a difference of means into a discriminant: (Σ + λI)⁻¹ v, with λ = shrinkage × typical variance.

        With a large shrinkage it is v again, up to scale. Source: Hariharan, Malik, Ramanan, "Discriminative
        decorrelation for clustering and classification", ECCV 2012.

        Args:
            direction: (D,).
            shrinkage: above 0.
        """
        ridge = shrinkage * self.typical_variance
        return np.asarray(self.axes @ ((direction @ self.axes) / (self.variances + ridge)), np.float32)

    def deviation(self, weights: NDArray[np.float32]) -> float:
        """Standard deviation of the scores that a weight vector gives over the corpus, √(wᵀΣw)."""
        return float(np.sqrt((self.variances * (weights @ self.axes) ** 2).sum()))

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """Everything as plain arrays, to be stored."""
        count = np.array([self.count], np.int64)
        return {"mean": self.mean, "axes": self.axes, "variances": self.variances, "count": count}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[np.generic]]) -> CorpusStatistics:
        """The inverse of `arrays`.

        Raises:
            KeyError: an array is missing.
        """
        mean, axes, variances = (np.asarray(arrays[name], np.float32) for name in ("mean", "axes", "variances"))
        return cls(mean, axes, variances, int(np.asarray(arrays["count"], np.int64)[0]))


def corpus_statistics(blocks: Iterable[NDArray[np.float32]]) -> CorpusStatistics:
    """Statistics of vectors that come in blocks; a random sample of some 20 000 rows is as good as all.

    Args:
        blocks: (n, D) arrays, any n.

    Raises:
        ValueError: there is not one vector, or a number is not finite.
    """
    count, total, products = 0, np.zeros(()), np.zeros(())
    for block in blocks:
        if len(block):
            count += len(block)
            total = total + block.sum(axis=0, dtype=np.float64)
            products = products + (block.T @ block).astype(np.float64)
    if not count:
        raise ValueError("statistics of a corpus need at least one vector")
    if not np.isfinite(products).all():
        raise ValueError("vectors of the corpus hold numbers that are not finite; embed these images again")
    mean = total / count
    with one_blas_thread():
        variances, axes = np.linalg.eigh(products / count - np.outer(mean, mean))
    rising = np.maximum(variances, 0)  # rounding leaves tiny negatives where there is no variance
    return CorpusStatistics(mean.astype(np.float32), axes.astype(np.float32), rising.astype(np.float32), count)
