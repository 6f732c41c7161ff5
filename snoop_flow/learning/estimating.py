"""Precision, recall and number of members at any threshold, with intervals, from the answers of a blind audit.

What is certain is counted: items whose truth is marked, and items that were judged. For the rest the share of members
along the score is drawn from its posterior (`snoop_flow.learning.rates`), and the members among them as a binomial.

An interval is more careful than the posterior, which from few answers believes too readily that there are members where
nobody saw one. As Clopper and Pearson (1934) do for one share, its lower end comes from draws in which one yes, that of
the lowest score, counts as a no; its upper end from draws in which one no, that of the highest score, counts as a yes.
Where nobody said yes below a threshold, nothing is sure to be missed there. A figure itself is the median over the
draws with and without that one yes, which on labelled sets was nearer to the truth than either.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from snoop_flow.learning.rates import draw_rates

Numbers = NDArray[np.float64]
Rows = NDArray[np.intp]
Mask = NDArray[np.bool_]

LEVEL = 0.95
DRAWS = 600
CELLS = 40
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
    cells = _cells(evidence, np.asarray(thresholds, np.float64))
    few, plain, many = (_drawn(evidence, cells, answers, rng, draws) for answers in _readings(evidence))
    middle = _Counts(np.concatenate([few.above, plain.above]), np.concatenate([few.below, plain.below]))
    lowest = evidence.scores[evidence.rows[evidence.answers]].min(initial=np.inf)
    few = _Counts(few.above, np.where(lowest < cells.thresholds, few.below, 0))
    return _estimates(evidence, cells, few, middle, many)


@dataclass(frozen=True, slots=True)
class _Cells:
    """The corpus cut along the score; cell c begins at `starts[c]`, the first at −∞.

    Attributes:
        items: (C,) items in each, of those that the figures are about.
        places: (C,) log-rank.
        firsts: (T,) the cell that begins at each threshold; C where none does.
        above: (T,) items at or above each threshold.
    """

    starts: Numbers
    items: Rows
    places: Numbers
    thresholds: Numbers
    firsts: Rows
    above: Rows


def _cells(evidence: Evidence, thresholds: Numbers) -> _Cells:
    """Cells of equal steps in log-rank, cut at the thresholds as well."""
    ordered = np.sort(evidence.scores)
    total = len(ordered)
    ranks = np.unique(np.round(np.geomspace(1, max(total, 1), CELLS)).astype(np.intp))[:-1]
    starts = np.concatenate([[-np.inf], np.unique(np.concatenate([ordered[total - ranks], thresholds]))])
    reach = _reaching(ordered, starts)  # ranks of cell c are (reach[c + 1], reach[c]]
    counted = ordered if evidence.inside is None else np.sort(evidence.scores[evidence.inside])
    return _Cells(
        starts=starts,
        items=-np.diff(_reaching(counted, starts)),
        places=np.log(np.maximum((reach[:-1] + reach[1:]) / 2, 0.5)),
        thresholds=thresholds,
        firsts=np.searchsorted(starts, thresholds),
        above=len(counted) - np.searchsorted(counted, thresholds, side="left"),
    )


def _reaching(ordered: Numbers, starts: Numbers) -> Rows:
    return np.append(len(ordered) - np.searchsorted(ordered, starts, side="left"), 0)


def _readings(evidence: Evidence) -> tuple[Numbers, Numbers, Numbers]:
    """The answers with one yes less, as they are, and with one yes more."""
    plain = evidence.answers.astype(np.float64)
    few, many = plain.copy(), plain.copy()
    scores = evidence.scores[evidence.rows]
    if evidence.answers.any():
        few[np.where(evidence.answers, scores, np.inf).argmin()] = 0
    if not evidence.answers.all():
        many[np.where(evidence.answers, -np.inf, scores).argmax()] = 1
    return few, plain, many


@dataclass(frozen=True, slots=True)
class _Counts:
    """Draws of the members at or above each threshold and below it, (draws, T); certain ones left out."""

    above: NDArray[np.int64]
    below: NDArray[np.int64]


def _drawn(evidence: Evidence, cells: _Cells, answers: Numbers, rng: np.random.Generator, draws: int) -> _Counts:
    count = len(cells.starts)
    place = np.searchsorted(cells.starts, evidence.scores[evidence.rows], side="right") - 1
    weights = evidence.weights()
    seen = np.bincount(place, weights, count)
    rates = draw_rates(
        seen.astype(np.float64),
        np.bincount(place, weights * answers, count).astype(np.float64),
        cells.places,
        max(len(evidence.scores), 1),
        draws,
        rng,
    )
    mine = slice(None) if evidence.inside is None else evidence.inside[evidence.rows]
    judged = np.bincount(place[mine], minlength=count)
    yes = np.bincount(place[mine], evidence.answers[mine], count).astype(np.int64)
    members = yes + rng.binomial(cells.items - judged, rates)
    sums = np.cumsum(members[:, ::-1], axis=1)[:, ::-1]
    above = sums[:, cells.firsts]
    return _Counts(above, sums[:, :1] - above)


def _estimates(evidence: Evidence, cells: _Cells, few: _Counts, middle: _Counts, many: _Counts) -> Estimates:
    """All figures rise with the members above the threshold, and fall or rise with those below."""
    found, above = evidence.found, cells.above
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
    return np.divide(part, whole, out=np.full(np.broadcast(part, whole).shape, np.nan), where=whole > 0)


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
