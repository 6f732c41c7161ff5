"""What is computed once per state of an embedding set: statistics and clusters, kept beside its shards.

Both are estimated on an even sample of the rows, so that the cost does not grow with the corpus; every row is then
assigned to its nearest cluster in one pass. The file's name tells which shards it belongs to.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from snoop_flow.learning import CorpusStatistics, assign, cluster, corpus_statistics
from snoop_flow.vectors.sets import VectorSet

SAMPLE_ROWS = 50_000
CLUSTER_SAMPLE_ROWS = 20_000
MAX_CLUSTERS = 256


@dataclass(frozen=True, slots=True)
class Derived:
    """What teaching needs of the corpus.

    Attributes:
        statistics: mean and covariance of the corpus.
        clusters: (N,) int32, the cluster of each row.
    """

    statistics: CorpusStatistics
    clusters: NDArray[np.int32]


def derive(folder: Path, view: VectorSet) -> Derived:
    """What belongs to the present rows of a set: read from `folder`, or computed and kept there."""
    path = folder / f"derived-{view.state[:16]}.safetensors"
    try:
        return _read(path, len(view))
    except (OSError, ValueError, KeyError, SafetensorError):  # absent or unreadable: it can always be computed again
        derived = _compute(view)
    _write(path, derived)
    for old in folder.glob("derived-*.safetensors"):
        if old != path:
            old.unlink(missing_ok=True)
    return derived


def _compute(view: VectorSet) -> Derived:
    rng = np.random.default_rng(0)
    sample = view.gather(_even_rows(len(view), SAMPLE_ROWS))
    statistics = corpus_statistics([sample])
    count = int(np.clip(np.sqrt(len(view)), 1, MAX_CLUSTERS))
    centres = cluster(sample[_even_rows(len(sample), CLUSTER_SAMPLE_ROWS)], count, rng)
    clusters = np.concatenate([assign(block, centres) for block in view.blocks()])
    return Derived(statistics, clusters.astype(np.int32))


def _even_rows(rows: int, wanted: int) -> NDArray[np.intp]:
    return np.linspace(0, rows - 1, min(rows, wanted)).astype(np.intp)


def _write(path: Path, derived: Derived) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{uuid.uuid4().hex}.tmp")
    arrays = {f"statistics.{name}": array for name, array in derived.statistics.arrays().items()}
    save_file({**arrays, "clusters": derived.clusters}, temporary)
    temporary.replace(path)


def _read(path: Path, rows: int) -> Derived:
    if not path.is_file():
        raise FileNotFoundError(path)
    arrays = load_file(path)
    clusters = arrays.pop("clusters")
    if len(clusters) != rows:
        raise ValueError(f"{path.name} is of another state")
    statistics = {name.removeprefix("statistics."): array for name, array in arrays.items()}
    return Derived(CorpusStatistics.from_arrays(statistics), clusters)
