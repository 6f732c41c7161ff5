"""Simulated audits: how often the 95 % intervals hold the truth, how wide they are, and how well others do.

A curator who knows the truth teaches each class from one example, some rounds and then more; the class is audited on
what is left. All figures are of one run with its seed. Every audit gives intervals at several thresholds; a figure that
is known without an audit (precision where no unmarked item reaches the threshold) is left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snoop_flow.benchmarks.audits.made_up import made_up_cases
from snoop_flow.benchmarks.audits.record import AuditRecord, WayReport
from snoop_flow.benchmarks.audits.ways import Case, Version
from snoop_flow.benchmarks.labelled import LabelledCorpus, read_labelled
from snoop_flow.errors import UsageError
from snoop_flow.jobs import Progress
from snoop_flow.learning import Corpus, LinearModel, Pool, fit, most_useful

Numbers = NDArray[np.float64]
Mask = NDArray[np.bool_]

PREVALENCE = (0.001, 0.105)
LEAST_MEMBERS = 3
ROUNDS = (2, 5)
BATCH = 15
BACKGROUND = 5000
MADE_UP_ITEMS = 20_000


@dataclass(frozen=True, slots=True)
class AuditBench:
    """What one run measured.

    Attributes:
        audits: of each way.
        positives_error: median absolute error of the decimal logarithm of the number of members, by way.
        threshold_kept: share of audits in which a threshold chosen for a precision keeps it: by the estimate, and
            cautiously; and the share in which there was such a threshold.
    """

    setting: Mapping[str, Any]
    audits: int
    classes: int
    ways: tuple[WayReport, ...]
    positives_error: Mapping[str, float]
    threshold_kept: Mapping[str, Mapping[str, float]]


def bench_audit(
    paths: Sequence[Path],
    *,
    columns: Sequence[str] = ("label",),
    items: int | None = None,
    classes: int = 24,
    audits: int = 600,
    budgets: Sequence[int] = (60, 100, 200),
    seed: int = 0,
    made_up: bool = False,
    progress: Progress | None = None,
) -> AuditBench:
    """Simulate audits on labelled vectors.

    Args:
        paths: see `read_labelled`.
        items: multiply the corpus to so many.
        classes: at most, drawn from those with 0.1 to 10 % of the items.
        audits: of each way, at least: every class is audited equally often with every budget.
        made_up: audit made-up classes whose scores mislead, instead; no files are needed then.

    Raises:
        UsageError: the files are wrong, or no label is rare enough.
    """
    rng = np.random.default_rng(seed)
    if made_up:
        total = items or MADE_UP_ITEMS
        cases = made_up_cases(total, rng)
    else:
        known = read_labelled(paths, columns)
        if items is not None:
            known = known.multiplied(items, rng)
        total = len(known.vectors)
        cases = _cases(known, classes, seed, rng)
    repeats = -(-audits // (len(cases) * len(budgets)))
    trials = [(place, budget, repeat) for place in range(len(cases)) for budget in budgets for repeat in range(repeats)]
    record = AuditRecord()
    for done, trial in enumerate(trials, 1):
        record.audit(cases[trial[0]], trial[1], [seed, *trial])
        if progress:
            progress(done, len(trials), "audit")
    labels = tuple(case.label for case in cases)
    setting = {"items": total, "labels": labels, "budgets": tuple(budgets), "seed": seed}
    return AuditBench(setting, len(trials), len(cases), record.ways(), record.positives(), record.promises())


def _cases(known: LabelledCorpus, classes: int, seed: int, rng: np.random.Generator) -> list[Case]:
    labels = _labels(known, classes, rng)
    corpus = Corpus.of(known.vectors, np.random.default_rng(seed))
    return [
        taught(corpus, label, known.members(label), np.random.default_rng([seed, place]))
        for place, label in enumerate(labels)
    ]


def _labels(known: LabelledCorpus, most: int, rng: np.random.Generator) -> list[str]:
    """Labels that are rare enough, drawn evenly from rare to common."""
    total = len(known.vectors)
    counts = {
        label: count
        for label, count in known.counts().items()
        if count >= LEAST_MEMBERS and PREVALENCE[0] <= count / total <= PREVALENCE[1]
    }
    if not counts:
        raise UsageError(
            f"no label has {LEAST_MEMBERS} rows and between {PREVALENCE[0]:.1%} and {PREVALENCE[1]:.1%} of all; "
            "there is nothing to audit"
        )
    shuffled = [list(counts)[place] for place in rng.permutation(len(counts))]
    rising = sorted(shuffled, key=counts.__getitem__)
    places = np.linspace(0, len(rising) - 1, min(most, len(rising))).round().astype(int)
    return [rising[place] for place in places]


def taught(corpus: Corpus, label: str, truth: Mask, rng: np.random.Generator) -> Case:
    """A class taught truthfully from one example: as it is after some rounds, and after more."""
    marked = np.zeros(len(truth), bool)
    marked[rng.choice(np.flatnonzero(truth))] = True
    model: LinearModel | None = None
    versions = []
    for number in range(ROUNDS[-1] + 1):
        free = np.flatnonzero(~marked)
        drawn = np.sort(rng.choice(free, min(BACKGROUND, len(free)), replace=False))
        vectors = corpus.features
        model = fit(
            vectors[marked & truth],
            vectors[marked & ~truth],
            vectors[drawn],
            corpus.statistics,
            rng=rng,
            previous=model,
        )
        scores = model.scores(vectors)
        if number in ROUNDS:
            versions.append(Version(scores.astype(np.float64), marked.copy()))
        rows = np.flatnonzero(marked)
        pool = Pool(
            scores=scores,
            vectors=vectors.__getitem__,
            candidates=~marked,
            clusters=corpus.clusters,
            marked_clusters=np.unique(corpus.clusters[rows]),
            marked=rows,
            marks=np.where(truth[rows], 1, -1).astype(np.int8),
        )
        marked[most_useful(pool, BATCH, rng)] = True
    return Case(label, truth, tuple(versions), _thresholds(truth, versions[-1]))


def _thresholds(truth: Mask, version: Version) -> Numbers:
    """The class's own, and those that half as many, as many and twice as many items reach as there are members."""
    scores = np.sort(version.scores[~version.marked])[::-1]
    members = max(int((truth & ~version.marked).sum()), 4)
    ranks = [rank for rank in (members // 2, members, 2 * members) if rank < len(scores)]
    return np.array([0.0] + [(scores[rank - 1] + scores[rank]) / 2 for rank in ranks])
