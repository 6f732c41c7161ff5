"""Evaluation: a simulated curator teaches each class of a labelled folder, and marks truthfully.

The corpus is the folder itself; no workspace is needed. Average precision over the whole set says what the curator
sees, marked items included; over the unseen items it says what the class has learned, and is compared with the one
example alone on those same items.
"""

from __future__ import annotations

import resource
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from snoop_flow.errors import UsageError
from snoop_flow.evaluation.labels import Labelled, embedded, read_labelled, read_vectors
from snoop_flow.evaluation.reports import Evaluation, EvaluationReport, evaluation_of
from snoop_flow.host import PluginHost
from snoop_flow.host import choose as choose_spec
from snoop_flow.jobs import Progress
from snoop_flow.learning import Corpus, Learner, Rounds, Strategy, fit, simulate
from snoop_flow.plugin_types import FloatArray, Mask
from snoop_flow.workspace import DEFAULT_BACKBONE


@dataclass(frozen=True, slots=True)
class _Trial:
    """What is taught on which corpus, how long."""

    corpus: Corpus
    labelled: Labelled
    rounds: int
    batch: int
    seeds: int
    progress: Progress | None

    def taught(self, name: str, choose: Strategy, learn: Learner) -> Evaluation:
        runs = []
        for place, (label, mask) in enumerate(self.labelled.members.items(), 1):
            runs.append((label, int(mask.sum()), [self._run(mask, choose, learn, seed) for seed in range(self.seeds)]))
            if self.progress:
                self.progress(place, len(self.labelled.members), name)
        return evaluation_of(name, runs)

    def _run(self, mask: Mask, choose: Strategy, learn: Learner, seed: int) -> Rounds:
        rng = np.random.default_rng(seed)
        return simulate(self.corpus, mask, choose, rounds=self.rounds, batch=self.batch, rng=rng, learn=learn)


def evaluate_folder(
    labels: Path,
    *,
    backbone: str | None = None,
    features: Path | None = None,
    strategies: Sequence[str] = ("relevant",),
    rounds: int = 10,
    batch: int = 15,
    seeds: int = 3,
    baselines: bool = False,
    progress: Progress | None = None,
) -> EvaluationReport:
    """Simulate the teaching of every class of a labelled folder.

    Args:
        labels: CSV with the columns `file` (relative to it) and `label`.
        features: a `.npy` file of vectors, row j for row j of the CSV, instead of a backbone; no image is read then.
        strategies: query strategies, by name.
        batch: marks in a round.
        seeds: repetitions of each, with other first examples.
        baselines: measure what others do as well, see `snoop_flow.learning.baselines`.

    Raises:
        UsageError: the CSV, the vectors or a strategy is wrong, or no class has two members.
        SourceError: an image cannot be read.
    """
    host = PluginHost()
    if features is not None and backbone is not None:
        raise UsageError(f"backbone {backbone} and features {features}: give one of the two")
    specs = [choose_spec("strategy", name, host.strategies, host.failures) for name in dict.fromkeys(strategies)]
    labelled = read_labelled(labels)
    name, vectors = _vectors(host, labelled, backbone, features, progress)
    trial = _Trial(Corpus.of(vectors, np.random.default_rng(0)), labelled, rounds, batch, seeds, progress)
    found = tuple(trial.taught(spec.name, spec.choose, fit) for spec in specs)
    others: tuple[Evaluation, ...] = ()
    if baselines:
        from snoop_flow.learning.baselines import baselines_on  # loads scikit-learn's models, which nothing else needs

        others = tuple(trial.taught(name, *how) for name, how in baselines_on(trial.corpus).items())
    items, dimension = vectors.shape
    return EvaluationReport(
        str(labels), name, items, dimension, rounds, batch, seeds, peak_megabytes(), strategies=found, baselines=others
    )


def _vectors(
    host: PluginHost, labelled: Labelled, backbone: str | None, features: Path | None, progress: Progress | None
) -> tuple[str, FloatArray]:
    """Where the vectors come from, and they, (N, D)."""
    if features is not None:
        return str(features), read_vectors(features, labelled)
    spec = host.backbone(backbone or DEFAULT_BACKBONE)
    return spec.name, embedded(labelled, spec, progress)


def peak_megabytes(process: int | None = None) -> float:
    """The most memory that this process has held until now, or another one; pages of mapped files included."""
    try:  # Linux counts into ru_maxrss what the parent held before this process was started from it
        status = Path(f"/proc/{process or 'self'}/status").read_text("ascii")
        return round(int(status.split("VmHWM:")[1].split()[0]) / (1 << 10), 1)
    except (OSError, IndexError):
        if process is not None:
            return 0.0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (1 << 20 if sys.platform == "darwin" else 1 << 10), 1)
