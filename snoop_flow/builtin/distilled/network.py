"""A small residual network in numpy: every convolution is one matrix product.

Layers are folded for inference: a convolution is a matrix (height · width · channels in, channels out) and a bias, the
batch normalisation of training inside them. Maps are (n, height, width, channels).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from snoop_flow.plugin_types import FloatArray


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

    def __call__(self, maps: FloatArray) -> FloatArray:
        """(n, h, w, channels in) → (n, h', w', channels out)."""
        count, height, width, channels = maps.shape
        if self.kernel == 1:
            patches = maps.reshape(-1, channels)
        else:
            edge = self.kernel // 2
            padded = np.zeros((count, height + 2 * edge, width + 2 * edge, channels), np.float32)
            padded[:, edge:-edge, edge:-edge] = maps
            windows = sliding_window_view(padded, (self.kernel, self.kernel), axis=(1, 2))
            windows = windows[:, :: self.stride, :: self.stride].transpose(0, 1, 2, 4, 5, 3)
            height, width = windows.shape[1:3]
            patches = windows.reshape(count * height * width, -1)
        found = patches @ self.matrix
        found += self.bias
        return found.reshape(count, height, width, -1)


@dataclass(frozen=True, slots=True)
class Block:
    """Expand by 3 x 3, rectify, project by 1 x 1; added to its input where the shape stays (Sandler et al. 2018)."""

    expand: Convolution
    project: Convolution

    def __call__(self, maps: FloatArray) -> FloatArray:
        """(n, h, w, c) → (n, h / stride, w / stride, c')."""
        found = self.project(_positive(self.expand(maps)))
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
        maps = _positive(self._stem(pictures))
        for block in self._blocks:
            maps = block(maps)
        return np.asarray(_positive(self._wide(maps)).mean(axis=(1, 2)))


def _convolution(weights: Mapping[str, NDArray[Any]], name: str, stride: int = 1) -> Convolution:
    matrix = weights[f"{name}.weight"].astype(np.float32)
    if f"{name}.scale" in weights:
        matrix *= weights[f"{name}.scale"]
    kernel = 3 if name == "stem" or name.endswith("expand") else 1
    return Convolution(matrix, weights[f"{name}.bias"], kernel, stride)


def _positive(maps: FloatArray) -> FloatArray:
    return np.maximum(maps, 0, out=maps)
