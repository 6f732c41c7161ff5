"""Histograms over a grid of cells, and how a block of them becomes part of a vector."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]
IntArray = NDArray[np.int64]


def cell_histograms(codes: IntArray, grid: int, bins: int, weights: FloatArray | None = None) -> FloatArray:
    """Count codes per cell of a grid laid over each picture.

    Args:
        codes: (n, s, s) integers in [0, bins).
        grid: cells per side.
        bins: codes that there are.
        weights: (n, s, s) what each pixel counts, 1 when absent.

    Returns:
        (n, grid, grid, bins) sums.
    """
    count, side, _ = codes.shape
    cell = np.arange(side) * grid // side
    base = (np.arange(count)[:, None, None] * grid + cell[:, None]) * grid + cell
    flat = (base * bins + codes).ravel()
    sums = np.bincount(flat, None if weights is None else weights.ravel(), count * grid * grid * bins)
    return sums.reshape(count, grid, grid, bins).astype(np.float32)


def fold_mirrored(histograms: FloatArray, mirrored_bins: IntArray) -> FloatArray:
    """Add each picture's mirror image to it and keep the left half of the grid.

    Impressions are often reversed against their plate, their drawing or their copies, and a motif faces either way:
    the sum is the same for both, and half as long.

    Args:
        histograms: (n, grid, grid, bins) with an even grid.
        mirrored_bins: (bins,) the bin that each bin turns into under reflection.
    """
    mirrored = histograms[:, :, ::-1][..., mirrored_bins]
    half = histograms.shape[2] // 2
    return np.asarray((histograms + mirrored)[:, :, :half])


def hellinger(histograms: FloatArray) -> FloatArray:
    """Flatten to (n, d) and map so that inner products are Hellinger affinities (Arandjelović, Zisserman 2012).

    A histogram is scaled to sum 1 and its square root taken, which has unit length; an empty one becomes uniform.
    """
    flat = histograms.reshape(len(histograms), -1)
    total = flat.sum(axis=1, keepdims=True)
    even = np.float32(1 / flat.shape[1])
    return np.sqrt(np.where(total > 0, flat / np.maximum(total, np.float32(1e-12)), even), dtype=np.float32)
