"""Precision, recall and number of members at any threshold, with 95 % intervals, from the answers of a blind audit.

All figures are functions of how many members lie above and below the threshold. Intervals are quantiles over draws of
these (`snoop_flow.learning.counting`), which assume little, and so reach far where few answers speak for many items.
The value is the best guess within: what was judged is counted, and the others by their probabilities under a
calibration (`snoop_flow.learning.calibrating`), which on labelled sets was much nearer to the truth than the middle of
the draws.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from snoop_flow.learning.calibrating import calibrate
from snoop_flow.learning.counting import cells_of, draw_counts
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
    drawn = draw_counts(evidence, cells, rng, draws)
    guess = _guess(evidence, cells.thresholds)
    # for the value and for the ends of what rises, and of what falls, with the members below
    rising = (guess, (drawn.few.above, drawn.few.below), (drawn.many.above, drawn.many.below))
    falling = (guess, (drawn.few.above, drawn.many.below), (drawn.many.above, drawn.few.below))
    found, above = evidence.found, cells.above
    proposed = found + above
    return Estimates(
        thresholds=cells.thresholds,
        proposed=proposed,
        precision=_figure([_share(found + hits, proposed) for hits, _ in rising]),
        recall=_figure([_share(found + hits, found + hits + missed) for hits, missed in falling]),
        f1=_figure([_share(2.0 * (found + hits), proposed + found + hits + missed) for hits, missed in falling]),
        members=_figure([found + (guess[0] + guess[1]), found + drawn.few.total, found + drawn.many.total]),
        hits=_figure([found + hits for hits, _ in rising]),
        missed=_figure([missed for _, missed in rising]),
        precision_unmarked=_figure([_share(hits, above) for hits, _ in rising]),
    )


def _guess(evidence: Evidence, thresholds: Numbers) -> tuple[Numbers, Numbers]:
    """(1, T) the likely numbers of members above and below each threshold."""
    likely = np.full(len(evidence.scores), 0.5)
    if len(evidence.rows):
        told = calibrate(evidence.scores[evidence.rows], evidence.answers, 1 / evidence.chances)
        likely = told.probabilities(evidence.scores)
        likely[evidence.rows] = evidence.answers
    if evidence.inside is not None:
        likely[~evidence.inside] = 0
    order = np.argsort(evidence.scores)
    sums = np.append(0.0, np.cumsum(likely[order]))
    below = sums[np.searchsorted(evidence.scores[order], thresholds, side="left")][None]
    return sums[-1] - below, below


def _share(part: NDArray[np.number], whole: NDArray[np.number]) -> Numbers:
    shares: Numbers = np.full(np.broadcast(part, whole).shape, np.nan)
    np.divide(part, whole, out=shares, where=whole > 0)
    return shares


def _figure(parts: list[NDArray[np.number]]) -> Numbers:
    """(T, 3) value and ends, the value kept within; NaN where the value is 0 ÷ 0."""
    value, few, many = (np.asarray(part, np.float64) for part in parts)
    tail = (1 - LEVEL) / 2
    low, high = _quantile(few, tail), _quantile(many, 1 - tail)
    # where only the draws for an end are 0 ÷ 0, nothing is known on that side
    low, high = np.where(np.isnan(low), 0, low), np.where(np.isnan(high), 1, high)
    low, high = np.minimum(low, high), np.maximum(low, high)
    known = np.where(np.isnan(value[0]), np.nan, 0.0)
    return np.stack([np.clip(value[0], low, high), low + known, high + known], axis=1)


def _quantile(draws: Numbers, at: float) -> Numbers:
    known = np.isfinite(draws).any(axis=0)
    out: Numbers = np.full(draws.shape[1], np.nan)
    out[known] = np.nanquantile(draws[:, known], at, axis=0)
    return out
