"""What is known of a corpus when its class is audited."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Rows = NDArray[np.intp]
Mask = NDArray[np.bool_]

BLOCK = 10  # answers whose unequal weights are compared with each other


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of a corpus: the truth of some items, and blind answers to a sample of the others.

    Attributes:
        scores: (N,) of the items whose truth is not certain.
        rows: (n,) rows of them that were judged.
        answers: (n,) whether the answer was yes.
        chances: (n,) chance of each to be drawn, above 0.
        found: members whose truth is certain; they count as found whatever the threshold is.
        inside: (N,) mask of the rows that the figures are about, by default all; others only tell the shares.
    """

    scores: Numbers
    rows: Rows
    answers: Mask
    chances: Numbers
    found: int = 0
    inside: Mask | None = None

    def effective(self) -> float:
        """How many answers of equal weight these are worth (Kish, 1965): (Σw)² / Σw² within blocks of the score."""
        return float(self.weights().sum())

    def weights(self) -> Numbers:
        """How much each answer counts: 1 where neighbours by score had the same chance to be drawn.

        Else it counts in proportion to 1 / chance, scaled to the effective number of answers of its block.
        """
        order = np.argsort(self.scores[self.rows], kind="stable")
        weights = np.ones(len(order))
        raw = 1 / self.chances
        for block in np.array_split(order, max(len(order) // BLOCK, 1)):
            if len(block):
                weights[block] = raw[block] * raw[block].sum() / (raw[block] ** 2).sum()
        return weights
