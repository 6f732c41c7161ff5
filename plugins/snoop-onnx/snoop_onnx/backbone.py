"""The backbone: prepared batches through the model, outputs to unit vectors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import isqrt

import numpy as np
from PIL.Image import Image

from snoop_flow.errors import PluginError, UsageError
from snoop_flow.plugin_types import FloatArray
from snoop_onnx.description import Description
from snoop_onnx.preprocessing import prepare
from snoop_onnx.session import Encoder


class OnnxBackbone:
    """An opened model; implements `snoop_flow.plugin_types.Backbone`.

    Attributes:
        dimension: D.
        fingerprint: of the model's bytes and its preprocessing.
    """

    dimension: int
    fingerprint: str

    def __init__(self, wanted: Description, fingerprint: str, device: str, dimension: int = 0) -> None:
        """Load the model, and see from one blank image what it gives.

        Raises:
            UsageError: the model is not what its description says.
            PluginError: the model cannot be loaded, or not on this device.
        """
        self.fingerprint = fingerprint
        self._wanted = wanted
        self._encoder = Encoder(wanted, device)
        blank = np.zeros((1, *_shape(wanted)), np.float32)
        self.dimension = int(self._raw(blank).shape[1])
        if dimension and dimension != self.dimension:
            raise UsageError(
                f"{wanted.model}: gives vectors of {self.dimension} numbers, the description says {dimension}; "
                f"correct: dimension = {self.dimension}"
            )

    def embed_images(self, images: Sequence[Image]) -> FloatArray:
        """Embed images of any size and mode: (n, D) float32, each row of unit length.

        Raises:
            PluginError: the model gives numbers that are not finite, or nothing but zeros.
        """
        return self.embed_prepared([self.prepare(image) for image in images])

    def prepare(self, image: Image) -> FloatArray:
        """One image as the model takes it: (3, H, W) float32, or (H, W, 3) for the layout `nhwc`."""
        return prepare(image, self._wanted)

    def embed_prepared(self, pictures: Sequence[FloatArray]) -> FloatArray:
        """Embed prepared images: (n, D) float32, each row of unit length; raises like `embed_images`."""
        vectors = np.empty((len(pictures), self.dimension), np.float32)
        step = self._encoder.fixed_batch or self._wanted.batch_size
        for start in range(0, len(pictures), step):
            batch = np.stack(pictures[start : start + step])
            vectors[start : start + len(batch)] = self._raw(batch)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        if not np.isfinite(lengths).all() or not lengths.all():
            raise PluginError(
                f"{self._wanted.model}: gives vectors that are zero or not finite; look at mean, std and output"
            )
        return np.asarray(vectors / lengths, np.float32)

    def _raw(self, batch: FloatArray) -> FloatArray:
        """Vectors as the model gives them, (n, D)."""
        return _pooled(self._run(batch), self._wanted)

    def _run(self, batch: FloatArray, *, patches: bool = False) -> FloatArray:
        """An output of the model; a batch is filled up for one that takes a fixed number."""
        fixed = self._encoder.fixed_batch
        filled = batch
        if fixed is not None and len(batch) < fixed:
            filled = np.zeros((fixed, *batch.shape[1:]), np.float32)
            filled[: len(batch)] = batch
        return self._encoder.run(filled, patches=patches)[: len(batch)]


class OnnxPatchBackbone(OnnxBackbone):
    """A model that also says what is seen where; implements `snoop_flow.plugin_types.PatchBackbone`.

    Attributes:
        patch_grid: rows and columns.
    """

    patch_grid: tuple[int, int]

    def __init__(self, wanted: Description, fingerprint: str, device: str, dimension: int = 0) -> None:
        """Load the model, and see from one blank image what it gives; raises as `OnnxBackbone` does."""
        super().__init__(wanted, fingerprint, device, dimension)
        blank = np.zeros((1, *_shape(wanted)), np.float32)
        found = self._cells(blank)
        self.patch_grid = (found.shape[1], found.shape[2])

    def embed_patches(self, images: Sequence[Image]) -> FloatArray:
        """Embed the cells of whole images: (n, rows, columns, D) float32, each vector of unit length.

        Raises:
            PluginError: the model gives numbers that are not finite, or nothing but zeros.
        """
        found = np.empty((len(images), *self.patch_grid, self.dimension), np.float32)
        step = self._encoder.fixed_batch or self._wanted.batch_size
        whole = replace(self._wanted, resize="squeeze")  # the grid covers the whole image, whatever vectors cut off
        for start in range(0, len(images), step):
            batch = images[start : start + step]
            found[start : start + len(batch)] = self._cells(np.stack([prepare(one, whole) for one in batch]))
        # a cell in which nothing is seen has no direction: it counts as the image does
        empty = ~found.any(axis=3)
        if empty.any():
            found[empty] = np.broadcast_to(found.mean(axis=(1, 2), keepdims=True), found.shape)[empty]
        lengths = np.linalg.norm(found, axis=3, keepdims=True)
        if not np.isfinite(lengths).all() or not lengths.all():
            raise PluginError(
                f"{self._wanted.model}: gives patches that are zero or not finite; look at mean, std and patches"
            )
        return np.asarray(found / lengths, np.float32)

    def _cells(self, batch: FloatArray) -> FloatArray:
        return _grid(self._run(batch, patches=True), self._wanted, self.dimension)


def _grid(found: FloatArray, wanted: Description, dimension: int) -> FloatArray:
    """Cells (n, rows, columns, D) out of a feature map (n, D, rows, columns) or (n, rows, columns, D), or of tokens.

    Of tokens (n, T, D) those of the image come last; class token and registers stand before them.
    """
    if found.ndim == 4:
        first = found.shape[1] == dimension and (wanted.layout == "nchw" or found.shape[3] != dimension)
        cells = found.transpose(0, 2, 3, 1) if first else found
    elif found.ndim == 3:
        rows, columns = wanted.patch_grid if all(wanted.patch_grid) else (isqrt(found.shape[1]),) * 2
        cells = found[:, max(found.shape[1] - rows * columns, 0) :]
        if cells.shape[1] == rows * columns:
            cells = cells.reshape(len(found), rows, columns, found.shape[2])
    else:
        cells = found
    if cells.ndim != 4 or cells.shape[3] != dimension:
        raise UsageError(
            f"{wanted.model}: patches of shape {['N', *found.shape[1:]]} make no grid of vectors of {dimension} "
            "numbers; choose another output for patches, or correct patch_grid"
        )
    return cells


def _shape(wanted: Description) -> tuple[int, int, int]:
    height, width = wanted.input_size
    return (3, height, width) if wanted.layout == "nchw" else (height, width, 3)


def _pooled(found: FloatArray, wanted: Description) -> FloatArray:
    """One vector an image out of (n, D), tokens (n, T, D) or a feature map (n, C, H, W) or (n, H, W, C)."""
    if wanted.pooling == "mean" and found.ndim == 4:
        return np.asarray(found.mean(axis=(2, 3) if wanted.layout == "nchw" else (1, 2)), np.float32)
    if wanted.pooling == "mean" and found.ndim == 3:
        return np.asarray(found.mean(axis=1), np.float32)
    if wanted.pooling == "first" and found.ndim == 3:
        return found[:, 0]
    flat = found.reshape(len(found), -1) if found.ndim > 1 else found
    if wanted.pooling != "none" or found.ndim < 2 or flat.shape[1] != max(found.shape[1:]):
        raise UsageError(
            f"{wanted.model}: pooling {wanted.pooling!r} makes no vector of an output of shape "
            f"{['N', *found.shape[1:]]}; choose another output, or mean or first for pooling"
        )
    return flat
