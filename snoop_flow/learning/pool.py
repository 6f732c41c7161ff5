"""What a query strategy chooses from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray


def _no_rows() -> NDArray[np.intp]:
    return np.empty(0, np.intp)


@dataclass(frozen=True, slots=True)
class Pool:
    """The corpus as a class's present model sees it; row r is the same item in every array.

    Attributes:
        scores: (N,) float32, 0 being the model's boundary.
        vectors: gathers the vectors of some rows, (n, D) float32 of unit length; called on small sets of rows only.
        candidates: (N,) mask of the rows that may be shown: not judged, within the filters and the score window.
        clusters: (N,) int32, the cluster of each row, or None where nothing was clustered.
        marked_clusters: clusters that hold a mark.
        discovery_rate: share of a batch of the strategy `discovery` that explores, between 0 and 1.
        marked: rows already judged; what is nearly the same is shown only where a ranking holds nothing else.
        duplicate_cosine: from which cosine on two items are nearly the same.
    """

    scores: NDArray[np.float32]
    vectors: Callable[[NDArray[np.intp]], NDArray[np.float32]]
    candidates: NDArray[np.bool_]
    clusters: NDArray[np.int32] | None = None
    marked_clusters: NDArray[np.integer] = field(default_factory=_no_rows)
    discovery_rate: float = 0.2
    marked: NDArray[np.intp] = field(default_factory=_no_rows)
    duplicate_cosine: float = 0.98
