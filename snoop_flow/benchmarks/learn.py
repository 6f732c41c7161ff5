"""Quality against marks: our recipe and what others do, on many concepts from common to rare, by a simulated curator.

Quality is average precision on items that were held out, the same ones for every learner; whole corpora, R-precision
and the positives found are told besides. The floor of a round is scoring every item once, which each learner must do.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snoop_flow.benchmarks.concepts import Concept, concepts_of, range_of
from snoop_flow.benchmarks.drawn import drawn_sets
from snoop_flow.benchmarks.material import Material, material_of
from snoop_flow.benchmarks.measuring import BenchReport, Timing, report_of, timed
from snoop_flow.evaluation import peak_megabytes, read_labelled
from snoop_flow.host import PluginHost
from snoop_flow.jobs import Progress
from snoop_flow.learning import Corpus, Learner, Rounds, Strategy, fit, most_useful, relevant, simulate
from snoop_flow.learning.baselines import baselines_on
from snoop_flow.workspace import DEFAULT_BACKBONE

OURS = "ours, most useful"
MEASURES = {
    "held_out_average_precision": "average precision, held out",
    "average_precision": "average precision, whole corpus",
    "r_precision": "R-precision, whole corpus",
    "positives_found": "positives found",
}
Curves = Mapping[str, NDArray[np.float64]]


@dataclass(frozen=True, slots=True)
class Trial:
    """How long each concept is taught."""

    rounds: int
    batch: int
    seeds: int

    @property
    def marks(self) -> list[int]:
        """Marks given until each round, the first example included."""
        return [1 + number * self.batch for number in range(self.rounds + 1)]


def bench_learn(
    labels: Sequence[Path] = (),
    *,
    backbone: str | None = None,
    windows: int = 5,
    dimension: int | None = None,
    concepts: int = 40,
    prevalences: tuple[float, float] = (0.0002, 0.1),
    rounds: int = 16,
    batch: int = 10,
    seeds: int = 5,
    jobs: int = 1,
    cache: Path | None = None,
    progress: Progress | None = None,
) -> BenchReport:
    """Measure learning on labelled sets joined, or on the sample archive where none is given.

    Args:
        labels: CSVs with the columns `file` and `label`; rows without a label are images of no class.
        windows: cut from each image, to make classes rare.
        dimension: reduce the vectors to so many principal axes, which saves time; all by default.
        concepts: classes taught, at most.
        prevalences: lowest and highest share of members, as far as the material goes.
        batch: marks in a round.
        jobs: processes that teach; their milliseconds hold for one.
        cache: keeps the vectors for another run.

    Raises:
        UsageError: a CSV is wrong, or no class is large enough.
        SourceError: an image cannot be read.
    """
    name = backbone or DEFAULT_BACKBONE
    spec = PluginHost().backbone(name)
    with tempfile.TemporaryDirectory(prefix="snoop-flow-bench-") as folder:
        sets = [read_labelled(one) for one in labels] or drawn_sets(Path(folder))
        material = material_of(sets, spec, windows, 0, cache, progress)
    material = material if dimension is None else material.reduced(dimension)
    trial = Trial(rounds, batch, seeds)
    taught = concepts_of(material, concepts, prevalences, np.random.default_rng(0))
    whole = Corpus.of(material.vectors, np.random.default_rng(0))
    runs = _runs(taught, whole, trial, jobs, progress)
    low, high = range_of(taught)
    setting = {
        "labels": [str(one) for one in labels] or "sample archive",
        "backbone": name,
        "items": len(material.vectors),
        "dimension": material.vectors.shape[1],
        "windows": windows,
        "concepts": len(taught),
        "prevalence": [round(low, 6), round(high, 6)],
        "rounds": rounds,
        "batch": batch,
        "seeds": seeds,
    }
    return _report(setting, taught, material, runs, trial)


def learners(corpus: Corpus) -> dict[str, tuple[Strategy, Learner]]:
    """Ours by two strategies, and what others do."""
    return {OURS: (most_useful, fit), "ours, relevant": (relevant, fit), **baselines_on(corpus)}


@dataclass(frozen=True, slots=True)
class _Taught:
    """One concept as every learner learns it: learner → a run per seed. All begin a seed with the same example."""

    whole: Corpus
    trial: Trial

    def __call__(self, concept: Concept) -> dict[str, list[Rounds]]:
        corpus = concept.corpus(self.whole)
        return {
            name: [self._run(corpus, concept, choose, learn, seed) for seed in range(self.trial.seeds)]
            for name, (choose, learn) in learners(corpus).items()
        }

    def _run(self, corpus: Corpus, concept: Concept, choose: Strategy, learn: Learner, seed: int) -> Rounds:
        return simulate(
            corpus,
            concept.relevant,
            choose,
            rounds=self.trial.rounds,
            batch=self.trial.batch,
            rng=np.random.default_rng(seed),
            learn=learn,
            held_out=concept.held_out,
        )


def _runs(
    taught: Sequence[Concept], whole: Corpus, trial: Trial, jobs: int, progress: Progress | None
) -> dict[str, list[list[Rounds]]]:
    """Learner → concept → seed → rounds."""
    runs: dict[str, list[list[Rounds]]] = {}
    with _several(jobs, _Taught(whole, trial)) as done:
        for number, found in enumerate(done(taught), 1):
            for name, rounds in found.items():
                runs.setdefault(name, []).append(rounds)
            if progress:
                progress(number, len(taught), "teach")
    return runs


@contextmanager
def _several(jobs: int, work: _Taught) -> Iterator[Callable[[Sequence[Concept]], Iterable[dict[str, list[Rounds]]]]]:
    """Map over concepts in so many processes, in order."""
    if jobs == 1:
        yield lambda concepts: map(work, concepts)
        return
    with ProcessPoolExecutor(jobs, initializer=_begin, initargs=(work,)) as pool:
        yield lambda concepts: pool.map(_one, concepts)


_WORK: list[_Taught] = []  # of a process of the pool: the corpus goes there once, not with each concept


def _begin(work: _Taught) -> None:
    _WORK[:] = [work]


def _one(concept: Concept) -> dict[str, list[Rounds]]:
    return _WORK[0](concept)


def _report(
    setting: Mapping[str, Any],
    taught: Sequence[Concept],
    material: Material,
    runs: Mapping[str, list[list[Rounds]]],
    trial: Trial,
) -> BenchReport:
    measured = {measure: _curves(runs, measure) for measure in MEASURES}
    times = {name: _timing(rounds) for name, rounds in runs.items()}
    weights = material.vectors[0]
    timings = {"floor": _floor(taught, material, weights), "ours": times.pop(OURS), **times}
    details = {
        "marks": trial.marks,
        "curves": {measure: {name: _mean(v) for name, v in curves.items()} for measure, curves in measured.items()},
        "learners": {name: _summary(name, measured, trial) for name in runs},
        "concepts": [_row(number, one, measured) for number, one in enumerate(taught)],
        "below no feedback": _below(measured["held_out_average_precision"], taught),
        "peak_megabytes": peak_megabytes(),
    }
    return report_of("learn", setting, timings, exact=True, details=details)


def _curves(runs: Mapping[str, list[list[Rounds]]], measure: str) -> Curves:
    """(concepts, seeds, rounds + 1) of each learner."""
    return {
        name: np.array([[getattr(run, measure) for run in seeds] for seeds in concepts], float)
        for name, concepts in runs.items()
    }


def _mean(values: NDArray[np.float64]) -> list[float]:
    return [round(float(one), 4) for one in values.mean(axis=(0, 1))]


def _timing(concepts: list[list[Rounds]]) -> Timing:
    taken = np.concatenate([run.milliseconds for seeds in concepts for run in seeds])
    return Timing(round(float(np.median(taken)), 3), round(float(np.quantile(taken, 0.95)), 3))


def _floor(taught: Sequence[Concept], material: Material, weights: NDArray[np.float32]) -> Timing:
    """Scoring every item of a corpus once, on the median concept."""
    middle = sorted(taught, key=lambda one: len(one.rows))[len(taught) // 2]
    vectors = material.vectors[middle.rows]
    return timed(lambda: vectors @ weights, 21)


def _summary(name: str, measured: Mapping[str, Curves], trial: Trial) -> dict[str, Any]:
    """What one learner reaches, on the mean over concepts and seeds."""
    held, whole = measured["held_out_average_precision"], measured["average_precision"]
    marks = {
        measure: _marks_to(measured[measure][name], measured[measure]["Rocchio, top"], trial)
        for measure in ("held_out_average_precision", "average_precision", "r_precision")
    }
    return {
        "held_out_average_precision": round(float(held[name][..., 1:].mean()), 4),
        "average_precision": round(float(whole[name][..., 1:].mean()), 4),
        "r_precision_at_the_end": round(float(measured["r_precision"][name][..., -1].mean()), 4),
        "positives_found": round(float(measured["positives_found"][name][..., -1].mean()), 1),
        "ours_ahead_by": _ahead(held[OURS], held[name]),
        "ours_ahead_by_on_whole": _ahead(whole[OURS], whole[name]),
        "marks_to_the_quality_of_rocchio_at_the_end": marks,
    }


def _ahead(ours: NDArray[np.float64], theirs: NDArray[np.float64]) -> list[float]:
    """Mean over all rounds with marks of ours less theirs, and its standard error over concepts."""
    apart = (ours - theirs)[..., 1:].mean(axis=(1, 2))
    error = apart.std(ddof=1) / np.sqrt(len(apart)) if len(apart) > 1 else float("nan")
    return [round(float(apart.mean()), 4), round(float(error), 4)]


def _marks_to(values: NDArray[np.float64], rocchio: NDArray[np.float64], trial: Trial) -> int | None:
    """Marks after which the mean curve reaches where Rocchio ends, the first example left out; None where it never."""
    reached = np.flatnonzero(values.mean(axis=(0, 1)) >= rocchio.mean(axis=(0, 1))[-1])
    return trial.marks[reached[0]] - 1 if len(reached) else None


def _row(number: int, concept: Concept, measured: Mapping[str, Curves]) -> dict[str, Any]:
    """One concept: how rare it is, and the mean of each learner over rounds with marks."""
    held = measured["held_out_average_precision"]
    return {
        "concept": concept.name,
        "members": int(concept.relevant.sum()),
        "items": len(concept.rows),
        "prevalence": round(concept.prevalence, 6),
        "held_out_average_precision": {
            name: round(float(values[number, :, 1:].mean()), 4) for name, values in held.items()
        },
    }


def _below(held: Curves, taught: Sequence[Concept]) -> dict[str, Any]:
    """Where ours is worse than the one example without any feedback, by more than two standard errors over seeds."""
    apart = held[OURS] - held["no feedback"]
    seeds = apart.shape[1]
    error = apart.std(axis=1, ddof=1) / np.sqrt(seeds) if seeds > 1 else np.zeros(apart[:, 0].shape)
    worse = (apart.mean(axis=1) < -2 * error - 0.005)[:, 1:]
    lowest = apart.mean(axis=(0, 1))[1:].min()
    names = [one.name for one, some in zip(taught, worse, strict=True) if some.any()]
    return {"rounds": int(worse.sum()), "of": int(worse.size), "concepts": names, "worst_mean": round(float(lowest), 4)}
