"""How good a ranking is, and how well the positives found span a class."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
Mask = NDArray[np.bool_]


def average_precision(scores: Vectors, relevant: Mask) -> float:
    """Mean precision at the rank of each relevant item; of equal scores the irrelevant come first. NaN without any."""
    hits = relevant[_ranking(scores, relevant)]
    ranks = np.flatnonzero(hits) + 1
    return float(np.mean(np.arange(1, len(ranks) + 1) / ranks)) if len(ranks) else float("nan")


def r_precision(scores: Vectors, relevant: Mask) -> float:
    """Share of relevant items among the first R, R being their number; NaN without any."""
    count = int(relevant.sum())
    return float(relevant[_ranking(scores, relevant)[:count]].mean()) if count else float("nan")


def coverage(found: Vectors, members: Vectors) -> float:
    """How well the positives found span a class: the mean over its members of the best cosine to one found.

    Args:
        found: (p, D) unit vectors, p ≥ 1.
        members: (m, D) unit vectors, m ≥ 1.
    """
    return float((members @ found.T).max(axis=1).mean())


def _ranking(scores: Vectors, relevant: Mask) -> NDArray[np.intp]:
    return np.lexsort((relevant, -scores))
