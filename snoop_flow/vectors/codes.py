"""int8 codes of vectors: a quarter of float32's bytes to read in a scan, with a bound on what they get wrong.

A row x is kept as x ≈ s∘c, with c in −127…127 and one scale s for each dimension of a shard. What is left of it,
r = x − s∘c, is kept as its length alone: by Cauchy and Schwarz a score w·x differs from w·(s∘c) by at most ‖w‖·‖r‖. The
scale is the largest magnitude of each dimension: cutting off outliers makes the residuals of real features larger (mean
.0099 without, .0160 at the 99.9th percentile, MobileNetV2).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

STEPS = 127  # −128 is not used, so that codes are symmetric
SMALLEST = 1e-12  # a scale; dimensions that are always zero get this one
UP = np.float32(1 + 1e-5)  # residuals are rounded up, to stay bounds
BLOCK_ROWS = 16_384


@dataclass(frozen=True, slots=True)
class Codes:
    """The codes of n vectors.

    Attributes:
        codes: (n, D) int8.
        scale: (D,) float32, above 0.
        residuals: (n,) float32, upper bounds of ‖x − scale∘codes‖.
        longest: upper bound of ‖x‖; 1 and a little for unit vectors.
    """

    codes: NDArray[np.int8]
    scale: NDArray[np.float32]
    residuals: NDArray[np.float32]
    longest: float


def encode(vectors: NDArray[np.float16]) -> Codes:
    """The codes of (n, D) finite vectors; beside them only blocks of rows are held in memory."""
    scale = _scale(vectors)
    codes = np.empty(vectors.shape, np.int8)
    residuals = np.empty(len(vectors), np.float32)
    longest = 0.0
    for start in range(0, len(vectors), BLOCK_ROWS):
        block = np.asarray(vectors[start : start + BLOCK_ROWS], np.float32)
        rounded = np.clip(np.rint(block / scale), -STEPS, STEPS)
        codes[start : start + BLOCK_ROWS] = rounded
        residuals[start : start + BLOCK_ROWS] = np.linalg.norm(block - rounded * scale, axis=1) * UP
        longest = max(longest, float(np.linalg.norm(block, axis=1).max() * UP))
    return Codes(codes, scale, residuals, longest)


def _scale(vectors: NDArray[Any]) -> NDArray[np.float32]:
    largest = np.zeros(vectors.shape[1], np.float32)
    for start in range(0, len(vectors), BLOCK_ROWS):
        block = np.abs(np.asarray(vectors[start : start + BLOCK_ROWS], np.float32))
        np.maximum(largest, block.max(axis=0), out=largest)
    return np.maximum(largest / STEPS, np.float32(SMALLEST))


@dataclass(frozen=True, slots=True)
class CodedQuery:
    """A weight vector as it is multiplied with the codes of one shard.

    The weights are rounded to 16 bits, so that the products are of integers, which processors multiply and add in one
    step: the scan then takes hardly longer than reading the codes. How far they are off is part of the bound.

    Attributes:
        weights: (D,) int16.
        step: score of one unit of the integer product.
        norm: ‖w‖.
        slack: what rounding the weights can change in the score of a row of unit length.
    """

    weights: NDArray[np.int16]
    step: float
    norm: float
    slack: float

    @classmethod
    def of(cls, weights: NDArray[np.float32], scale: NDArray[np.float32]) -> CodedQuery:
        """Code (D,) weights for a shard's scale."""
        scaled = weights.astype(np.float64) * scale
        # the sum of D products must stay within 32 bits
        most = min(2**15 - 1, (2**31 - 1) // (STEPS * len(weights)))
        step = float(np.abs(scaled).max(initial=0.0)) / most or 1.0
        rounded = np.rint(scaled / step)
        left = float(np.linalg.norm((scaled - rounded * step) / scale))
        return cls(rounded.astype(np.int16), step, float(np.linalg.norm(weights.astype(np.float64))), left)

    def bounds(self, residuals: NDArray[np.float32], longest: float) -> NDArray[np.float32]:
        """How far the approximate scores of rows can be off, (n,), for vectors of length at most `longest`."""
        # float32 sums of the exact score and of this bound itself are off by a few parts in a million of ‖w‖·‖x‖
        rounding = 4e-6 * self.norm * longest
        slack = self.slack * (longest + residuals) + rounding
        return np.asarray(self.norm * residuals + slack, np.float32)
