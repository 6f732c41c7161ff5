"""The backbone: what the network sees beside what the classical descriptor counts, in 384 numbers.

The network generalises, the descriptor does not forget: of old paper, drawn lines and colours it knows what no network
of this size learned from photographs. Measured, both together beat either on every set (docs/explanation).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from safetensors.numpy import load

from snoop_flow.builtin.classical import ClassicalBackbone
from snoop_flow.builtin.distilled.network import Network
from snoop_flow.learning.threads import one_blas_thread
from snoop_flow.plugin_types import FloatArray
from snoop_flow.processes.threads import shared_out, threads_allowed

ALGORITHM = "distilled/1"
SIDE = 192
DIMENSION = 384
_BATCH = 4  # what stays in a processor's cache
_WEIGHTS = "weights.safetensors"
_NONE: FloatArray = np.empty((0, DIMENSION), np.float32)


class DistilledBackbone:
    """A small network that learned to see as MobileNetV2 does, and the classical descriptor."""

    dimension = DIMENSION

    def __init__(self) -> None:
        weights = load(_bytes())
        self._network = Network(weights)
        self._means = [weights[f"join.{name}_mean"] for name in ("seen", "counted")]
        self._projection = weights["join.projection"].astype(np.float32)
        self.fingerprint = fingerprint()

    @property
    def batch_size(self) -> int:
        """Pictures that keep all cores busy: four batches for each."""
        return 4 * _BATCH * threads_allowed()

    @property
    def overlaps(self) -> bool:
        """Calls share one pool of threads: the next one takes the cores that the end of another leaves idle."""
        return threads_allowed() > 1

    def embed_images(self, images: Sequence[Image.Image]) -> FloatArray:
        """Embed pictures of any size and mode: (n, 384) float32, each row of unit length."""
        return self.embed_prepared([self.prepare(image) for image in images])

    def prepare(self, image: Image.Image) -> NDArray[np.uint8]:
        """The whole picture in a square, whatever its proportions: nothing at its margins is cut off."""
        square = image.convert("RGB").resize((SIDE, SIDE), Image.Resampling.BICUBIC, reducing_gap=2.0)
        return np.asarray(square)

    def embed_prepared(self, pictures: Sequence[NDArray[np.uint8]]) -> FloatArray:
        """Embed squares of (192, 192, 3): (n, 384) float32, each row of unit length."""
        batches = [pictures[start : start + _BATCH] for start in range(0, len(pictures), _BATCH)]
        # Pictures share the cores out, not products: cut up among threads these are so small that they wait for each
        # other, many times slower beside other work.
        with one_blas_thread():
            return np.concatenate([_NONE, *shared_out(self._embedded, batches, kind="model")])

    def _embedded(self, pictures: Sequence[NDArray[np.uint8]]) -> FloatArray:
        blocks = describe(self._network, pictures)
        centred = [unit(block - mean) for block, mean in zip(blocks, self._means, strict=True)]
        return unit(np.concatenate(centred, axis=1) @ self._projection)


def describe(network: Network, pictures: Sequence[NDArray[np.uint8]]) -> tuple[FloatArray, FloatArray]:
    """What the network sees, (n, 768), and what the classical descriptor counts, (n, 812); rows of unit length.

    The square root keeps the few strongest of the network's outputs from deciding alone, as in the descriptor.
    """
    squares = np.stack(pictures).astype(np.float32) / np.float32(127.5) - 1
    counted = _CLASSICAL.embed_images([Image.fromarray(picture) for picture in pictures])
    return unit(np.sqrt(network(squares))), counted


def unit(rows: FloatArray) -> FloatArray:
    """Rows scaled to length 1; of zeros nothing is made but zeros."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(lengths, np.float32(1e-12)), np.float32)


@cache
def fingerprint() -> str:
    """Digest of the weights, of how pictures are prepared for them, and of the classical descriptor."""
    parts = f"{ALGORITHM} squeeze bicubic {SIDE} {_CLASSICAL.fingerprint}"
    return f"{ALGORITHM}:{hashlib.sha256(parts.encode() + _bytes()).hexdigest()[:16]}"


def _bytes() -> bytes:
    return files(__package__).joinpath(_WEIGHTS).read_bytes()


_CLASSICAL = ClassicalBackbone()
