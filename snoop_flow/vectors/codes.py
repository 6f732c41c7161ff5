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
        coded = CodedQueries.of(weights[None], scale)
        return cls(coded.weights[0], float(coded.steps[0]), float(coded.norms[0]), float(coded.slacks[0]))

    def bounds(self, residuals: NDArray[np.float32], longest: float) -> NDArray[np.float32]:
        """How far the approximate scores of rows can be off, (n,), for vectors of length at most `longest`."""
        # float32 sums of the exact score and of this bound itself are off by a few parts in a million of ‖w‖·‖x‖
        rounding = 4e-6 * self.norm * longest
        slack = self.slack * (longest + residuals) + rounding
        return np.asarray(self.norm * residuals + slack, np.float32)


@dataclass(frozen=True, slots=True)
class CodedQueries:
    """C weight vectors as they are multiplied with the codes of one shard; see `CodedQuery` for what each has.

    Attributes:
        weights: (C, D) int16, which hold int8 numbers where `most` is 127.
        steps: (C,) float64, and so are `norms` and `slacks`.
    """

    weights: NDArray[np.int16]
    steps: NDArray[np.float64]
    norms: NDArray[np.float64]
    slacks: NDArray[np.float64]

    @classmethod
    def of(cls, weights: NDArray[np.float32], scale: NDArray[np.float32], most: int = 2**15 - 1) -> CodedQueries:
        """Code (C, D) weights as integers up to `most` for a shard's scale."""
        wide = weights.astype(np.float64)
        scaled = wide * scale
        # the sum of D products must stay within 32 bits
        most = min(most, (2**31 - 1) // (STEPS * weights.shape[1]))
        steps = np.abs(scaled).max(axis=1, initial=0.0) / most
        steps[steps == 0] = 1.0
        rounded = np.rint(scaled / steps[:, None])
        left = np.linalg.norm((scaled - rounded * steps[:, None]) / scale, axis=1)
        return cls(rounded.astype(np.int16), steps, np.linalg.norm(wide, axis=1), left)

    def bounds(
        self, columns: NDArray[np.integer] | slice, residuals: NDArray[np.float32] | float, longest: float
    ) -> NDArray[np.float64]:
        """How far approximate scores by some of the weight vectors, of rows with these residuals, can be off."""
        norms, slacks = self.norms[columns], self.slacks[columns]
        return np.asarray(norms * (residuals + 4e-6 * longest) + slacks * (longest + residuals))
