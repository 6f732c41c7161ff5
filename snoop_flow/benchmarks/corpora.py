"""Vectors to measure speed on, in sealed shards: made-up ones spread like real features, or a file's, multiplied."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from snoop_flow.entities import Shard
from snoop_flow.evaluation import read_features as read_features
from snoop_flow.evaluation import units as units
from snoop_flow.store.rows import now
from snoop_flow.vectors import VectorSet, write_shard

Vectors = NDArray[np.float32]

SHARD_ROWS = 250_000
GROUPS = 400
RANK = 64  # directions that carry most of the variance, falling: features of a backbone are far from round


def made_up(rows: int, dimension: int, rng: np.random.Generator) -> Iterator[Vectors]:
    """Blocks of unit vectors around some hundred centres in a flat space, with noise in all dimensions."""
    rank = min(RANK, dimension)
    basis = rng.standard_normal((rank, dimension)).astype(np.float32) * np.geomspace(2, 0.2, rank)[:, None]
    centres = rng.standard_normal((GROUPS, rank))
    for start in range(0, rows, SHARD_ROWS):
        count = min(SHARD_ROWS, rows - start)
        inner = centres[rng.integers(0, GROUPS, count)] + 0.6 * rng.standard_normal((count, rank))
        noise = rng.standard_normal((count, dimension), np.float32)
        yield units(inner.astype(np.float32) @ basis.astype(np.float32) + np.float32(0.5) * noise)


def multiplied(features: Vectors, rows: int, rng: np.random.Generator) -> Iterator[Vectors]:
    """Blocks of unit vectors between pairs of real ones, with a little noise."""
    for start in range(0, rows, SHARD_ROWS):
        count = min(SHARD_ROWS, rows - start)
        first, second = (features[rng.integers(0, len(features), count)] for _ in range(2))
        share = rng.uniform(0, 0.5, (count, 1)).astype(np.float32)
        noise = rng.standard_normal(first.shape, np.float32) * np.float32(0.3 / np.sqrt(first.shape[1]))
        yield units((1 - share) * first + share * second + noise)


def sealed(folder: Path, blocks: Iterator[Vectors], dimension: int) -> VectorSet:
    """An embedding set of these blocks, one shard each; only one block is held in memory."""
    shards, first = [], 0
    for number, block in enumerate(blocks):
        name = f"{number}.safetensors"
        digest = write_shard(folder / name, block, np.arange(first, first + len(block)), "bench")
        shards.append(Shard(number, 1, name, digest, len(block), now()))
        first += len(block)
    return VectorSet(folder, shards, {}, dimension)
