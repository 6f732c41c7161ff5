"""How good a ranking is, and how well the positives found span a class."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
Mask = NDArray[np.bool_]


def average_precision(scores: Vectors, relevant: Mask) -> float:
    """Mean precision at the rank of each relevant item; of equal scores the irrelevant come first. NaN without any."""
    places = np.arange(1, int(relevant.sum()) + 1)
    return float(np.mean(places / (places + _before(scores, relevant)))) if len(places) else float("nan")


def r_precision(scores: Vectors, relevant: Mask) -> float:
    """Share of relevant items among the first R, R being their number; NaN without any."""
    places = np.arange(1, int(relevant.sum()) + 1)
    within = places + _before(scores, relevant) <= len(places)
    return float(within.mean()) if len(places) else float("nan")


def _before(scores: Vectors, relevant: Mask) -> NDArray[np.intp]:
    """How many irrelevant items come before each relevant one, the relevant in order of their scores, best first."""
    best_first = np.sort(-scores[relevant])
    return np.searchsorted(np.sort(-scores[~relevant]), best_first, side="right")


def coverage(found: Vectors, members: Vectors) -> float:
    """How well the positives found span a class: the mean over its members of the best cosine to one found.

    Args:
        found: (p, D) unit vectors, p ≥ 1.
        members: (m, D) unit vectors, m ≥ 1.
    """
    return float((members @ found.T).max(axis=1).mean())


def wilson(right: int, tried: int, z: float = 1.96) -> tuple[float, float]:
    """The interval in which a share of one lies 95 times of 100, from a plain random sample (Wilson 1927)."""
    share, spread = right / tried, z * z / tried
    middle = (share + spread / 2) / (1 + spread)
    half = z * float(np.sqrt(share * (1 - share) / tried + spread / (4 * tried))) / (1 + spread)
    return max(middle - half, 0.0), min(middle + half, 1.0)
