"""Draws of how many members lie above and below thresholds, from the answers of a blind audit.

What is certain is counted: items whose truth is marked, and items that were judged. For the rest the share of members
along the score is drawn from its posterior (`snoop_flow.learning.rates`), and the members among them as a binomial.

An interval must be more careful than the posterior, which from few answers believes too readily that there are members
where nobody saw one. As Clopper and Pearson (1934) do for one share, its lower end comes from draws in which one yes,
that of the lowest score, counts as a no; its upper end from draws in which one no, that of the highest score, counts as
a yes. Where nobody said yes on one side of a threshold, no more members are sure to be there; where nobody said no, all
may be.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from snoop_flow.learning.evidence import Evidence
from snoop_flow.learning.rates import draw_rates

Numbers = NDArray[np.float64]
Rows = NDArray[np.intp]

CELLS = 40


@dataclass(frozen=True, slots=True)
class Draws:
    """Draws for the lower end of what rises with the members, for its value, and for its upper end.

    Those for the value are half with and half without the yes of the lowest score: on labelled sets their median was
    nearer to the truth than that of either.
    """

    few: Counts
    middle: Counts
    many: Counts


def draw_counts(evidence: Evidence, cells: Cells, rng: np.random.Generator, draws: int) -> Draws:
    """Draw the members on each side of the thresholds at which the cells are cut."""
    few, plain, many = (_drawn(evidence, cells, answers, rng, draws) for answers in _readings(evidence))
    middle = Counts(np.concatenate([few.above, plain.above]), np.concatenate([few.below, plain.below]))
    few, many = _unsure(evidence, cells, few, many)
    return Draws(few, middle, many)


@dataclass(frozen=True, slots=True)
class Cells:
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


def cells_of(evidence: Evidence, thresholds: Numbers) -> Cells:
    """Cells of equal steps in log-rank, cut at the thresholds as well."""
    ordered = np.sort(evidence.scores)
    total = len(ordered)
    ranks = np.unique(np.round(np.geomspace(1, max(total, 1), CELLS)).astype(np.intp))[:-1]
    starts = np.concatenate([[-np.inf], np.unique(np.concatenate([ordered[total - ranks], thresholds]))])
    reach = _reaching(ordered, starts)  # ranks of cell c are (reach[c + 1], reach[c]]
    counted = ordered if evidence.inside is None else np.sort(evidence.scores[evidence.inside])
    return Cells(
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
class Counts:
    """Draws of the members at or above each threshold and below it, (draws, T); certain ones left out."""

    above: NDArray[np.int64]
    below: NDArray[np.int64]


def _drawn(evidence: Evidence, cells: Cells, answers: Numbers, rng: np.random.Generator, draws: int) -> Counts:
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
    return Counts(above, sums[:, :1] - above)


def _unsure(evidence: Evidence, cells: Cells, few: Counts, many: Counts) -> tuple[Counts, Counts]:
    """Draws for the ends, made as wide as can be on a side of a threshold where all answers were the same."""
    scores = evidence.scores[evidence.rows][:, None]
    above = scores >= cells.thresholds
    yes, no = evidence.answers[:, None], ~evidence.answers[:, None]
    none = [np.where((side & yes).any(axis=0), draws, 0) for side, draws in ((above, few.above), (~above, few.below))]
    rest = cells.items.sum() - cells.above
    every = [
        np.where((side & no).any(axis=0), draws, count)
        for side, draws, count in ((above, many.above, cells.above), (~above, many.below, rest))
    ]
    return Counts(*none), Counts(*every)
