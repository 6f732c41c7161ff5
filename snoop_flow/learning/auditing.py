"""The blind audit: which items to judge, so that the answers say something of the whole corpus.

Marks were chosen by the class itself and say little about the rest. A sample stratified by score, low scores included,
whose inclusion probabilities are known, is the only way to tell how much is missed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Rows = NDArray[np.intp]

LEAST_ANSWERS = 30  # before there are as many, nothing is estimated
MOST_DRAWN = 1000
STRATA = 8
BOTTOM_SHARE = 0.4  # of the answers for the lowest stratum, where most items lie and members hide
LEAST_CENTRE = 8  # items above the boundary around which strata are laid
SMALLEST_STRATUM = 4
LIKELY_SHARE = 0.05  # of the items, that reach the boundary where none is given


@dataclass(frozen=True, slots=True)
class AuditDesign:
    """Which rows to judge, in an order of which every beginning is a stratified sample.

    Within a stratum the order is random, so that m answers from a stratum of N items are a simple random sample of it,
    and m / N is the chance of each of its items to be among them.

    Attributes:
        rows: (n,) drawn rows, in the order of asking.
        strata: (n,) stratum of each, 0 the lowest scores.
        edges: (H − 1,) rising: the lowest score of each stratum but the lowest.
        sizes: (H,) items of each stratum.
    """

    rows: Rows
    strata: Rows
    edges: Numbers
    sizes: Rows


def design_audit(
    scores: NDArray[np.floating],
    rng: np.random.Generator,
    *,
    threshold: float | None = None,
    most: int = MOST_DRAWN,
    strata: int = STRATA,
) -> AuditDesign:
    """Draw a sample stratified by score.

    Strata are bounded by ranks that form a geometric row around the rank of the threshold, since members crowd at the
    top and are rare, unseen and many where most items lie. Each stratum is asked about equally often, but for the
    lowest, which gets `BOTTOM_SHARE`; one whose items are all asked leaves its turns to the others.

    Args:
        scores: (N,) of all items that may be drawn.
        threshold: the class's present one, by default such that `LIKELY_SHARE` of the items reach it.
        most: items drawn at most.

    Raises:
        ValueError: there are no items, a score is not finite, or `most` is below 1.
    """
    if not len(scores) or most < 1 or not np.isfinite(scores).all():
        raise ValueError("an audit needs items with finite scores, and at least 1 of them to be drawn")
    order = np.argsort(-scores, kind="stable")
    ends = _ends(scores, threshold, strata)
    sizes = np.diff(ends, prepend=0)
    turns = _turns(sizes, min(most, len(scores)))
    rows = np.empty(len(turns), np.intp)
    for place, (size, end) in enumerate(zip(sizes, ends, strict=True)):
        mine = np.flatnonzero(turns == place)
        rows[mine] = order[end - size + rng.permutation(size)[: len(mine)]]
    return AuditDesign(
        rows=rows,
        strata=len(sizes) - 1 - turns,
        edges=np.asarray(scores[order[ends[:-1] - 1]][::-1], np.float64),
        sizes=sizes[::-1],
    )


def chances(scores: NDArray[np.floating], edges: Numbers, sizes: Rows, answered: Rows) -> Numbers:
    """The chance of items to be among the answers of an audit, by their scores then.

    Args:
        scores: (n,) of the items, as the audit's design saw them.
        edges: of the design, likewise `sizes`.
        answered: (H,) answers in each stratum.
    """
    return np.asarray((answered / sizes)[np.searchsorted(edges, scores, side="right")], np.float64)


def pooled(parts: Sequence[Numbers]) -> Numbers:
    """The chance of items to be in any of several audits, of which each asked only about what none before had.

    Args:
        parts: (n,) for each audit, the chance to be in it if none before had asked; 0 where it could not be drawn.
    """
    return np.asarray(1 - np.prod([1 - part for part in parts], axis=0), np.float64)


def _ends(scores: NDArray[np.floating], threshold: float | None, strata: int) -> Rows:
    """Ranks at which strata end, the top one first, the last being N."""
    total = len(scores)
    above = int(LIKELY_SHARE * total) if threshold is None else int((scores >= threshold).sum())
    centre = min(max(above, LEAST_CENTRE), max(total // 3, 1))
    inside = max(strata // 2, 1)
    ranks = centre * np.concatenate(
        [2.0 ** np.arange(1 - inside, 1), np.geomspace(1, total / centre, strata - inside + 1)[1:]]
    )
    ends = np.unique(np.clip(np.round(ranks), 1, total).astype(np.intp))
    wide = ends[np.diff(ends, prepend=0) >= SMALLEST_STRATUM]
    return np.unique(np.append(wide[wide < total], total))


def _turns(sizes: Rows, count: int) -> Rows:
    """Whose turn it is, stratum by stratum, the lowest being the last: always the one that lags behind its share."""
    shares = np.full(len(sizes), (1 - BOTTOM_SHARE) / max(len(sizes) - 1, 1))
    shares[-1] = BOTTOM_SHARE if len(sizes) > 1 else 1.0
    asked = np.zeros(len(sizes), np.intp)
    turns = np.empty(count, np.intp)
    for turn in range(count):
        turns[turn] = np.argmin(np.where(asked < sizes, (asked + 0.5) / shares, np.inf))
        asked[turns[turn]] += 1
    return turns
