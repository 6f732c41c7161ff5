"""The blind audit: which items to judge, and what the answers say of the whole corpus.

A sample stratified by score over all of the corpus, low scores included, whose inclusion probabilities are known, is
the only way to tell recall; marks were chosen by the class itself and say little about the rest.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Rows = NDArray[np.intp]

LEAST_ANSWERS = 30
LEVEL = 0.95
DRAWS = 2000
STRATA = 8
BOTTOM_SHARE = 0.25  # of the budget for the last stratum, where most items lie and members hide
CELLS_PER_STRATUM = 5
BLOCK = 10  # answers, at least, whose unequal weights are compared with each other


@dataclass(frozen=True, slots=True)
class Design:
    """Which rows to judge, in an order of which every beginning is a stratified sample.

    Attributes:
        rows: (n,) drawn rows, in the order of asking.
        probabilities: (n,) chance of each to be drawn.
        strata: (n,) stratum of each, 0 the lowest scores.
        edges: (H − 1,) rising scores at which strata begin, the lowest left out.
        sizes: (H,) items of each stratum.
    """

    rows: Rows
    probabilities: Numbers
    strata: Rows
    edges: Numbers
    sizes: Rows


def design(
    scores: NDArray[np.floating],
    budget: int,
    rng: np.random.Generator,
    *,
    threshold: float | None = None,
    strata: int = STRATA,
) -> Design:
    """Draw a sample stratified by score.

    Strata are bounded by ranks that form a geometric row around the rank of the threshold, since members crowd at the
    top and are rare, unseen and many where most items lie. Draws are equal but for the lowest stratum, which gets
    `BOTTOM_SHARE`. A budget of the corpus or more takes every item.

    Args:
        scores: (N,) of all items that may be drawn.
        budget: how many items to draw, at least 1.
        threshold: the class's present one, by default such that 5 % of the items reach it.

    Raises:
        ValueError: there are no items, a score is NaN, or the budget is below 1.
    """
    if not len(scores) or budget < 1 or np.isnan(scores).any():
        raise ValueError("an audit needs items, finite scores, and a budget of at least 1")
    order = np.argsort(-scores, kind="stable")
    ends = _ends(scores, threshold, strata, budget)
    sizes = np.diff(ends, prepend=0)
    draws = _allocate(sizes, budget)
    drawn, keys, stratum = [], [], []
    for place, (size, count, end) in enumerate(zip(sizes, draws, ends, strict=True)):
        drawn.append(order[rng.choice(np.arange(end - size, end), count, replace=False)])
        keys.append((np.arange(count) + rng.random()) / max(count, 1))
        stratum.append(np.full(count, len(sizes) - 1 - place))
    asked = np.argsort(np.concatenate(keys), kind="stable")
    found = np.concatenate(stratum)[asked]
    return Design(
        rows=np.concatenate(drawn)[asked],
        probabilities=(draws / sizes)[::-1][found],
        strata=found,
        edges=np.asarray(scores[order[ends[:-1] - 1]][::-1], np.float64),
        sizes=sizes[::-1],
    )


def _ends(scores: NDArray[np.floating], threshold: float | None, strata: int, budget: int) -> Rows:
    """Ranks at which strata end, the top one first, the last being N."""
    total = len(scores)
    if budget >= total:
        return np.array([total])
    above = total // 20 if threshold is None else int((scores >= threshold).sum())
    centre = min(max(above, 8), max(total // 3, 1))
    inside = max(strata // 2, 1)
    ranks = centre * np.concatenate(
        [2.0 ** np.arange(1 - inside, 1), np.geomspace(1, total / centre, strata - inside + 1)[1:]]
    )
    ends = np.unique(np.clip(np.round(ranks), 1, total).astype(np.intp))
    wide = ends[np.diff(ends, prepend=0) >= 4]
    return np.unique(np.append(wide[wide < total], total))


def _allocate(sizes: Rows, budget: int) -> Rows:
    """Draws in each stratum, the lowest last: at least 1, at most all of its items."""
    shares = np.full(len(sizes), (1 - BOTTOM_SHARE) / max(len(sizes) - 1, 1))
    shares[-1] = BOTTOM_SHARE if len(sizes) > 1 else 1.0
    draws = np.ones(len(sizes), np.intp)
    for _ in range(max(budget - len(sizes), 0)):
        lacking = np.where(draws < sizes, (draws + 0.5) / shares, np.inf)
        if np.isinf(lacking).all():
            break
        draws[np.argmin(lacking)] += 1
    return draws
