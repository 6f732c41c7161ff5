"""Boxes on images: how they overlap, which of them are repetitions, and windows to look through.

Boxes are rows of x, y, width and height, (n, 4), in one unit: canvas pixels, or shares of the sides.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Boxes = NDArray[np.float64]
RowArray = NDArray[np.intp]

SAME = 0.3  # intersection over union from which on two boxes show the same
INSIDE = 0.5  # share of the smaller box from which on it lies in the other


def intersections(boxes: Boxes, others: Boxes) -> NDArray[np.float64]:
    """Areas that (n, 4) and (m, 4) boxes share, (n, m)."""
    near = np.maximum(boxes[:, None, :2], others[None, :, :2])
    far = np.minimum(boxes[:, None, :2] + boxes[:, None, 2:], others[None, :, :2] + others[None, :, 2:])
    return np.asarray(np.clip(far - near, 0, None).prod(axis=2), np.float64)


def overlaps(boxes: Boxes, others: Boxes) -> NDArray[np.float64]:
    """Intersection over union of (n, 4) and (m, 4) boxes, (n, m)."""
    both = intersections(boxes, others)
    return both / (_areas(boxes)[:, None] + _areas(others)[None] - both)


def insides(boxes: Boxes, others: Boxes) -> NDArray[np.float64]:
    """Share of the smaller of two boxes that lies in the larger, (n, m)."""
    return intersections(boxes, others) / np.minimum(_areas(boxes)[:, None], _areas(others)[None])


def repeats(boxes: Boxes, others: Boxes) -> NDArray[np.bool_]:
    """Whether two boxes show the same, or one lies in the other, (n, m)."""
    return (overlaps(boxes, others) > SAME) | (insides(boxes, others) > INSIDE)


def distinct_boxes(boxes: Boxes, most: int | None = None) -> RowArray:
    """Which boxes of one image repeat none before them: non-maximum suppression, for boxes by falling score.

    Args:
        boxes: (n, 4), the best first.
        most: how many are wanted.
    """
    kept: list[int] = []
    same = repeats(boxes, boxes)
    for row in range(len(boxes)):
        if most is not None and len(kept) == most:
            break
        if not same[row, kept].any():
            kept.append(row)
    return np.array(kept, np.intp)


def windows(width: float, height: float, scales: tuple[float, ...], step: float = 0.5) -> Boxes:
    """Square windows that cover an image at some scales, (n, 4) in the unit of its sides.

    A window as large as the shorter side takes the whole of it; neighbours lie at most `step` of a window apart.

    Args:
        scales: sides of the windows, as shares of the longer side.
    """
    found = []
    for scale in scales:
        across, down = (min(scale * max(width, height), side) for side in (width, height))
        for y in _starts(height, down, step):
            found += [(x, y, across, down) for x in _starts(width, across, step)]
    return np.unique(np.array(found, np.float64), axis=0)


def _starts(length: float, window: float, step: float) -> NDArray[np.float64]:
    steps = int(np.ceil(round((length - window) / (step * window), 6)))
    return np.linspace(0, length - window, steps + 1)


def most_different(vectors: NDArray[np.float32], count: int, first: int = 0) -> RowArray:
    """Rows that stand for all: each is the one least like those before it (Gonzalez 1985, farthest-first traversal).

    The first rows of a longer answer are the shorter answer.

    Args:
        vectors: (n, D) of unit length.
        first: the row to begin with.
    """
    if not len(vectors):
        return np.zeros(0, np.intp)
    chosen = [first]
    nearest = vectors @ vectors[first]
    while len(chosen) < min(count, len(vectors)):
        nearest[chosen] = np.inf
        chosen.append(int(np.argmin(nearest)))
        nearest = np.maximum(nearest, vectors @ vectors[chosen[-1]])
    return np.array(chosen[:count], np.intp)


def _areas(boxes: Boxes) -> NDArray[np.float64]:
    return np.asarray(boxes[:, 2] * boxes[:, 3], np.float64)
