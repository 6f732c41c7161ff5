"""A visual class as numbers: one weight vector and one bias on L2-normalised features."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class LinearModel:
    """A class, and so a query: `score(x) = weights · x + bias`, 0 being the boundary between in and out.

    Attributes:
        weights: (D,) float32.
        bias: added to every score.

    Raises:
        ValueError: the weights are no vector, or not all numbers are finite.
    """

    weights: NDArray[np.float32]
    bias: float

    def __post_init__(self) -> None:
        if self.weights.ndim != 1:
            raise ValueError(f"weights of a linear model have shape {self.weights.shape}; one vector is needed")
        if not (np.isfinite(self.weights).all() and np.isfinite(self.bias)):
            raise ValueError("weights or bias of a linear model are not finite; look for broken vectors")

    def scores(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Scores of (n, D) vectors, (n,) float32."""
        return np.asarray(vectors @ self.weights + np.float32(self.bias), np.float32)
