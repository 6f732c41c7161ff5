"""Evaluation: a simulated curator teaches each class of a labelled folder, and marks truthfully.

The corpus is the folder itself; no workspace is needed. Average precision over the whole set says what the curator
sees, marked items included; over the unseen items it says what the class has learned, and is compared with the one
example alone on those same items.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL.Image import Image

from snoop_flow.errors import SourceError, UsageError
from snoop_flow.fetching import Fetcher
from snoop_flow.host import PluginHost
from snoop_flow.host import choose as choose_spec
from snoop_flow.images import Decoder, ImageLoader, ImageRequest
from snoop_flow.jobs import Progress
from snoop_flow.learning import Corpus, Learner, Pool, Rounds, fit, simulate
from snoop_flow.plugin_types import BackboneSpec, FloatArray, Mask, RowArray
from snoop_flow.workspace import DEFAULT_BACKBONE

Strategy = Callable[[Pool, int, np.random.Generator], RowArray]
BATCH = 64
LEAST_MEMBERS = 2  # one to begin with, one to find


@dataclass(frozen=True, slots=True)
class ClassEvaluation:
    """How one class, or the mean of all, was learned; lists have an entry per round, round 0 first.

    Attributes:
        average_precision: over the whole set.
        unseen_average_precision: over the items that were not marked until then; the marks help there only if the
            class generalises. None where nothing of the class was left unseen.
        unseen_without_feedback: of the one example alone, on those same items.
    """

    label: str
    members: float
    average_precision: tuple[float | None, ...]
    unseen_average_precision: tuple[float | None, ...]
    unseen_without_feedback: tuple[float | None, ...]
    positives_found: float
    milliseconds_per_round: float


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One strategy on one labelled folder."""

    strategy: str
    classes: tuple[ClassEvaluation, ...]
    mean: ClassEvaluation


@dataclass(frozen=True, slots=True)
class EvaluationReport:
    """All strategies on one labelled folder."""

    labels: str
    backbone: str
    items: int
    rounds: int
    batch: int
    seeds: int
    strategies: tuple[Evaluation, ...]


def evaluate_folder(
    labels: Path,
    *,
    backbone: str | None = None,
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
        strategies: query strategies, by name.
        batch: marks in a round.
        seeds: repetitions of each, with other first examples.
        baselines: measure what others do as well: no feedback, random marks, Rocchio, LinearSVC, Newspaper Navigator.

    Raises:
        UsageError: the CSV or a strategy is wrong, or no class has two members.
        SourceError: an image cannot be read.
    """
    host = PluginHost()
    spec = host.backbone(backbone or DEFAULT_BACKBONE)
    for strategy in strategies:
        choose_spec("strategy", strategy, host.strategies, host.failures)
    members = read_labels(labels)
    files = sorted({file for files in members.values() for file in files})
    corpus = Corpus.of(embed_files(labels.parent, files, spec, progress), np.random.default_rng(0))
    relevant = {label: np.isin(files, list(names)) for label, names in sorted(members.items())}
    wanted: dict[str, tuple[Strategy, Learner]] = {name: (host.strategies[name].choose, fit) for name in strategies}
    if baselines:
        from snoop_flow.learning.baselines import BASELINES  # loads scikit-learn's models, which nothing else needs

        wanted |= BASELINES
    sizes = (rounds, batch, seeds)
    found = tuple(_taught(name, *how, corpus, relevant, sizes, progress) for name, how in wanted.items())
    return EvaluationReport(str(labels), spec.name, len(files), rounds, batch, seeds, found)


def read_labels(path: Path) -> dict[str, set[str]]:
    """Label → files, for the labels with at least two files.

    Raises:
        UsageError: the file is no CSV with the columns `file` and `label`, or has no such label.
    """
    members: dict[str, set[str]] = {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file)
            if not {"file", "label"} <= set(rows.fieldnames or ()):
                raise UsageError(f"{path}: has no columns file and label; its first line must name them")
            for row in rows:
                members.setdefault(row["label"], set()).add(row["file"])
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"{path}: cannot be read as CSV ({error})") from error
    usable = {label: files for label, files in members.items() if len(files) >= LEAST_MEMBERS}
    if not usable:
        raise UsageError(f"{path}: no label has {LEAST_MEMBERS} files or more; there is nothing to learn")
    return usable


def embed_files(folder: Path, files: Sequence[str], spec: BackboneSpec, progress: Progress | None = None) -> FloatArray:
    """Vectors of images below a folder, (n, D).

    Raises:
        SourceError: an image cannot be read.
    """
    backbone = spec.open("cpu")
    parts = []
    with Fetcher() as fetcher, Decoder() as decoder:
        loader = ImageLoader(fetcher, decoder.decode)
        for start in range(0, len(files), BATCH):
            part = files[start : start + BATCH]
            parts.append(backbone.embed_images(list(_images(loader, folder, part, spec.input_size))))
            if progress:
                progress(min(start + BATCH, len(files)), len(files), "embed")
    return np.concatenate(parts)


def _images(loader: ImageLoader, folder: Path, files: Sequence[str], size: int) -> Iterator[Image]:
    references = [ImageRequest({"path": str((folder / file).resolve())}) for file in files]
    for picture in loader.load_many(references, size):
        if isinstance(picture, SourceError):
            raise picture
        yield picture


def _taught(
    name: str,
    choose: Strategy,
    learn: Learner,
    corpus: Corpus,
    relevant: Mapping[str, Mask],
    sizes: tuple[int, int, int],
    progress: Progress | None,
) -> Evaluation:
    rounds, batch, seeds = sizes
    classes = []
    for place, (label, mask) in enumerate(relevant.items(), 1):
        runs = [
            simulate(
                corpus,
                mask,
                choose,
                rounds=rounds,
                batch=batch,
                rng=np.random.default_rng(seed),
                learn=learn,
            )
            for seed in range(seeds)
        ]
        classes.append(_mean_of_runs(label, int(mask.sum()), runs))
        if progress:
            progress(place, len(relevant), name)
    return Evaluation(name, tuple(classes), _mean_of_classes(classes))


def _mean_of_runs(label: str, members: int, runs: Sequence[Rounds]) -> ClassEvaluation:
    return ClassEvaluation(
        label=label,
        members=members,
        **{name: _mean([getattr(run, name) for run in runs]) for name in _CURVES},
        positives_found=float(np.mean([run.positives_found[-1] for run in runs])),
        milliseconds_per_round=round(float(np.median([run.milliseconds for run in runs])), 2),
    )


def _mean_of_classes(classes: Sequence[ClassEvaluation]) -> ClassEvaluation:
    return ClassEvaluation(
        label="mean",
        members=float(np.mean([one.members for one in classes])),
        **{name: _mean([getattr(one, name) for one in classes]) for name in _CURVES},
        positives_found=float(np.mean([one.positives_found for one in classes])),
        milliseconds_per_round=round(float(np.mean([one.milliseconds_per_round for one in classes])), 2),
    )


_CURVES = ("average_precision", "unseen_average_precision", "unseen_without_feedback")


def _mean(curves: Sequence[Sequence[float | None]]) -> tuple[float | None, ...]:
    """The mean curve; rounds in which nothing of a class was left unseen (NaN or None) do not count."""
    values = np.array(curves, float)
    counts = np.isfinite(values).sum(axis=0)
    sums = np.nansum(values, axis=0)
    return tuple(round(float(s) / int(n), 4) if n else None for s, n in zip(sums, counts, strict=True))
