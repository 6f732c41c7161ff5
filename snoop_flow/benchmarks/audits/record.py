"""What simulated audits gave, and what it comes to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from snoop_flow.benchmarks.audits.peers import PEERS
from snoop_flow.benchmarks.audits.ways import (
    FIGURES,
    Case,
    Figures,
    Way,
    audited,
    ours,
    ours_after_a_refit,
    ours_pooled,
)
from snoop_flow.learning import Evidence, calibrate, candidates, choose, estimate

Numbers = NDArray[np.float64]

OURS: dict[str, Way] = {
    "snoop-flow": ours,
    "snoop-flow, after a refit": ours_after_a_refit,
    "snoop-flow, two audits": ours_pooled,
}
WANTED_PRECISION = 0.9
TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True)
class Coverage:
    """How the intervals of one figure did.

    Attributes:
        held: share of the intervals that hold the truth, of `intervals`.
        below: share of those that lie wholly below the truth; likewise `above`.
        worst: the class whose intervals did so least often, and how often.
        width: mean; of members in units of the true number.
        error: mean absolute error of the value; of members of its decimal logarithm.
    """

    held: float
    below: float
    above: float
    worst: tuple[str, float]
    width: float
    error: float
    intervals: int


@dataclass(frozen=True, slots=True)
class WayReport:
    """How one way did, by figure, and by budget (share held only)."""

    way: str
    figures: Mapping[str, Coverage]
    held_by_budget: Mapping[int, Mapping[str, float]]


_Row = tuple[str, int, float, float, float, float]  # class, budget, below, above, width, error


@dataclass
class AuditRecord:
    """Collects what each way says of each audit."""

    rows: dict[tuple[str, str], list[_Row]] = field(default_factory=dict)
    totals: dict[str, list[float]] = field(default_factory=dict)
    kept: dict[str, list[tuple[bool, bool]]] = field(default_factory=dict)

    def audit(self, case: Case, budget: int, seed: Sequence[int]) -> None:
        """Audit a class by every way, each with random numbers of its own."""
        truth = case.true_figures()
        for number, (way, tell) in enumerate({**OURS, **PEERS}.items()):
            told = tell(case, budget, np.random.default_rng([*seed, number]))
            self._compare(way, case, budget, told, truth)
            self.totals.setdefault(way, []).append(_log_error(told["members"][0, 0], truth["members"][0]))
        rng = np.random.default_rng([*seed, len(OURS) + len(PEERS)])
        evidence = audited(case, budget, rng)
        for way, members in _by_calibration(case, evidence).items():
            self.totals.setdefault(way, []).append(_log_error(members, truth["members"][0]))
        self._promise(case, evidence, rng)

    def _compare(self, way: str, case: Case, budget: int, told: Figures, truth: Figures) -> None:
        for name in FIGURES:
            places = range(1 if name == "members" else len(case.thresholds))
            for place in places:
                true, (value, low, high) = truth[name][place], told[name][place]
                if np.isnan(true):
                    continue
                # an interval that is none counts as one that does not hold
                below, above = float(not high >= true - TOLERANCE), float(low > true + TOLERANCE)
                width = np.nan_to_num(high - low) / (true if name == "members" else 1)
                error = _log_error(value, true) if name == "members" else np.nan_to_num(abs(value - true), nan=1.0)
                row = (case.label, budget, below, above, width, error)
                self.rows.setdefault((way, name), []).append(row)

    def _promise(self, case: Case, evidence: Evidence, rng: np.random.Generator) -> None:
        curve = estimate(evidence, candidates(evidence.scores), rng)
        chosen = choose(curve, WANTED_PRECISION)
        truth = case.truth[case.open]
        for how, place in (("estimated", chosen.estimated), ("cautious", chosen.cautious)):
            reach = evidence.scores >= (np.inf if place is None else curve.thresholds[place])
            hits = int(truth[reach].sum()) + case.found
            kept = hits >= WANTED_PRECISION * (int(reach.sum()) + case.found)
            self.kept.setdefault(how, []).append((place is not None, kept))

    def ways(self) -> tuple[WayReport, ...]:
        """Coverage of each way."""
        names = list(dict.fromkeys(way for way, _ in self.rows))
        return tuple(
            WayReport(way, {name: _coverage(self.rows[way, name]) for name in FIGURES}, self._by_budget(way))
            for way in names
        )

    def _by_budget(self, way: str) -> dict[int, dict[str, float]]:
        budgets = sorted({row[1] for row in self.rows[way, FIGURES[0]]})
        return {
            budget: {name: _held([row for row in self.rows[way, name] if row[1] == budget]) for name in FIGURES}
            for budget in budgets
        }

    def positives(self) -> dict[str, float]:
        """Median error of the number of members, by way."""
        return {way: round(float(np.median(errors)), 3) for way, errors in self.totals.items()}

    def promises(self) -> dict[str, dict[str, float]]:
        """How often a threshold chosen for a precision keeps it."""
        out = {}
        for how, told in self.kept.items():
            kept = [kept for there, kept in told if there]
            out[how] = {"found": round(len(kept) / len(told), 3), "kept": round(float(np.mean(kept or [False])), 3)}
        return out


def _by_calibration(case: Case, evidence: Evidence) -> dict[str, float]:
    """The number of members as a sum of probabilities."""
    marked = case.last.marked
    scores = case.last.scores
    by_marks = calibrate(scores[marked], case.truth[marked], np.ones(int(marked.sum())))
    judged = evidence.scores[evidence.rows]
    by_audit = calibrate(judged, evidence.answers, 1 / evidence.chances)
    rest = np.delete(evidence.scores, evidence.rows)
    return {
        "Platt on the marks": case.found + float(by_marks.probabilities(evidence.scores).sum()),
        "Platt on the audit": case.found + int(evidence.answers.sum()) + float(by_audit.probabilities(rest).sum()),
    }


def _log_error(value: float, true: float) -> float:
    return float(abs(np.log10(max(value, 0.5) / true)))


def _held(rows: Sequence[_Row]) -> float:
    return round(float(np.mean([row[2] + row[3] == 0 for row in rows])), 3)


def _coverage(rows: Sequence[_Row]) -> Coverage:
    labels = sorted({row[0] for row in rows})
    worst = min((_held([row for row in rows if row[0] == label]), label) for label in labels)
    below, above, width, error = (float(np.mean([row[place] for row in rows])) for place in range(2, 6))
    return Coverage(
        held=_held(rows),
        below=round(below, 3),
        above=round(above, 3),
        worst=(worst[1], worst[0]),
        width=round(width, 3),
        error=round(error, 3),
        intervals=len(rows),
    )
