"""Classes that no curator taught, to see whether audits hold where scores mislead."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from snoop_flow.benchmarks.audits.ways import Case, Version

Rows = NDArray[np.intp]

PREVALENCES = (0.002, 0.01, 0.05)
BAND = (0.3, 0.05)  # where a hidden half of the members begins, and how wide it lies, in shares of the ranks
MARKED = 8


def _anywhere(count: int, items: int, rng: np.random.Generator) -> Rows:
    """The scores say nothing."""
    return rng.choice(items, count, replace=False)


def _half_anywhere(count: int, items: int, rng: np.random.Generator) -> Rows:
    """Half of the members come first, the other half may be anywhere."""
    first = np.arange(count // 2)
    return np.concatenate([first, len(first) + rng.choice(items - len(first), count - len(first), replace=False)])


def _half_in_a_band(count: int, items: int, rng: np.random.Generator) -> Rows:
    """Half of the members come first, the other half hides in a band of middle scores: shares do not rise."""
    first = np.arange(count // 2)
    begin, wide = int(BAND[0] * items), max(int(BAND[1] * items), count)
    return np.concatenate([first, begin + rng.choice(wide, count - len(first), replace=False)])


def _thinning(count: int, items: int, rng: np.random.Generator) -> Rows:
    """Members get rarer with the rank, without any boundary."""
    chances = (np.arange(items) + count + 1.0) ** -1.5
    return rng.choice(items, count, replace=False, p=chances / chances.sum())


KINDS: dict[str, Callable[[int, int, np.random.Generator], Rows]] = {
    "anywhere": _anywhere,
    "half anywhere": _half_anywhere,
    "half in a band": _half_in_a_band,
    "thinning": _thinning,
}


def made_up_cases(items: int, rng: np.random.Generator) -> list[Case]:
    """Each kind at each prevalence; the highest scores are marked, and the class is never fitted again."""
    cases = []
    for kind, place in KINDS.items():
        for prevalence in PREVALENCES:
            count = max(int(prevalence * items), 4)
            truth = np.zeros(items, bool)
            truth[place(count, items, rng)] = True
            scores = np.linspace(3, -6, items)
            version = Version(scores - scores[count], np.arange(items) < MARKED)
            thresholds = np.array([0.0, *(version.scores[[MARKED + count // 2, 2 * count + MARKED]] - 1e-6)])
            cases.append(Case(f"{kind}, {prevalence:.1%}", truth, (version, version), thresholds))
    return cases
