"""Precision, recall and number of members at any threshold, with 95 % intervals, from the answers of a blind audit.

Figures are medians and intervals quantiles over draws (`snoop_flow.learning.counting`). All are functions of how many
members lie above and below the threshold.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from snoop_flow.learning.counting import Cells, Draws, cells_of, draw_counts
from snoop_flow.learning.evidence import Evidence

Numbers = NDArray[np.float64]
Rows = NDArray[np.intp]

LEVEL = 0.95
DRAWS = 600


@dataclass(frozen=True, slots=True)
class Estimates:
    """What the answers say of a class at T thresholds; figures are (T, 3): value, lower end and upper end.

    Attributes:
        proposed: (T,) items that are marked as members or reach the threshold: counted, not estimated.
        precision: members among the proposed; NaN where nothing is proposed.
        recall: proposed among the members; NaN where there is no member.
        f1: harmonic mean of the two.
        members: of the class in the whole corpus.
        hits: members among the proposed.
        missed: members that are not proposed.
        precision_unmarked: members among the proposed that are not marked, NaN where there are none.
    """

    thresholds: Numbers
    proposed: Rows
    precision: Numbers
    recall: Numbers
    f1: Numbers
    members: Numbers
    hits: Numbers
    missed: Numbers
    precision_unmarked: Numbers


def estimate(
    evidence: Evidence, thresholds: NDArray[np.floating], rng: np.random.Generator, *, draws: int = DRAWS
) -> Estimates:
    """Estimate all figures at (T,) thresholds: a whole curve costs little more than one."""
    cells = cells_of(evidence, np.asarray(thresholds, np.float64))
    return _estimates(evidence, cells, draw_counts(evidence, cells, rng, draws))


def _estimates(evidence: Evidence, cells: Cells, drawn: Draws) -> Estimates:
    """All figures rise with the members above the threshold, and fall or rise with those below."""
    found, above = evidence.found, cells.above
    few, middle, many = drawn.few, drawn.middle, drawn.many
    proposed = found + above
    # (above, below) for the value and for the ends of what rises, and of what falls, with the members below
    rising = ((middle.above, middle.below), (few.above, few.below), (many.above, many.below))
    falling = ((middle.above, middle.below), (few.above, many.below), (many.above, few.below))
    return Estimates(
        thresholds=cells.thresholds,
        proposed=proposed,
        precision=_figure([_share(found + hits, proposed) for hits, _ in rising]),
        recall=_figure([_share(found + hits, found + hits + missed) for hits, missed in falling]),
        f1=_figure([_share(2.0 * (found + hits), proposed + found + hits + missed) for hits, missed in falling]),
        members=_figure([found + hits + missed for hits, missed in rising]),
        hits=_figure([found + hits for hits, _ in rising]),
        missed=_figure([missed for _, missed in rising]),
        precision_unmarked=_figure([_share(hits, above) for hits, _ in rising]),
    )


def _share(part: NDArray[np.number], whole: NDArray[np.number]) -> Numbers:
    shares: Numbers = np.full(np.broadcast(part, whole).shape, np.nan)
    np.divide(part, whole, out=shares, where=whole > 0)
    return shares


def _figure(draws: list[NDArray[np.number]]) -> Numbers:
    """(T, 3) from the draws for the value, the lower and the upper end; NaN where all for the value are 0 ÷ 0."""
    tail = (1 - LEVEL) / 2
    value, low, high = (
        _quantile(np.asarray(part, np.float64), at) for part, at in zip(draws, (0.5, tail, 1 - tail), strict=True)
    )
    # where only the draws for an end are 0 ÷ 0, nothing is known on that side
    ends = np.where(np.isnan(low), 0, low), np.where(np.isnan(high), 1, high)
    return np.stack([value, np.minimum(ends[0], value), np.maximum(ends[1], value)], axis=1)


def _quantile(draws: Numbers, at: float) -> Numbers:
    known = np.isfinite(draws).any(axis=0)
    out: Numbers = np.full(draws.shape[1], np.nan)
    out[known] = np.nanquantile(draws[:, known], at, axis=0)
    return out
