"""What an evaluation tells: curves with an entry per round, round 0 first, for each class and on the mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from snoop_flow.learning import Rounds

Curve = tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class ClassEvaluation:
    """How one class, or the mean of all, was learned by one strategy; means over the seeds.

    Attributes:
        members: items of the class.
        average_precision: over the whole set.
        r_precision: likewise; the share of members among as many of the best as there are members.
        unseen_average_precision: over the items that were not marked until then; the marks help there only if the
            class generalises. None where nothing of the class was left unseen.
        unseen_without_feedback: of the one example alone, on those same items.
        coverage: mean cosine of the members to the nearest positive found.
        batch_precision: share of positives in the batch marked before this round; None for round 0.
        positives_found: at the end, the first example included.
        milliseconds_per_round: median of fitting, ranking everything and choosing what is shown.
        milliseconds_p95: their 95th percentile.
    """

    label: str
    members: float
    average_precision: Curve
    r_precision: Curve
    unseen_average_precision: Curve
    unseen_without_feedback: Curve
    coverage: Curve
    batch_precision: Curve
    positives_found: float
    milliseconds_per_round: float
    milliseconds_p95: float


CURVES = (
    "average_precision",
    "r_precision",
    "unseen_average_precision",
    "unseen_without_feedback",
    "coverage",
    "batch_precision",
)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One strategy, or one baseline, on one labelled folder."""

    strategy: str
    classes: tuple[ClassEvaluation, ...]
    mean: ClassEvaluation


@dataclass(frozen=True, slots=True)
class EvaluationReport:
    """All strategies and baselines on one labelled folder.

    Attributes:
        peak_megabytes: most memory the process held until the end, embedding included.
    """

    labels: str
    backbone: str
    items: int
    dimension: int
    rounds: int
    batch: int
    seeds: int
    peak_megabytes: float
    strategies: tuple[Evaluation, ...]
    baselines: tuple[Evaluation, ...] = ()


def evaluation_of(name: str, runs: Sequence[tuple[str, int, Sequence[Rounds]]]) -> Evaluation:
    """What the runs of each class say: (label, members, one run per seed)."""
    classes = tuple(_class(label, members, rounds) for label, members, rounds in runs)
    times = _times([one for _, _, rounds in runs for one in rounds])
    mean = ClassEvaluation(
        label="mean",
        members=float(np.mean([one.members for one in classes])),
        **{curve: mean_curve([getattr(one, curve) for one in classes]) for curve in CURVES},
        positives_found=float(np.mean([one.positives_found for one in classes])),
        milliseconds_per_round=times[0],
        milliseconds_p95=times[1],
    )
    return Evaluation(name, classes, mean)


def _class(label: str, members: int, runs: Sequence[Rounds]) -> ClassEvaluation:
    times = _times(runs)
    return ClassEvaluation(
        label=label,
        members=members,
        **{curve: mean_curve([getattr(run, curve) for run in runs]) for curve in CURVES},
        positives_found=float(np.mean([run.positives_found[-1] for run in runs])),
        milliseconds_per_round=times[0],
        milliseconds_p95=times[1],
    )


def _times(runs: Sequence[Rounds]) -> tuple[float, float]:
    taken = np.concatenate([run.milliseconds for run in runs])
    return round(float(np.median(taken)), 2), round(float(np.quantile(taken, 0.95)), 2)


def mean_curve(curves: Sequence[Sequence[float | None]]) -> Curve:
    """The mean of curves; where one says nothing (NaN or None) it does not count."""
    values = np.array(curves, float)
    counts = np.isfinite(values).sum(axis=0)
    sums = np.nansum(values, axis=0)
    return tuple(round(float(s) / int(n), 4) if n else None for s, n in zip(sums, counts, strict=True))
