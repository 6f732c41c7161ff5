"""Usual ways to tell precision, recall and number of members of a class from a few answers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from snoop_flow.benchmarks.audits.ways import Case, Figures, Way
from snoop_flow.learning import design_audit

Numbers = NDArray[np.float64]

Z = 1.959964  # two-sided 95 %


def simple_random(case: Case, budget: int, rng: np.random.Generator) -> Figures:
    """A simple random sample; Wilson's intervals of the members above and below the threshold, and of all."""
    rows = rng.choice(case.open, min(budget, len(case.open)), replace=False)
    scores, truth = case.last.scores, case.truth
    everything = len(case.open) * _wilson(int(truth[rows].sum()), len(rows))
    parts = []
    for threshold in case.thresholds:
        sides = []
        for side in (scores >= threshold, scores < threshold):
            count = int(side[case.open].sum())
            judged = rows[side[rows]]
            sides.append(count * _wilson(int(truth[judged].sum()), len(judged)) if count else np.zeros(3))
        parts.append(sides)
    hits, missed = np.array(parts).transpose(1, 0, 2)
    return _figures(case, hits, missed, np.tile(everything, (len(parts), 1)))


def _wilson(hits: int, count: int) -> Numbers:
    """Value and 95 % interval of a share (Wilson, 1927); (½, 0, 1) from nothing."""
    if not count:
        return np.array([0.5, 0.0, 1.0])
    share = hits / count
    centre = (share + Z**2 / (2 * count)) / (1 + Z**2 / count)
    half = Z * np.sqrt(share * (1 - share) / count + Z**2 / (4 * count**2)) / (1 + Z**2 / count)
    return np.array([share, max(centre - half, 0.0), min(centre + half, 1.0)])


def horvitz_thompson(case: Case, budget: int, rng: np.random.Generator) -> Figures:
    """The same stratified sample as ours; Horvitz and Thompson's totals (1952) with normal intervals."""
    drawn = design_audit(case.last.scores[case.open], rng, threshold=0.0, most=budget)
    answered = np.bincount(drawn.strata, minlength=len(drawn.sizes))
    rows = case.open[drawn.rows]
    truth = case.truth[rows].astype(float)

    def total(values: Numbers) -> tuple[float, float]:
        """Estimated total of a variable over the open rows, and its standard error."""
        some, sizes = np.maximum(answered, 1), drawn.sizes
        sums = np.bincount(drawn.strata, values, len(answered))
        squares = np.bincount(drawn.strata, values**2, len(answered))
        spread = np.maximum(squares - sums**2 / some, 0) / np.maximum(some - 1, 1)
        variance = (sizes**2 * np.maximum(1 - some / sizes, 0) * spread / some).sum()
        return float((sizes * sums / some).sum()), float(np.sqrt(variance))

    def around(value: float, error: float) -> Numbers:
        return np.array([value, value - Z * error, value + Z * error])

    members, error = total(truth)
    out: dict[str, list[Numbers]] = {"precision": [], "recall": [], "members": []}
    for threshold in case.thresholds:
        above = case.last.scores[rows] >= threshold
        hits, hits_error = total(truth * above)
        proposed = case.found + max(int((case.last.scores[case.open] >= threshold).sum()), 1 - case.found)
        recall = (case.found + hits) / max(case.found + members, 1e-9)
        _, recall_error = total(truth * above - recall * truth)
        out["precision"].append(around((case.found + hits) / proposed, hits_error / proposed))
        out["recall"].append(around(recall, recall_error / max(case.found + members, 1e-9)))
        out["members"].append(around(case.found + members, error))
    return {name: np.array(values) for name, values in out.items()}


def _figures(case: Case, hits: Numbers, missed: Numbers, members: Numbers) -> Figures:
    """Figures from (T, 3) value and ends of the members above and below each threshold, and of all."""
    above = (case.last.scores[case.open][None] >= case.thresholds[:, None]).sum(axis=1)
    proposed = np.maximum(above + case.found, 1)[:, None]
    others = missed[:, [0, 2, 1]]  # recall is low where little was hit and much was missed
    return {
        "precision": (hits + case.found) / proposed,
        "recall": (hits + case.found) / np.maximum(hits + others + case.found, 1e-9),
        "members": members + case.found,
    }


PEERS: dict[str, Way] = {
    "stratified, normal interval": horvitz_thompson,
    "simple random, Wilson": simple_random,
}
