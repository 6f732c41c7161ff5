"""A grid of vectors over an image: what any box of it holds, and the box that holds an object.

The vector of a box is the mean of its cells, those at its edges counting by the share that lies inside. A table of
sums (Crow 1984) makes it cost the same for every box.

The score of a class in a box is then the mean of the scores of its cells, and the box around an object is found as in
efficient subwindow search (Lampert, Blaschko and Hofmann 2008): a threshold is taken off all cells, and the rectangle
with the highest sum wins. Found exactly here, since grids are small: all pairs of top and bottom, and along each the
best left and right. Scores between cells are interpolated, so that boxes are not bound to cells.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import zoom

from snoop_flow.learning.boxes import Boxes, overlaps

THRESHOLD = 0.5  # between the image's middling cells and the object's best one, where nothing is known of the objects
THRESHOLDS = tuple(round(0.05 * step, 2) for step in range(2, 20))
FINER = 4  # steps of a box within a cell; more gain nothing
SMALLEST = 1e-9


@dataclass(frozen=True)
class Grid:
    """Vectors of the cells of an image.

    Attributes:
        cells: (rows, columns, D); the grid covers the image edge to edge.
    """

    cells: NDArray[np.float32]

    def pooled(self, boxes: Boxes) -> NDArray[np.float32]:
        """Vectors of boxes, (n, D) of unit length, or of zeros where the cells take each other away.

        Args:
            boxes: (n, 4) in shares of the image's sides.
        """
        rows, columns = self.cells.shape[:2]
        left, top = boxes[:, 0] * columns, boxes[:, 1] * rows
        right, bottom = (boxes[:, 0] + boxes[:, 2]) * columns, (boxes[:, 1] + boxes[:, 3]) * rows
        total = self._upto(bottom, right) - self._upto(top, right) - self._upto(bottom, left) + self._upto(top, left)
        lengths = np.linalg.norm(total, axis=1, keepdims=True)
        return np.asarray(total / np.maximum(lengths, SMALLEST), np.float32)

    def scores(self, weights: NDArray[np.float32]) -> NDArray[np.float32]:
        """Inner products of the cells with (D,) weights, (rows, columns)."""
        return np.asarray(self.cells @ weights, np.float32)

    @cached_property
    def _sums(self) -> NDArray[np.float64]:
        rows, columns, dimension = self.cells.shape
        sums = np.zeros((rows + 1, columns + 1, dimension))
        np.cumsum(self.cells, axis=0, out=sums[1:, 1:])
        np.cumsum(sums[1:, 1:], axis=1, out=sums[1:, 1:])
        return sums

    def _upto(self, rows: NDArray[np.float64], columns: NDArray[np.float64]) -> NDArray[np.float64]:
        """Sums of all above and left of points, (n, D); between the table's corners they are interpolated."""
        y = np.clip(rows.astype(np.intp), 0, self._sums.shape[0] - 2)
        x = np.clip(columns.astype(np.intp), 0, self._sums.shape[1] - 2)
        down, across = (rows - y)[:, None], (columns - x)[:, None]
        above = self._sums[y, x] * (1 - across) + self._sums[y, x + 1] * across
        below = self._sums[y + 1, x] * (1 - across) + self._sums[y + 1, x + 1] * across
        return np.asarray(above * (1 - down) + below * down, np.float64)


def best_threshold(examples: Sequence[tuple[NDArray[np.float32], Boxes]]) -> float:
    """The threshold with which `object_box` draws known boxes best, by mean intersection over union.

    Args:
        examples: (rows, columns) scores of an image, and the (4,) box of an object on it.
    """
    if not examples:
        return THRESHOLD
    gains = []
    for scores, box in examples:
        found = np.array([object_box(scores, box, threshold) for threshold in THRESHOLDS])
        gains.append(overlaps(found, box[None])[:, 0])
    return THRESHOLDS[int(np.argmax(np.mean(gains, axis=0)))]


def object_box(scores: NDArray[np.float32], within: Boxes, threshold: float = THRESHOLD) -> Boxes:
    """The box of the object whose best cell lies in a window, (4,) in shares of the image's sides.

    Where nothing stands out, it is the window itself.

    Args:
        scores: (rows, columns) of a class in the cells of an image.
        within: (4,) the window.
        threshold: where the object ends, between the image's middling cells (0) and its best one (1).
    """
    # an edge lies between two cells where their scores say, not at the edge of either
    fine = np.asarray(zoom(scores, FINER, order=1, mode="nearest", grid_mode=True), np.float32)
    row, column = _best_cell(fine, within)
    middling = float(np.median(fine))
    left, top, right, bottom = _around(fine - (middling + threshold * (fine[row, column] - middling)), row, column)
    if fine[row, column] <= middling:  # nothing stands out
        return np.asarray(within, np.float64)
    rows, columns = fine.shape
    return np.array([left / columns, top / rows, (right - left) / columns, (bottom - top) / rows])


def _best_cell(scores: NDArray[np.float32], within: Boxes) -> tuple[int, int]:
    rows, columns = scores.shape
    left, top = min(int(within[0] * columns), columns - 1), min(int(within[1] * rows), rows - 1)
    right = max(int(np.ceil((within[0] + within[2]) * columns - SMALLEST)), left + 1)
    bottom = max(int(np.ceil((within[1] + within[3]) * rows - SMALLEST)), top + 1)
    part = scores[top:bottom, left:right]
    row, column = np.unravel_index(int(np.argmax(part)), part.shape)
    return top + int(row), left + int(column)


def _around(gains: NDArray[np.float32], row: int, column: int) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of the rectangle with the highest sum that holds a cell."""
    sums = np.zeros((gains.shape[0] + 1, gains.shape[1] + 1))
    sums[1:, 1:] = gains.cumsum(axis=0, dtype=np.float64).cumsum(axis=1)
    tops, bottoms = np.arange(row + 1), np.arange(row + 1, gains.shape[0] + 1)
    strips = sums[bottoms][None] - sums[tops][:, None]  # (tops, bottoms, columns + 1)
    lefts = np.argmin(strips[:, :, : column + 1], axis=2)
    rights = column + 1 + np.argmax(strips[:, :, column + 1 :], axis=2)
    totals = np.take_along_axis(strips, rights[..., None], 2) - np.take_along_axis(strips, lefts[..., None], 2)
    top, bottom = np.unravel_index(int(np.argmax(totals[..., 0])), totals.shape[:2])
    return int(lefts[top, bottom]), int(tops[top]), int(rights[top, bottom]), int(bottoms[bottom])
