"""Draws of how many members lie above and below thresholds, from the answers of a blind audit.

What is certain is counted: items whose truth is marked, and items that were judged. For the rest the share of members
along the score is drawn from its posterior (`snoop_flow.learning.rates`), and the members among them as a binomial.

An interval must be more careful than the posterior, which from few answers believes too readily that there are
members where nobody saw one. As Clopper and Pearson (1934) do for one share, its lower end comes from draws with a
yes less: that of the lowest score counts as a no, and below it no member is sure. Its upper end comes from draws with
a yes more: the no of the highest score counts as a yes, and above it all may be members. Where nobody said yes above
a threshold, no member is sure there either, and where nobody said no below it, all may be.
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
    """Draws for the lower and for the upper end of what rises with the members."""

    few: Counts
    many: Counts


def draw_counts(evidence: Evidence, cells: Cells, rng: np.random.Generator, draws: int) -> Draws:
    """Draw the members on each side of the thresholds at which the cells are cut."""
    scores = evidence.scores[evidence.rows]
    lowest, highest = _extremes(evidence, scores)
    few, many = (_drawn(evidence, cells, answers, rng, draws) for answers in _readings(evidence, scores))
    # cell c ends where the next begins
    few[:, np.append(cells.starts[1:], np.inf) <= lowest] = 0
    many[:, cells.starts > highest] = 1
    counts = [_counted(evidence, cells, rates, rng) for rates in (few, many)]
    return Draws(*_unsure(evidence, cells, counts[0], counts[1]))


def _extremes(evidence: Evidence, scores: Numbers) -> tuple[float, float]:
    """The lowest score of a yes, and the highest of a no; what was never answered leaves all open."""
    yes, no = scores[evidence.answers], scores[~evidence.answers]
    return float(yes.min(initial=np.inf)), float(no.max(initial=-np.inf))


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


def _readings(evidence: Evidence, scores: Numbers) -> tuple[Numbers, Numbers]:
    """The answers with one yes less, and with one yes more."""
    few, many = evidence.answers.astype(np.float64), evidence.answers.astype(np.float64)
    if evidence.answers.any():
        few[np.where(evidence.answers, scores, np.inf).argmin()] = 0
    if not evidence.answers.all():
        many[np.where(evidence.answers, -np.inf, scores).argmax()] = 1
    return few, many


@dataclass(frozen=True, slots=True)
class Counts:
    """Draws of the members at or above each threshold and below it, (draws, T), and of all; certain ones left out."""

    above: NDArray[np.int64]
    below: NDArray[np.int64]
    total: NDArray[np.int64]


def _drawn(evidence: Evidence, cells: Cells, answers: Numbers, rng: np.random.Generator, draws: int) -> Numbers:
    """(draws, C) shares of members."""
    place, weights = _places(evidence, cells), evidence.weights()
    seen = np.bincount(place, weights, len(cells.starts)).astype(np.float64)
    positives = np.bincount(place, weights * answers, len(cells.starts)).astype(np.float64)
    return draw_rates(seen, positives, cells.places, max(len(evidence.scores), 1), draws, rng)


def _places(evidence: Evidence, cells: Cells) -> Rows:
    """The cell of each answer."""
    return np.searchsorted(cells.starts, evidence.scores[evidence.rows], side="right") - 1


def _counted(evidence: Evidence, cells: Cells, rates: Numbers, rng: np.random.Generator) -> Counts:
    """The members that these shares come to, of the items that the figures are about."""
    mine = slice(None) if evidence.inside is None else evidence.inside[evidence.rows]
    place = _places(evidence, cells)[mine]
    judged = np.bincount(place, minlength=len(cells.starts))
    yes = np.bincount(place, evidence.answers[mine], len(cells.starts)).astype(np.int64)
    members = yes + rng.binomial(cells.items - judged, rates)
    sums = np.cumsum(members[:, ::-1], axis=1)[:, ::-1]
    above, total = sums[:, cells.firsts], sums[:, :1]
    return Counts(above, total - above, np.broadcast_to(total, above.shape))


def _unsure(evidence: Evidence, cells: Cells, few: Counts, many: Counts) -> tuple[Counts, Counts]:
    """No member above a threshold is sure where nobody said yes there; below it all may be where nobody said no."""
    above = evidence.scores[evidence.rows][:, None] >= cells.thresholds
    hit = (above & evidence.answers[:, None]).any(axis=0)
    clear = (~above & ~evidence.answers[:, None]).any(axis=0)
    rest = cells.items.sum() - cells.above
    return (
        Counts(np.where(hit, few.above, 0), few.below, few.total),
        Counts(many.above, np.where(clear, many.below, rest), many.total),
    )
