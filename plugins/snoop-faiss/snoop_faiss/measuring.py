"""How much a search must spend: chosen by what it finds of what curators search with, not data points but classes.

A class is a weight vector that lies where no picture is, and structures tuned on data points find less of it than their
figures say. The engine measures the finished index anew, on other classes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from snoop_faiss.ranking import scan
from snoop_flow.learning import trial_classes
from snoop_flow.plugin_types import FloatArray, Index, RowArray, VectorView

DEPTHS = (50, 1_000)  # best rows that are looked for
CLASSES = 24
SAMPLE = 6_000  # rows on which the classes are fitted
SUFFICIENT = 0.95  # mean share of the best rows that is found


@dataclass(frozen=True, slots=True)
class Trial:
    """Classes and their true answers.

    Attributes:
        queries: (Q, D).
        truth: the best rows of each, as many as the deepest search asks for, or all there are.
    """

    queries: FloatArray
    truth: tuple[RowArray, ...]

    def recall(self, index: Index) -> float:
        """The mean share of the best rows that is found, at the depth where it is least."""
        return min(self._at(index, depth) for depth in DEPTHS)

    def _at(self, index: Index, depth: int) -> float:
        shares = []
        for query, rows in zip(self.queries, self.truth, strict=True):
            true = rows[:depth]
            shares.append(len(np.intersect1d(index.search(query, len(true)).rows, true)) / len(true))
        return float(np.mean(shares))


def make_trial(view: VectorView, rng: np.random.Generator) -> Trial:
    """Fit classes on a sample of a view, and find their true answers by full scans."""
    total = len(view.numbers)
    sample = view.gather(np.sort(rng.choice(total, min(total, SAMPLE), replace=False)))
    queries = trial_classes(sample, CLASSES, rng)
    return Trial(queries, tuple(scan(view, query, max(DEPTHS), None, None).rows for query in queries))


def least_level(trial: Trial, levels: int, opened: Callable[[int], Index]) -> int:
    """The least effort that finds enough, or the greatest where none does.

    Args:
        trial: classes and true answers.
        levels: efforts that there are, from 0 in rising order.
        opened: the index searched with one of them.
    """
    for level in range(levels - 1):
        if trial.recall(opened(level)) >= SUFFICIENT:
            return level
    return levels - 1
