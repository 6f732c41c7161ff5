"""How the network's output and the classical descriptor become one short vector.

Both are centred and scaled to length 1, the descriptor counts half, and the 384 main components are kept, the strong
ones held back a little. All of it is taken from views of the training material.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from corpus import Corpus
from safetensors import safe_open
from safetensors.numpy import load_file, save_file
from views import draw_pair

from snoop_flow.builtin.distilled.backbone import DIMENSION, SIDE, describe, unit
from snoop_flow.builtin.distilled.network import Network

VIEWS = 4096
COUNTED_SHARE = 0.5  # of the descriptor in the squared length, where the network has 1
WHITENING = 0.25  # components are divided by their mean square ** this


def join(corpus: Corpus, weights: Path, rng: np.random.Generator) -> None:
    """Add the means and the projection to a file of exported weights."""
    tensors = load_file(weights)
    with safe_open(weights, "numpy") as file:
        metadata = file.metadata()
    network = Network(tensors)
    views = (draw_pair(corpus, rng, SIDE)[1] for _ in range(VIEWS))
    found = [describe(network, [next(views) for _ in range(8)]) for _ in range(VIEWS // 8)]
    seen, counted = (np.concatenate(block) for block in zip(*found, strict=True))
    means = seen.mean(0), counted.mean(0)
    shares = np.sqrt(np.repeat([1, COUNTED_SHARE], [seen.shape[1], counted.shape[1]]))
    joined = (
        np.concatenate([unit(block - mean) for block, mean in zip((seen, counted), means, strict=True)], 1) * shares
    )
    strengths, axes = np.linalg.eigh(joined.T @ joined / len(joined))
    order = np.argsort(strengths)[::-1][:DIMENSION]
    projection = shares[:, None] * axes[:, order] * strengths[order] ** -WHITENING
    tensors |= {"join.seen_mean": means[0], "join.counted_mean": means[1]}
    # safetensors writes memory as it lies, whatever the order of the axes
    tensors["join.projection"] = np.ascontiguousarray(projection, np.float16)
    save_file(tensors, weights, metadata)
    print(f"{weights}: {weights.stat().st_size / 1e6:.2f} MB, {DIMENSION} components", flush=True)
