"""What backbones are worth on labelled folders: nearest neighbours, a class after 30 marks, images a second.

Quality is measured on whatever the folders hold, so a network that learned from them must not be judged by them.
Speed is that of one core: a process that may use no other is timed by the processor's clock, so other work on the
machine disturbs it little.
"""

from __future__ import annotations

import math
import multiprocessing
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from snoop_flow.evaluation import embedded, read_labelled
from snoop_flow.host import PluginHost
from snoop_flow.jobs import Progress
from snoop_flow.learning import Corpus, Strategy, simulate
from snoop_flow.plugin_types import BackboneSpec, FloatArray, Mask

ROUNDS, BATCH = 2, 15  # 30 marks
STRATEGY = "most-useful"
SPEED_IMAGES, SPEED_BATCH = 96, 16


@dataclass(frozen=True, slots=True)
class BackboneQuality:
    """One backbone on one labelled folder.

    Attributes:
        nearest_neighbour: share of images whose nearest other image, by cosine, has a label in common.
        without_feedback: mean average precision of one example of each class, over the whole set.
        average_precision: the same after 30 marks of a simulated curator.
        unseen_average_precision: after 30 marks, over the images that were not marked; None where no class has any
            left.
    """

    labels: str
    backbone: str
    items: int
    classes: int
    nearest_neighbour: float
    without_feedback: float
    average_precision: float
    unseen_average_precision: float | None


@dataclass(frozen=True, slots=True)
class BackboneFacts:
    """One backbone, whatever it is used on; `images_per_second` is of one core, decoding not counted."""

    backbone: str
    fingerprint: str
    dimension: int
    images_per_second: float


@dataclass(frozen=True, slots=True)
class BackbonesReport:
    """All backbones on all folders."""

    seeds: int
    marks: int
    strategy: str
    backbones: tuple[BackboneFacts, ...]
    results: tuple[BackboneQuality, ...]


def bench_backbones(
    labels: Sequence[Path], backbones: Sequence[str], *, seeds: int = 3, progress: Progress | None = None
) -> BackbonesReport:
    """Measure backbones, by name or `FAMILY:FILE`, on labelled folders.

    Args:
        labels: CSV files with the columns `file` (relative to it) and `label`.
        seeds: repetitions of the simulated curator, each with another first example.

    Raises:
        UsageError: a CSV or a backbone is wrong.
        SourceError: an image cannot be read.
    """
    host = PluginHost()
    specs = {name: host.backbone(name) for name in backbones}
    choose = host.strategies[STRATEGY].choose
    results = []
    for path in labels:
        labelled = read_labelled(path)
        classes = np.array([*labelled.members.values()])
        for name, spec in specs.items():
            features = embedded(labelled, spec, progress)
            nearest = round(nearest_neighbour(features, classes), 4)
            before, after, unseen = _taught(features, classes, choose, seeds)
            counts = (len(labelled.files), len(classes))
            results.append(BackboneQuality(str(path), name, *counts, nearest, before, after, unseen))
    facts = tuple(_facts(name, spec) for name, spec in specs.items())
    return BackbonesReport(seeds, ROUNDS * BATCH, STRATEGY, facts, tuple(results))


def nearest_neighbour(features: FloatArray, classes: Mask) -> float:
    """Leave-one-out accuracy of the nearest neighbour.

    Args:
        features: (N, D) unit vectors, N ≥ 2.
        classes: (C, N) members of each class; who is in none can be a neighbour, and has no answer of its own.
    """
    scores = features @ features.T
    np.fill_diagonal(scores, -np.inf)
    right: Mask = np.any(classes & classes[:, scores.argmax(axis=1)], axis=0)
    return float(right[np.any(classes, axis=0)].mean())


def _taught(features: FloatArray, classes: Mask, choose: Strategy, seeds: int) -> tuple[float, float, float | None]:
    """Mean average precision without feedback, after the marks, and then on what was not marked."""
    corpus = Corpus.of(features, np.random.default_rng(0))
    runs = [
        simulate(corpus, mask, choose, rounds=ROUNDS, batch=BATCH, rng=np.random.default_rng(seed))
        for mask in classes
        for seed in range(seeds)
    ]
    before = round(float(np.mean([run.average_precision[0] for run in runs])), 4)
    after = round(float(np.mean([run.average_precision[-1] for run in runs])), 4)
    left = [run.unseen_average_precision[-1] for run in runs if not math.isnan(run.unseen_average_precision[-1])]
    return before, after, round(float(np.mean(left)), 4) if left else None


def _facts(name: str, spec: BackboneSpec) -> BackboneFacts:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        rate = pool.apply(_rate, (name,))
    return BackboneFacts(name, spec.fingerprint(), spec.dimension, round(rate, 1))


def _rate(name: str) -> float:
    """Images a second, in a process that is bound to one core before any library starts its threads."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    spec = PluginHost().backbone(name)
    backbone = spec.open("cpu")
    side, rng = spec.input_size, np.random.default_rng(0)
    noise = rng.integers(0, 256, (SPEED_IMAGES, side // 8, side // 8, 3), np.uint8)
    images = [Image.fromarray(one).resize((side, side), Image.Resampling.BICUBIC) for one in noise]
    backbone.embed_images(images[:SPEED_BATCH])
    seconds = []
    for start in range(0, SPEED_IMAGES, SPEED_BATCH):
        started = time.process_time()
        backbone.embed_images(images[start : start + SPEED_BATCH])
        seconds.append(time.process_time() - started)
    return SPEED_BATCH / float(np.median(seconds))
