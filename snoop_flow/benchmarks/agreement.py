"""Several annotators who err: average precision of a class by how their marks are combined.

`truth` is what the same batch gives when nobody errs. All ways see the same marks; what counts is the difference
between them, so it is given with its standard error over classes and seeds.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from snoop_flow.benchmarks.corpora import read_features
from snoop_flow.errors import UsageError
from snoop_flow.learning import corpus_statistics
from snoop_flow.learning.crowds import CROWDS, WAYS, marked_by, precision_of

LEAST_MEMBERS = 10


@dataclass(frozen=True, slots=True)
class CrowdReport:
    """How well a class is known from the marks of one kind of crowd.

    Attributes:
        average_precision: by way of combining, and `truth`.
        gain: of `weighted` over each other way; `error` is its standard error.
    """

    crowd: str
    average_precision: Mapping[str, float]
    gain: Mapping[str, float]
    error: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class AgreementBench:
    """What one run measured."""

    items: int
    classes: int
    seeds: int
    batch: int
    crowds: tuple[CrowdReport, ...]


def bench_agreement(features: Path, labels: Path, *, batch: int = 60, seeds: int = 3) -> AgreementBench:
    """Simulate crowds on a labelled set.

    Args:
        features: `.npy` file of vectors.
        labels: CSV with a column `label`, a row for each vector.
        batch: items that are marked.

    Raises:
        UsageError: the files do not belong together, or no label has enough members.
    """
    vectors = read_features(features)
    members = _members(labels, len(vectors))
    stats = corpus_statistics([vectors])
    crowds = []
    for name, errors in CROWDS.items():
        found: dict[str, list[float]] = {"truth": [], **{way: [] for way in WAYS}}
        for mask in members.values():
            for seed in range(seeds):
                marked = marked_by(errors, vectors, mask, stats, batch, seed)
                truth = np.where(mask[marked.rows], 1, -1).astype(np.int8), np.ones(len(marked.rows))
                for way, said in {"truth": truth, **{way: how(marked.opinions) for way, how in WAYS.items()}}.items():
                    found[way].append(precision_of(marked, *said, vectors, mask, stats))
        crowds.append(_report(name, found))
    return AgreementBench(len(vectors), len(members), seeds, batch, tuple(crowds))


def _members(path: Path, rows: int) -> dict[str, NDArray[np.bool_]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            labels = np.array([row["label"] for row in csv.DictReader(file)])
    except (OSError, UnicodeDecodeError, csv.Error, KeyError) as error:
        raise UsageError(f"{path}: cannot be read as CSV with a column label ({error})") from error
    if len(labels) != rows:
        raise UsageError(f"{path}: has {len(labels)} rows, the features have {rows}; give the labels of these vectors")
    found = {str(label): labels == label for label in np.unique(labels)}
    usable = {label: mask for label, mask in found.items() if mask.sum() >= LEAST_MEMBERS}
    if not usable:
        raise UsageError(f"{path}: no label has {LEAST_MEMBERS} rows or more; there is nothing to measure")
    return usable


def _report(crowd: str, found: Mapping[str, list[float]]) -> CrowdReport:
    values = {way: np.array(precisions) for way, precisions in found.items()}
    gains = {way: values["weighted"] - values[way] for way in WAYS if way != "weighted"}
    return CrowdReport(
        crowd=crowd,
        average_precision={way: round(float(one.mean()), 4) for way, one in values.items()},
        gain={way: round(float(one.mean()), 4) for way, one in gains.items()},
        error={way: round(float(one.std(ddof=1) / np.sqrt(len(one))), 4) for way, one in gains.items()},
    )
