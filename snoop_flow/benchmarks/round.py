"""One interaction round: fit, score everything, choose, score again; beside reading the codes once and other engines.

`milliseconds` is the scan with the exact best rows, which is what the peers do too; the whole round with its parts is
in the details. The floor adds up all codes, with as many threads as the scan has: nothing that looks at each vector can
be faster.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.svm import LinearSVC

from snoop_flow.benchmarks.corpora import made_up, multiplied, read_features, sealed
from snoop_flow.benchmarks.measuring import BenchReport, Timing, report_of, timed_together
from snoop_flow.benchmarks.peers import peers_of
from snoop_flow.errors import UsageError
from snoop_flow.learning import FitOptions, LinearModel, Pool, assign, cluster, corpus_statistics, fit, most_useful
from snoop_flow.vectors import VectorSet

POSITIVES, NEGATIVES, BACKGROUND = 60, 140, 5_000
REFINED = 200
BATCH = 15


def bench_round(
    *,
    items: int = 1_000_000,
    dimension: int = 768,
    count: int = 1_000,
    repeats: int = 9,
    seed: int = 0,
    features: Path | None = None,
    peers: bool = True,
) -> BenchReport:
    """Measure one round on so many vectors.

    Args:
        count: best rows wanted of each scan.
        features: a `.npy` file from whose vectors the corpus is made, instead of made-up ones.
        peers: measure other engines as well; they take memory and time to fill.
    """
    rng = np.random.default_rng(seed)
    if items < 2 * BACKGROUND:
        raise UsageError(f"items {items}: a round is measured on at least {2 * BACKGROUND} vectors")
    with tempfile.TemporaryDirectory(prefix="snoop-flow-bench-") as folder:
        if features is not None:
            given = read_features(features)
            dimension, blocks = given.shape[1], multiplied(given, items, rng)
        else:
            blocks = made_up(items, dimension, rng)
        view = sealed(Path(folder), blocks, dimension)
        trial = _Trial(view, count, rng)
        actions: dict[str, Callable[[], Any]] = {"floor": trial.read_codes, "ours": trial.scan_and_rank}
        others, left_out = peers_of(view, trial.model.weights, count, Path(folder)) if peers else ({}, [])
        timings = timed_together(actions | others, repeats)
        del others
        details: dict[str, Any] = {**trial.rounds(repeats), **trial.fits(repeats)}
        details["exact scan of the originals"] = trial.originals(repeats)
        if left_out:
            details["left out"] = left_out
        setting = {"items": items, "dimension": dimension, "count": count, "repeats": repeats, "seed": seed}
        return report_of("round", setting, timings, exact=trial.is_exact(), details=details)


class _Trial:
    """One class on one corpus."""

    def __init__(self, view: VectorSet, count: int, rng: np.random.Generator) -> None:
        self.view, self.count, self.rng = view, count, rng
        sample = view.gather(np.linspace(0, len(view) - 1, 20_000).astype(np.intp))
        self.statistics = corpus_statistics([sample])
        centres = cluster(sample, 64, rng)
        self.clusters = np.concatenate([assign(block, centres) for block in view.blocks()]).astype(np.int32)
        near = np.argsort(-(sample @ sample[0]))
        self.positives = sample[near[:POSITIVES]]
        self.negatives = sample[near[POSITIVES : POSITIVES + NEGATIVES]]
        self.marked = np.zeros(0, np.intp)
        self.model = self.fit()

    def fit(self) -> LinearModel:
        rows = np.sort(self.rng.choice(len(self.view), BACKGROUND, replace=False))
        background = self.view.gather(rows)
        return fit(self.positives, self.negatives, background, self.statistics, rng=np.random.default_rng(0))

    def fits(self, repeats: int) -> dict[str, list[float]]:
        """Milliseconds of a fit on all of the background, [median, 95th percentile].

        Ours from nothing and from the last model, and scikit-learn's, which goes with the peer `numpy float32`.
        """
        background = self.view.gather(np.linspace(0, len(self.view) - 1, BACKGROUND).astype(np.intp))
        options = FitOptions(background_rows=BACKGROUND)

        def once(previous: LinearModel | None = None) -> LinearModel:
            rng = np.random.default_rng(0)
            marks = (self.positives, self.negatives, background, self.statistics)
            return fit(*marks, rng=rng, previous=previous, options=options)

        rows = np.concatenate([self.positives, self.negatives, background])
        machine = LinearSVC(class_weight="balanced", random_state=0)
        first = once()
        timings = timed_together(
            {
                "first": once,
                "next": lambda: once(first),
                "LinearSVC's": lambda: machine.fit(rows, np.arange(len(rows)) < POSITIVES),
            },
            repeats,
        )
        named = f"fit of {POSITIVES + NEGATIVES} marks and {BACKGROUND} random negatives"
        return {f"{which} {named}": [round(one.median, 1), round(one.p95, 1)] for which, one in timings.items()}

    def read_codes(self) -> None:
        self.view.read_codes()

    def scan_and_rank(self) -> Any:
        return self.view.scan(self.model.weights, self.model.bias).top(self.count)

    def choose(self, scores: NDArray[np.float32]) -> Any:
        candidates = np.ones(len(scores), bool)
        pool = Pool(scores=scores, vectors=self.view.gather, candidates=candidates, clusters=self.clusters)
        return most_useful(pool, BATCH, np.random.default_rng(0))

    def rounds(self, repeats: int) -> dict[str, Any]:
        """Milliseconds of a round and its parts, [median, 95th percentile]."""
        parts: dict[str, list[float]] = {"fit": [], "scan": [], "rank": [], "refine and choose": [], "round": []}
        for repeat in range(repeats + 1):
            marks = [time.perf_counter()]
            model = self.fit()
            marks.append(time.perf_counter())
            scan = self.view.scan(model.weights, model.bias)
            marks.append(time.perf_counter())
            scan.top(self.count)
            marks.append(time.perf_counter())
            self.choose(scan.refined(REFINED))
            marks.append(time.perf_counter())
            if repeat:  # the first one warms up
                for name, first, last in zip(parts, marks, [*marks[1:], 0], strict=True):
                    parts[name].append(1000 * ((last or marks[-1]) - (marks[0] if name == "round" else first)))
        scan = self.view.scan(self.model.weights, self.model.bias)
        scan.top(self.count)
        figures = {name: [round(float(np.quantile(v, q)), 1) for q in (0.5, 0.95)] for name, v in parts.items()}
        return {**figures, f"rows scored again for the best {self.count}": scan.rescored}

    def originals(self, repeats: int) -> float:
        """Milliseconds of a scan of the originals, for comparison."""
        action = {"": lambda: self.view.scores(self.model.weights, self.model.bias)}
        timing: Timing = timed_together(action, repeats)[""]
        return timing.median

    def is_exact(self) -> bool:
        """The best rows are those of a plain float32 product over all originals, but for the order of equal scores."""
        hits = self.scan_and_rank()
        weights, bias = self.model.weights, np.float32(self.model.bias)
        scores = np.concatenate([block @ weights for block in self.view.blocks()]) + bias
        best = np.sort(scores)[::-1][: self.count]
        close = 1e-5 * float(np.linalg.norm(weights))
        return bool(np.allclose(hits.scores, best, rtol=0, atol=close) and len(np.unique(hits.rows)) == len(best))
