"""What a class is fitted on: marked vectors, and how much each mark counts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
Weights = NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class Marks:
    """Positive and negative marks with their weights, checked.

    Attributes:
        positives: (p, D) marked as belonging, p ≥ 1.
        negatives: (n, D) marked as not belonging, n ≥ 0.
        positive_weights: (p,) in (0, 1]; 1 is a plain mark, less one on which people agree less.
        negative_weights: (n,) likewise.

    Raises:
        ValueError: no positive, a vector that says nothing (zeros, or not finite), or weights that fit no marks.
    """

    positives: Vectors
    negatives: Vectors
    positive_weights: Weights
    negative_weights: Weights

    def __post_init__(self) -> None:
        if not len(self.positives):
            raise ValueError("a class needs at least one positive mark to be fitted; mark an example first")
        for name, vectors in (("positives", self.positives), ("negatives", self.negatives)):
            if vectors.ndim != 2:
                raise ValueError(f"{name} have shape {vectors.shape}; a table with one vector a row is needed")
            check_finite(name, vectors)
            if len(vectors) and not np.any(vectors, axis=1).all():
                raise ValueError(f"{name} hold a vector of zeros, which describes no image; embed that image again")
        _check_weights("positive_weights", self.positive_weights, len(self.positives))
        _check_weights("negative_weights", self.negative_weights, len(self.negatives))

    @classmethod
    def of(
        cls, positives: Vectors, negatives: Vectors, positive_weights: Weights | None, negative_weights: Weights | None
    ) -> Marks:
        """Marks of which those without weights are plain ones."""
        plain = (np.ones(len(positives)), np.ones(len(negatives)))
        return cls(
            positives,
            negatives,
            plain[0] if positive_weights is None else positive_weights,
            plain[1] if negative_weights is None else negative_weights,
        )

    @property
    def number(self) -> float:
        """How many plain marks these are worth."""
        return float(self.positive_weights.sum() + self.negative_weights.sum())

    @property
    def typical(self) -> Vectors:
        """The weighted mean of the positives, (D,)."""
        return np.average(self.positives, axis=0, weights=self.positive_weights).astype(np.float32)


def check_finite(name: str, vectors: Vectors) -> None:
    """Raise `ValueError` where a number is NaN or infinite; the sum tells it in one pass."""
    if not np.isfinite(np.sum(vectors)):
        raise ValueError(f"{name} hold numbers that are not finite; embed these images again")


def _check_weights(name: str, weights: Weights, count: int) -> None:
    if np.shape(weights) != (count,):
        raise ValueError(f"{name} have shape {np.shape(weights)}; one weight for each of {count} marks is needed")
    if not ((weights > 0) & (weights <= 1)).all():
        raise ValueError(f"{name} must lie above 0 and not above 1; leave out marks that do not count at all")
