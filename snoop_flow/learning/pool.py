"""What a query strategy chooses from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.intp]


def _no_rows() -> Rows:
    return np.empty(0, np.intp)


def _no_marks() -> NDArray[np.int8]:
    return np.empty(0, np.int8)


@dataclass(frozen=True, slots=True)
class Moments:
    """Where some rows lie in time.

    Attributes:
        videos: (n,) int64, equal for the moments of one video, −1 for what is no moment of any.
        seconds: (n,) float64, since the beginning of the video.
    """

    videos: NDArray[np.int64]
    seconds: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Pool:
    """The corpus as a class's present model sees it; row r is the same item in every array.

    Attributes:
        scores: (N,) float32, 0 being the model's boundary; −inf where a row is no candidate and was not scored.
        vectors: gathers the vectors of some rows, (n, D) float32 of unit length; called on small sets of rows only.
        candidates: (N,) mask of the rows that may be shown: not judged, within the filters and the score window.
        clusters: (N,) int32, the cluster of each row, or None where nothing was clustered.
        marked_clusters: clusters that hold a mark.
        discovery_rate: share of a batch of the strategy `discovery` that explores, between 0 and 1.
        marked: rows already judged; what is nearly the same is shown only where a ranking holds nothing else.
        duplicate_cosine: from which cosine on two items are nearly the same.
        marks: (m,) int8, the values of `marked`: 1, −1, or 0 for unsure and for what was only shown; empty where
            nobody knows them.
        moments: tells where some rows lie in time; called on small sets of rows only. None where nothing is a moment
            of a video, or where neighbours in time are not to be merged.
        temporal_range: moments of one video that lie no more seconds apart are neighbours, of which one is shown.
    """

    scores: NDArray[np.float32]
    vectors: Callable[[Rows], NDArray[np.float32]]
    candidates: NDArray[np.bool_]
    clusters: NDArray[np.int32] | None = None
    marked_clusters: NDArray[np.integer] = field(default_factory=_no_rows)
    discovery_rate: float = 0.2
    marked: Rows = field(default_factory=_no_rows)
    duplicate_cosine: float = 0.98
    marks: NDArray[np.int8] = field(default_factory=_no_marks)
    moments: Callable[[Rows], Moments] | None = None
    temporal_range: float = 0.0
