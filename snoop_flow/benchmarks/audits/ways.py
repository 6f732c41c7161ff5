"""A class whose truth is known, taught and then audited as snoop-flow does it; the usual ways are in `peers`.

Each way draws its own sample of the same size from the items that nobody marked, and gives (T, 3) value, lower and
upper end of each figure at each threshold, the ends being those of a 95 % interval.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from snoop_flow.learning import Evidence, chances, design_audit, estimate, pooled

Numbers = NDArray[np.float64]
Rows = NDArray[np.intp]
Mask = NDArray[np.bool_]
Figures = Mapping[str, Numbers]

FIGURES = ("precision", "recall", "members")


@dataclass(frozen=True, slots=True)
class Version:
    """A class as it was after some marks: what it says of each item of the corpus, and which items are marked.

    Attributes:
        scores: (N,), likewise `marked`.
    """

    scores: Numbers
    marked: Mask


@dataclass(frozen=True, slots=True)
class Case:
    """A class whose truth is known, to be audited at its last version.

    Attributes:
        label: of the class.
        truth: (N,) its members.
        versions: after some marks, and after more.
        thresholds: (T,) at which figures are wanted; the first is the class's own.
    """

    label: str
    truth: Mask
    versions: tuple[Version, ...]
    thresholds: Numbers

    @property
    def last(self) -> Version:
        """The version that is audited."""
        return self.versions[-1]

    @property
    def found(self) -> int:
        """Members that are marked, which count as found whatever the threshold is."""
        return int((self.truth & self.last.marked).sum())

    @property
    def open(self) -> Rows:
        """Rows that nobody marked."""
        return np.flatnonzero(~self.last.marked)

    def true_figures(self) -> Figures:
        """(T,) the truth; precision is NaN where no unmarked item reaches the threshold: then it is known anyway."""
        scores, truth = self.last.scores[self.open], self.truth[self.open]
        above = scores[None] >= self.thresholds[:, None]
        hits = (above & truth).sum(axis=1) + self.found
        members = np.full(len(hits), truth.sum() + self.found, float)
        proposed = np.maximum(above.sum(axis=1) + self.found, 1)
        precision = np.where(above.any(axis=1), hits / proposed, np.nan)
        return {"precision": precision, "recall": hits / members, "members": members}


Way = Callable[[Case, int, np.random.Generator], Figures]


def ours(case: Case, budget: int, rng: np.random.Generator) -> Figures:
    """A blind audit of the last version."""
    return _told(case, [_audit(case, len(case.versions) - 1, budget, rng)], rng)


def ours_after_a_refit(case: Case, budget: int, rng: np.random.Generator) -> Figures:
    """A blind audit of the version before: its answers are used for the last one."""
    return _told(case, [_audit(case, 0, budget, rng)], rng)


def ours_pooled(case: Case, budget: int, rng: np.random.Generator) -> Figures:
    """Half of the answers from an audit of the version before, half from one of the last."""
    first = _audit(case, 0, budget // 2, rng)
    return _told(case, [first, _audit(case, len(case.versions) - 1, budget - budget // 2, rng, first.rows)], rng)


@dataclass(frozen=True, slots=True)
class Audit:
    """Rows that were judged, and the chance of any row of the corpus to be among them."""

    rows: Rows
    chances: Numbers


def _audit(case: Case, place: int, budget: int, rng: np.random.Generator, asked: Rows | None = None) -> Audit:
    version = case.versions[place]
    free = np.setdiff1d(np.flatnonzero(~version.marked), asked if asked is not None else [])
    drawn = design_audit(version.scores[free], rng, threshold=0.0, most=budget)
    answered = np.bincount(drawn.strata, minlength=len(drawn.sizes))
    return Audit(free[drawn.rows], chances(version.scores, drawn.edges, drawn.sizes, answered))


def evidence_of(case: Case, audits: list[Audit]) -> Evidence:
    """What audits tell of the last version: what was marked since then is certain, and leaves the sample."""
    rows = np.concatenate([audit.rows for audit in audits])
    rows = rows[~case.last.marked[rows]]
    return Evidence(
        scores=case.last.scores[case.open],
        rows=np.searchsorted(case.open, rows),
        answers=case.truth[rows],
        chances=pooled([audit.chances[rows] for audit in audits]),
        found=case.found,
    )


def _told(case: Case, audits: list[Audit], rng: np.random.Generator) -> Figures:
    found = estimate(evidence_of(case, audits), case.thresholds, rng)
    return {name: getattr(found, name) for name in FIGURES}


def audited(case: Case, budget: int, rng: np.random.Generator) -> Evidence:
    """What one audit of the last version tells."""
    return evidence_of(case, [_audit(case, len(case.versions) - 1, budget, rng)])
