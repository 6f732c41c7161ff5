"""A small residual network in numpy: every convolution is one matrix product.

Layers are folded for inference: a convolution is a matrix (height · width · channels in, channels out) and a bias, the
batch normalisation of training inside them. Maps are (n, height, width, channels).

Maps lie in memory that each thread keeps for all layers and batches. Allocated anew, they were given back to the system
each time, and came again page by page: 550 faults a picture, each of which every thread of the process can wait for.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from snoop_flow.plugin_types import FloatArray


class Scratch(threading.local):
    """Arrays of the running thread, by name, used over and over: what was in one is gone when it is taken again."""

    def __init__(self) -> None:
        self._kept: dict[str, FloatArray] = {}

    def take(self, name: str, shape: tuple[int, ...]) -> FloatArray:
        """An array of a shape, with anything in it."""
        size = prod(shape)
        kept = self._kept.get(name)
        if kept is None or kept.size < size:
            kept = self._kept[name] = np.empty(size, np.float32)
        return kept[:size].reshape(shape)


_SCRATCH = Scratch()


@dataclass(frozen=True, slots=True)
class Convolution:
    """A square convolution whose map is as large as its input, or smaller by the stride.

    Attributes:
        matrix: (kernel · kernel · channels in, channels out), the channel changing fastest.
    """

    matrix: FloatArray
    bias: FloatArray
    kernel: int
    stride: int = 1

    def __call__(self, maps: FloatArray, name: str) -> FloatArray:
        """(n, h, w, channels in) → (n, h', w', channels out), in the scratch array of a name that holds no `maps`."""
        patches = maps if self.kernel == 1 else self._patches(maps)
        shape = (*patches.shape[:3], self.matrix.shape[1])
        found = _SCRATCH.take(name, shape)
        flat = found.reshape(-1, shape[3])
        np.matmul(patches.reshape(len(flat), -1), self.matrix, out=flat)
        flat += self.bias
        return found

    def _patches(self, maps: FloatArray) -> FloatArray:
        """(n, h, w, c) → (n, h', w', kernel, kernel, c): what each place of the result is made from."""
        count, height, width, channels = maps.shape
        edge = self.kernel // 2
        padded = _SCRATCH.take("padded", (count, height + 2 * edge, width + 2 * edge, channels))
        padded[:, :edge] = padded[:, -edge:] = 0
        padded[:, :, :edge] = padded[:, :, -edge:] = 0
        padded[:, edge:-edge, edge:-edge] = maps
        windows = sliding_window_view(padded, (self.kernel, self.kernel), axis=(1, 2))
        windows = windows[:, :: self.stride, :: self.stride].transpose(0, 1, 2, 4, 5, 3)
        patches = _SCRATCH.take("patches", windows.shape)
        np.copyto(patches, windows)
        return patches


@dataclass(frozen=True, slots=True)
class Block:
    """Expand by 3 x 3, rectify, project by 1 x 1; added to its input where the shape stays (Sandler et al. 2018)."""

    expand: Convolution
    project: Convolution

    def __call__(self, maps: FloatArray, name: str) -> FloatArray:
        """(n, h, w, c) → (n, h / stride, w / stride, c'), in the scratch array of a name that holds no `maps`."""
        found = self.project(_positive(self.expand(maps, "wide")), name)
        if found.shape == maps.shape:
            found += maps
        return found


class Network:
    """Pictures → how much there is of each of 768 things, as `tools/train_default_backbone` trained it."""

    def __init__(self, weights: Mapping[str, NDArray[Any]]) -> None:
        """Take the folded weights: `stem`, `blocks.N.expand|project`, `wide`, and the `strides` of the blocks.

        Each has `.weight`, a matrix in half precision, or in 8 bits with the `.scale` of its columns, and `.bias`.
        """
        self._stem = _convolution(weights, "stem", stride=2)
        self._blocks = [
            Block(
                _convolution(weights, f"blocks.{place}.expand", stride=int(stride)),
                _convolution(weights, f"blocks.{place}.project"),
            )
            for place, stride in enumerate(weights["strides"])
        ]
        self._wide = _convolution(weights, "wide")

    def __call__(self, pictures: FloatArray) -> FloatArray:
        """(n, side, side, 3) from -1 to 1, the side a multiple of 32 → (n, 768), none negative."""
        maps = _positive(self._stem(pictures, "odd"))
        for place, block in enumerate(self._blocks):
            maps = block(maps, "odd" if place % 2 else "even")
        return np.asarray(_positive(self._wide(maps, "wide")).mean(axis=(1, 2)))


def _convolution(weights: Mapping[str, NDArray[Any]], name: str, stride: int = 1) -> Convolution:
    matrix = weights[f"{name}.weight"].astype(np.float32)
    if f"{name}.scale" in weights:
        matrix *= weights[f"{name}.scale"]
    kernel = 3 if name == "stem" or name.endswith("expand") else 1
    return Convolution(matrix, weights[f"{name}.bias"], kernel, stride)


def _positive(maps: FloatArray) -> FloatArray:
    return np.maximum(maps, 0, out=maps)
