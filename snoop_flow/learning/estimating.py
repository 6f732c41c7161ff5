"""Precision, recall and number of members at any threshold, with intervals, from the answers of a blind audit.

What is certain is counted: items whose truth is marked, and items that were judged. For the rest the share of members
along the score is drawn from its posterior (`snoop_flow.learning.rates`), and the members among them as a binomial. All
figures are functions of one draw, so that they agree with each other; an interval holds the middle 95 % of the draws.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from snoop_flow.learning.rates import draw_rates

Numbers = NDArray[np.float64]
Rows = NDArray[np.intp]

LEVEL = 0.95
DRAWS = 2000
CELLS = 40
BLOCK = 10  # answers whose unequal weights are compared with each other


@dataclass(frozen=True, slots=True)
class Answers:
    """What is known of a corpus: the truth of some items, and blind answers to a sample of the others.

    Attributes:
        scores: (N,) of the items whose truth is not certain.
        rows: (n,) rows of them that were judged, yes or no.
        members: (n,) whether the answer was yes.
        probabilities: (n,) chance of each to be drawn, above 0.
        known: (m,) scores of items whose truth is certain.
        known_members: (m,) their truth.
    """

    scores: Numbers
    rows: Rows
    members: NDArray[np.bool_]
    probabilities: Numbers
    known: Numbers = field(default_factory=lambda: np.zeros(0))
    known_members: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, bool))

    def effective(self) -> float:
        """How many answers of equal weight these are worth (Kish, 1965): (Σw)² / Σw² within blocks of the score."""
        return float(_weights(self).sum())


@dataclass(frozen=True, slots=True)
class Figure:
    """An estimate with its 95 % interval."""

    value: float
    interval: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Estimate:
    """What the answers say of a class at one threshold; None where it would be 0 ÷ 0.

    Attributes:
        hits: items that reach the threshold: counted, not estimated.
        members: of the class in the whole corpus.
        true_hits: members among the hits.
    """

    threshold: float
    hits: int
    precision: Figure | None
    recall: Figure | None
    f1: Figure | None
    members: Figure
    true_hits: Figure


def estimate(
    answers: Answers, thresholds: Sequence[float], rng: np.random.Generator, *, draws: int = DRAWS
) -> list[Estimate]:
    """Estimate all figures at thresholds, from one set of draws."""
    cuts = np.unique(np.asarray(thresholds, np.float64))
    cells = _cells(answers, cuts)
    above = _members_from(answers, cells, rng, draws)
    return [_estimate(answers, cells, above, float(threshold)) for threshold in thresholds]


@dataclass(frozen=True, slots=True)
class _Cells:
    """The corpus cut along the score; cell c begins at `starts[c]`, the first at −∞."""

    starts: Numbers
    items: Rows
    centres: Numbers


def _cells(answers: Answers, cuts: Numbers) -> _Cells:
    """Cells of equal steps in log-rank, cut at the thresholds as well."""
    ordered = np.sort(answers.scores)[::-1]
    total = len(ordered)
    ranks = (
        np.unique(np.round(np.geomspace(1, max(total, 1), CELLS)).astype(np.intp))[:-1] if total else np.zeros(0, int)
    )
    starts = np.concatenate([[-np.inf], np.unique(np.concatenate([ordered[ranks - 1], cuts]))])
    # items at or above each start; ranks of a cell are (above[c + 1], above[c]]
    above = np.append(total - np.searchsorted(ordered[::-1], starts, side="left"), 0)
    items = above[:-1] - above[1:]
    centres = np.log(np.maximum((above[:-1] + above[1:]) / 2, 0.5))
    return _Cells(starts, items, centres)


def _members_from(answers: Answers, cells: _Cells, rng: np.random.Generator, draws: int) -> NDArray[np.int64]:
    """Members at or above the start of each cell among the items that are not certain, (draws, C)."""
    place = np.searchsorted(cells.starts, answers.scores[answers.rows], side="right") - 1
    count = len(cells.starts)
    judged = np.bincount(place, minlength=count)
    yes = np.bincount(place, answers.members, count).astype(np.int64)
    weights = _weights(answers)
    seen = np.bincount(place, weights, count).astype(np.float64)
    positives = np.bincount(place, weights * answers.members, count).astype(np.float64)
    distances = np.abs(np.diff(cells.centres))
    rates = draw_rates(seen, positives, distances, max(len(answers.scores), 1), draws, rng)
    members = yes + rng.binomial(cells.items - judged, rates)
    return np.cumsum(members[:, ::-1], axis=1)[:, ::-1]


def _weights(answers: Answers) -> Numbers:
    """How much each answer counts: 1 where neighbours by score had the same chance to be drawn.

    Else it counts in proportion to its weight, scaled to the effective number of answers of its block.
    """
    order = np.argsort(answers.scores[answers.rows], kind="stable")
    weights = np.ones(len(order))
    raw = 1 / answers.probabilities
    for block in np.array_split(order, max(len(order) // BLOCK, 1)):
        weights[block] = raw[block] * raw[block].sum() / (raw[block] ** 2).sum()
    return weights


def _estimate(answers: Answers, cells: _Cells, above: NDArray[np.int64], threshold: float) -> Estimate:
    certain = answers.known_members & (answers.known >= threshold)
    hits = int((answers.scores >= threshold).sum() + (answers.known >= threshold).sum())
    members = above[:, 0] + int(answers.known_members.sum())
    true_hits = above[:, int(np.searchsorted(cells.starts, threshold))] + int(certain.sum())
    return Estimate(
        threshold=threshold,
        hits=hits,
        precision=_ratio(true_hits, np.full(len(members), hits)),
        recall=_ratio(true_hits, members),
        f1=_ratio(2 * true_hits, hits + members),
        members=_figure(members.astype(np.float64)),
        true_hits=_figure(true_hits.astype(np.float64)),
    )


def _ratio(part: NDArray[np.int64], whole: NDArray[np.int64]) -> Figure | None:
    some = whole > 0
    return _figure(part[some] / whole[some]) if some.any() else None


def _figure(draws: Numbers) -> Figure:
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(draws, [tail, 1 - tail])
    return Figure(float(np.median(draws)), (float(low), float(high)))
