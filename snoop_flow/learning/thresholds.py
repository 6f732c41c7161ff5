"""Choosing a threshold: at which scores it could lie, and which of them keeps a wanted precision."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from snoop_flow.learning.estimating import Estimates

Numbers = NDArray[np.float64]

CANDIDATES = 100


@dataclass(frozen=True, slots=True)
class Choice:
    """Places in a curve of estimates; None where no threshold keeps the wanted precision.

    Attributes:
        estimated: the lowest threshold at which the estimate does.
        cautious: the lowest at which even the interval's lower end does.
    """

    estimated: int | None
    cautious: int | None


def candidates(scores: NDArray[np.floating], count: int = CANDIDATES) -> Numbers:
    """Thresholds between neighbouring scores, so that numbers of items in a geometric row reach them, falling.

    The first lies above all scores, the last below. Where neighbours score the same, there is no threshold between.
    """
    ordered = np.sort(np.asarray(scores, np.float64))[::-1]
    if not len(ordered):
        return np.zeros(0)
    ranks = np.unique(np.round(np.geomspace(1, len(ordered), count)).astype(np.intp))[:-1]
    between = (ordered[ranks - 1] + ordered[ranks]) / 2
    apart = ordered[ranks - 1] > ordered[ranks]
    ends = np.nextafter(np.float32(ordered[0]), np.float32(np.inf)), ordered[-1]
    return np.concatenate([[ends[0]], between[apart], [ends[1]]]).astype(np.float64)


def choose(estimates: Estimates, precision: float, count: int | None = None) -> Choice:
    """The lowest thresholds of a curve, falling, that keep a precision: these miss the fewest members.

    Args:
        precision: wanted, between 0 and 1.
        count: of the first thresholds that are the curve, by default all.
    """
    return Choice(*(_last(estimates.precision[:count, column] >= precision) for column in (0, 1)))


def _last(kept: NDArray[np.bool_]) -> int | None:
    return int(np.flatnonzero(kept)[-1]) if kept.any() else None
